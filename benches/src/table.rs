//! A report as a table of Markdown.

use crate::report::{Cost, Report};
use crate::statistics::Quartiles;
use std::fmt;

/// `x` is followed by the unit's name.
const HEADINGS: [&str; 10] =
    ["row", "ns", "p25–p75", "+ ns", "p25–p75", "+ of bare", "x", "allocations", "+ allocations", "+ bytes"];

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "### {}\n", self.title)?;
        let cells: Vec<[String; HEADINGS.len()]> = self.rows.iter().map(cells).collect();
        let headings = HEADINGS.map(|heading| match heading {
            "x" => format!("x {}", self.unit.name),
            _ => heading.to_owned(),
        });
        let widths: [usize; HEADINGS.len()] = std::array::from_fn(|column| {
            let heading = headings[column].chars().count();
            cells.iter().map(|cells| cells[column].chars().count()).fold(heading, usize::max)
        });
        write_line(formatter, &headings, &widths)?;
        let rule: [String; HEADINGS.len()] = std::array::from_fn(|column| match column {
            0 => "-".repeat(widths[column]),
            _ => format!("{}:", "-".repeat(widths[column] - 1)),
        });
        write_line(formatter, &rule, &widths)?;
        for cells in &cells {
            write_line(formatter, cells, &widths)?;
        }
        writeln!(formatter)?;
        for row in &self.rows {
            writeln!(formatter, "- {}: {}", row.name, row.proof)?;
        }
        Ok(())
    }
}

fn cells(row: &Cost) -> [String; HEADINGS.len()] {
    let spread = |quartiles: Quartiles| format!("{:.0}–{:.0}", quartiles.p25, quartiles.p75);
    [
        row.name.to_owned(),
        format!("{:.0}", row.nanoseconds.median),
        spread(row.nanoseconds),
        format!("{:+.0}", row.added_nanoseconds.median),
        spread(row.added_nanoseconds),
        format!("{:+.1} %", row.to_bare * 100.0),
        row.in_units.map_or_else(String::new, |units| format!("{units:.2}")),
        format!("{:.1}", row.allocations),
        format!("{:+.1}", row.added_allocations),
        format!("{:+.0}", row.added_bytes),
    ]
}

fn write_line<Cell: AsRef<str>>(
    formatter: &mut fmt::Formatter<'_>,
    cells: &[Cell; HEADINGS.len()],
    widths: &[usize; HEADINGS.len()],
) -> fmt::Result {
    for (column, (cell, &width)) in cells.iter().zip(widths).enumerate() {
        let cell = cell.as_ref();
        match column {
            0 => write!(formatter, "| {cell:<width$} |")?,
            _ => write!(formatter, " {cell:>width$} |")?,
        }
    }
    writeln!(formatter)
}

//! A report as tables of Markdown, one for each number of threads.

use crate::report::{Cost, Report};
use crate::statistics::Quartiles;
use std::fmt;

/// A column that nothing is said in is left out.
struct Column {
    heading: String,
    cell: fn(&Cost) -> Option<String>,
}

fn columns(unit: &str) -> Vec<Column> {
    let column = |heading: &str, cell| Column { heading: heading.to_owned(), cell };
    vec![
        column("row", |row| Some(row.name.to_owned())),
        column("ns", |row| Some(format!("{:.0}", row.nanoseconds.median))),
        column("p25–p75", |row| Some(spread(row.nanoseconds))),
        column("+ ns", |row| Some(format!("{:+.0}", row.added_nanoseconds.median))),
        column("p25–p75", |row| Some(spread(row.added_nanoseconds))),
        column("+ of bare", |row| Some(format!("{:+.1} %", row.to_bare * 100.0))),
        column(&format!("x {unit}"), |row| row.in_units.map(|units| format!("{units:.2}"))),
        column("x one thread", |row| row.growth.map(|growth| format!("{growth:.2}"))),
        column("CPU ns", |row| row.processor.map(|spent| format!("{spent:.0}"))),
        column("+ CPU ns", |row| row.added_processor.map(|added| format!("{:+.0}", added.median))),
        column("p25–p75", |row| row.added_processor.map(spread)),
        column("allocations", |row| Some(format!("{:.1}", row.allocations))),
        column("+ allocations", |row| Some(format!("{:+.1}", row.added_allocations))),
        column("+ bytes", |row| Some(format!("{:+.0}", row.added_bytes))),
    ]
}

fn spread(quartiles: Quartiles) -> String {
    format!("{:.0}–{:.0}", quartiles.p25, quartiles.p75)
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rows in self.rows.chunk_by(|row, next| row.threads == next.threads) {
            match rows[0].threads {
                1 => writeln!(formatter, "### {}\n", self.title)?,
                threads => writeln!(formatter, "### {}, on {threads} threads\n", self.title)?,
            }
            write_table(formatter, self.unit.name, rows)?;
            writeln!(formatter)?;
            for row in rows {
                writeln!(formatter, "- {}: {}", row.name, row.proof)?;
            }
            writeln!(formatter)?;
        }
        Ok(())
    }
}

fn write_table(formatter: &mut fmt::Formatter<'_>, unit: &str, rows: &[Cost]) -> fmt::Result {
    let mut table: Vec<Vec<String>> = Vec::new();
    for Column { heading, cell } in columns(unit) {
        let cells: Vec<Option<String>> = rows.iter().map(cell).collect();
        if cells.iter().any(Option::is_some) {
            table.push([heading].into_iter().chain(cells.into_iter().map(Option::unwrap_or_default)).collect());
        }
    }
    let width = |cells: &Vec<String>| cells.iter().map(|cell| cell.chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = table.iter().map(width).collect();
    for line in 0..=rows.len() {
        write_line(formatter, table.iter().map(|cells| cells[line].as_str()), &widths)?;
        if line == 0 {
            let rule = |(column, &width)| match column {
                0 => "-".repeat(width),
                _ => format!("{}:", "-".repeat(width - 1)),
            };
            let rules: Vec<String> = widths.iter().enumerate().map(rule).collect();
            write_line(formatter, rules.iter().map(String::as_str), &widths)?;
        }
    }
    Ok(())
}

/// Names to the left, numbers to the right.
fn write_line<'a>(
    formatter: &mut fmt::Formatter<'_>,
    cells: impl Iterator<Item = &'a str>,
    widths: &[usize],
) -> fmt::Result {
    for (column, (cell, &width)) in cells.zip(widths).enumerate() {
        match column {
            0 => write!(formatter, "| {cell:<width$} |")?,
            _ => write!(formatter, " {cell:>width$} |")?,
        }
    }
    writeln!(formatter)
}

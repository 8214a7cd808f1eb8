//! Columns of text.

use std::fmt::Write;

/// Which side of its column a cell is at.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

/// Appends the rows, indented and in columns. A column that nobody has anything in is left out.
pub(super) fn write<const COLUMNS: usize>(
    rows: &[[String; COLUMNS]],
    sides: [Side; COLUMNS],
    gaps: [usize; COLUMNS],
    out: &mut String,
) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate().filter(|(column, _)| widths[*column] > 0) {
            let (gap, width) = (gaps[column], widths[column]);
            let _ = match sides[column] {
                Side::Left => write!(line, "{:gap$}{cell:<width$}", ""),
                Side::Right => write!(line, "{:gap$}{cell:>width$}", ""),
            };
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rows: &[[&str; 3]]) -> String {
        let rows: Vec<_> = rows.iter().map(|row| row.map(str::to_owned)).collect();
        let mut out = String::new();
        write(&rows, [Side::Right, Side::Left, Side::Left], [2, 1, 3], &mut out);
        out
    }

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them_and_empty_ones_are_left_out() {
        assert_eq!(written(&[["12", "é", "x"], ["1", "bcd", ""]]), "  12 é     x\n   1 bcd\n");
        assert_eq!(written(&[["12", "", "x"], ["1", "", "y"]]), "  12   x\n   1   y\n");
        assert_eq!(written(&[]), "");
    }
}

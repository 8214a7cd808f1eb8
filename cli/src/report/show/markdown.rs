//! Tables for a pull request or a ticket.

use tachograph_summary::Share;

use super::table::{Cell, Kind, Table};
use crate::report::text::one_line;

/// The tables, each below its title, and what is to be said below all.
pub(super) fn write(tables: &[Table], notes: &[String]) -> String {
    let mut text = String::new();
    for table in tables {
        text += &format!("## {}\n\n", escaped(&table.title));
        let columns = shown(table);
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        text += &row(columns.iter().map(|place| table.columns[*place].title.to_owned()).collect());
        text += &row(columns.iter().map(|place| line_below(table.columns[*place].kind).to_owned()).collect());
        for cells in &table.rows {
            text += &row(columns.iter().map(|place| cell(&cells[*place])).collect());
        }
        text.push('\n');
        for note in &table.notes {
            text += &format!("{}\n\n", escaped(note));
        }
    }
    for note in notes {
        text += &format!("{}\n\n", escaped(note));
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Without those in which nothing stands.
fn shown(table: &Table) -> Vec<usize> {
    let is_shown = |place: &usize| table.rows.iter().any(|row| !cell(&row[*place]).is_empty());
    (0..table.columns.len()).filter(is_shown).collect()
}

fn line_below(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Fixed => "---",
        Kind::Number => "---:",
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Good(text) => escaped(text),
        Cell::Bad(text) => format!("**{}**", escaped(text)),
        Cell::Shares(shares) => {
            let all: f64 = shares.iter().map(|(_, time)| time).sum();
            let mut shares: Vec<_> = shares.iter().filter(|(_, time)| *time >= all * 0.05 && *time > 0.0).collect();
            shares.sort_by(|(_, one), (_, other)| other.total_cmp(one));
            let entry = |(share, time): &&(Share, f64)| format!("{} {:.0} %", share.label(), time / all * 100.0);
            shares.iter().map(entry).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Whatever is in the text, it stays text: nothing in it is a link, an image, a tag or another column.
fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for character in one_line(text).chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            // By these a person or a ticket is called.
            '@' => shown.push_str("&#64;"),
            '#' => shown.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => shown.extend(['\\', character]),
            plain => shown.push(plain),
        }
    }
    // An address alone is a link already.
    shown.replace("://", "&#58;//").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("GET /a|b"), "GET /a\\|b");
        assert_eq!(escaped("![x](http://e)"), "!\\[x\\](http&#58;//e)");
        assert_eq!(escaped("<b>\n*a* @me #1"), "&lt;b&gt;\\\\n\\*a\\* &#64;me &#35;1");
    }
}

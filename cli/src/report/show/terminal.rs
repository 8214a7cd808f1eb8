//! Tables for a terminal.

use std::borrow::Cow;

use console::{Style, Term, measure_text_width, truncate_str};
use tachograph_summary::Share;

use super::table::{Cell, Column, Kind, Table};
use crate::report::text::one_line;

/// How long the bar of a breakdown is.
const BAR: usize = 16;

/// A column of text is not made narrower than this, and what a row is about only where nothing else can be left out.
const LEAST_TEXT: usize = 20;
const LEAST_NAME: usize = 36;

/// Between two columns.
const GAP: usize = 2;

/// What tables are shown on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    /// In columns; none where it is no terminal, and lines can be of any length.
    pub(super) width: Option<usize>,
    pub(super) has_colors: bool,
}

impl Terminal {
    pub(super) fn stdout() -> Self {
        let width = Term::stdout().size_checked().map(|(_, width)| usize::from(width));
        Terminal { width, has_colors: console::colors_enabled() }
    }

    fn style(&self) -> Style {
        Style::new().force_styling(self.has_colors)
    }
}

/// The tables, each with its title above and its notes below it.
pub(super) fn write(tables: &[Table], terminal: &Terminal) -> String {
    let mut text = String::new();
    for (place, table) in tables.iter().enumerate() {
        if place > 0 {
            text.push('\n');
        }
        text += &terminal.style().bold().apply_to(one_line(&table.title)).to_string();
        text.push('\n');
        write_table(table, terminal, &mut text);
        text += &notes_below(&table.notes, terminal);
    }
    text
}

/// What is to be said below all tables.
pub(super) fn notes(notes: &[String], terminal: &Terminal) -> String {
    format!("\n{}", notes_below(notes, terminal))
}

fn notes_below(notes: &[String], terminal: &Terminal) -> String {
    notes.iter().map(|note| format!("{}\n", terminal.style().dim().apply_to(one_line(note)))).collect()
}

fn write_table(table: &Table, terminal: &Terminal, text: &mut String) {
    let widths = widths(table, terminal.width);
    let titles = table.columns.iter().map(|column| Cow::Borrowed(column.title)).collect::<Vec<_>>();
    write_row(table, &widths, text, |place, width| {
        let title = pad(&titles[place], width, table.columns[place].kind);
        terminal.style().dim().apply_to(title).to_string()
    });
    for row in &table.rows {
        write_row(table, &widths, text, |place, width| shown(&row[place], width, table.columns[place].kind, terminal));
    }
    let is_bar = |cell: &Cell| matches!(cell, Cell::Shares(_));
    let bars = table.rows.first().and_then(|row| row.iter().position(is_bar));
    if let Some(place) = bars.filter(|place| widths[*place] > 0) {
        legend(table, place, terminal, text);
    }
}

fn write_row(table: &Table, widths: &[usize], text: &mut String, cell: impl Fn(usize, usize) -> String) {
    let mut line = String::new();
    let shown = (0..table.columns.len()).filter(|place| widths[*place] > 0);
    for (nth, place) in shown.enumerate() {
        if nth > 0 {
            line.extend(std::iter::repeat_n(' ', GAP));
        }
        line += &cell(place, widths[place]);
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

fn shown(cell: &Cell, width: usize, kind: Kind, terminal: &Terminal) -> String {
    let style = terminal.style();
    match cell {
        Cell::Text(text) => pad(&one_line(text), width, kind),
        Cell::Bad(text) => style.red().apply_to(pad(text, width, kind)).to_string(),
        Cell::Good(text) => style.green().apply_to(pad(text, width, kind)).to_string(),
        Cell::Shares(shares) => {
            let letters = letters(shares, width);
            let filled = letters.len();
            let bar: String = letters
                .into_iter()
                .map(|share| color(share, style.clone()).apply_to(letter(share)).to_string())
                .collect();
            bar + &" ".repeat(width - filled)
        }
    }
}

/// How wide each column is; 0 where it is left out.
fn widths(table: &Table, room: Option<usize>) -> Vec<usize> {
    let natural = |place: usize, column: &Column| {
        let cells = table.rows.iter().map(|row| match &row[place] {
            Cell::Text(text) | Cell::Bad(text) | Cell::Good(text) => measure_text_width(&one_line(text)),
            Cell::Shares(shares) => BAR * usize::from(shares.iter().any(|(_, time)| *time > 0.0)),
        });
        let widest = cells.max().unwrap_or_default();
        // A column in which nothing stands tells nothing, but a title that stands above it.
        if widest == 0 { 0 } else { widest.max(measure_text_width(column.title)) }
    };
    let mut widths: Vec<usize> =
        table.columns.iter().enumerate().map(|(place, column)| natural(place, column)).collect();
    let Some(room) = room else { return widths };
    let needed = |widths: &[usize], least: fn(&Column, usize) -> usize| -> usize {
        let columns = table.columns.iter().zip(widths).filter(|(_, width)| **width > 0);
        columns.map(|(column, width)| least(column, *width) + GAP).sum::<usize>().saturating_sub(GAP)
    };
    while needed(&widths, least) > room {
        let spare = |place: &usize| widths[*place] > 0 && table.columns[*place].spare > 0;
        let Some(place) = (0..widths.len()).filter(spare).max_by_key(|place| table.columns[*place].spare) else {
            break;
        };
        widths[place] = 0;
    }
    // What is still missing comes from the widest text, and from what the row is about last.
    while needed(&widths, |_, width| width) > room {
        let can_be_cut = |place: &usize| table.columns[*place].kind == Kind::Text && widths[*place] > LEAST_TEXT;
        let order = |place: &usize| (widths[*place] > least(&table.columns[*place], widths[*place]), widths[*place]);
        let Some(widest) = (0..widths.len()).filter(can_be_cut).max_by_key(order) else { break };
        widths[widest] -= 1;
    }
    widths
}

/// How wide a column has to be, for columns of less use to stay beside it.
fn least(column: &Column, width: usize) -> usize {
    match column.kind {
        Kind::Text if column.spare == 0 => width.min(LEAST_NAME),
        Kind::Text => width.min(LEAST_TEXT),
        Kind::Fixed | Kind::Number => width,
    }
}

fn pad(text: &str, width: usize, kind: Kind) -> String {
    let text = truncate_str(text, width, "…");
    let padding = " ".repeat(width.saturating_sub(measure_text_width(&text)));
    match kind {
        Kind::Text | Kind::Fixed => format!("{text}{padding}"),
        Kind::Number => format!("{padding}{text}"),
    }
}

/// Each share by as many letters as it has of the time. The largest have what rounding leaves.
fn letters(shares: &[(Share, f64)], width: usize) -> Vec<Share> {
    let all: f64 = shares.iter().map(|(_, time)| time).sum();
    if all <= 0.0 {
        return Vec::new();
    }
    let mut until = 0.0;
    let mut letters = Vec::new();
    for (share, time) in shares {
        until += time / all * width as f64;
        while letters.len() < width && (letters.len() as f64) + 0.5 < until {
            letters.push(*share);
        }
    }
    letters
}

/// What stands for a share, where colours are none, and for those who cannot tell them apart.
fn letter(share: Share) -> char {
    match share {
        Share::Database => 'D',
        Share::ConnectionWait => 'P',
        Share::External => 'E',
        Share::Cache => 'C',
        Share::Own => 'O',
        Share::Body => 'B',
        Share::Waiting => '.',
    }
}

fn color(share: Share, style: Style) -> Style {
    match share {
        Share::Database => style.blue(),
        Share::ConnectionWait => style.red(),
        Share::External => style.yellow(),
        Share::Cache => style.cyan(),
        Share::Own => style.green(),
        Share::Body => style.magenta(),
        Share::Waiting => style.dim(),
    }
}

fn legend(table: &Table, place: usize, terminal: &Terminal, text: &mut String) {
    let is_shown = |share: Share| {
        table
            .rows
            .iter()
            .any(|row| matches!(&row[place], Cell::Shares(shares) if letters(shares, BAR).contains(&share)))
    };
    let entries: Vec<String> = Share::ALL
        .into_iter()
        .filter(|share| is_shown(*share))
        .map(|share| format!("{} {}", color(share, terminal.style()).apply_to(letter(share)), share.label()))
        .collect();
    text.push_str(&entries.join("  "));
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let columns = [
            ("", Kind::Text, 0),
            ("requests", Kind::Number, 0),
            ("per s", Kind::Number, 7),
            ("size", Kind::Number, 5),
            ("time", Kind::Fixed, 2),
            ("cause", Kind::Text, 4),
        ];
        let mut table = Table::new("Endpoints", &columns);
        let shares = vec![(Share::Database, 75.0), (Share::Own, 25.0)];
        for route in ["GET /experiments/{id}/assignments/{assignment}", "GET /日本語/{id}"] {
            table.rows.push(vec![
                route.into(),
                "1,234".into(),
                Cell::Bad("0.5".to_owned()),
                "2.1 kB".into(),
                Cell::Shares(shares.clone()),
                "N+1: SELECT experiments at src/experiments.rs:88, 40 % of the time".into(),
            ]);
        }
        table
    }

    fn lines(width: Option<usize>, has_colors: bool) -> Vec<String> {
        write(&[table()], &Terminal { width, has_colors }).lines().map(str::to_owned).collect()
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 40..200 {
            for line in lines(Some(width), true) {
                assert!(measure_text_width(&line) <= width, "{width}: {line}");
            }
        }
        assert!(lines(Some(70), false)[1].contains("requests") && !lines(Some(70), false)[1].contains("per s"));
        assert!(lines(Some(70), false)[2].starts_with("GET /experiments/{id}/assignm"));
    }

    #[test]
    fn where_there_is_room_all_stands_below_its_title() {
        let lines = lines(None, false);
        assert!(
            lines[2].ends_with("DDDDDDDDDDDDOOOO  N+1: SELECT experiments at src/experiments.rs:88, 40 % of the time")
        );
        let end = |line: &str, word: &str| line.find(word).map(|at| measure_text_width(&line[..at + word.len()]));
        assert_eq!(end(&lines[1], "requests"), end(&lines[2], "1,234"));
        // Its letters are two columns wide.
        assert_eq!(end(&lines[1], "requests"), end(&lines[3], "1,234"));
        assert_eq!(lines.last().unwrap(), "D database  O own code");
    }

    #[test]
    fn colours_are_only_where_they_are_wanted() {
        assert!(lines(None, true).concat().contains("\u{1b}[31m"));
        assert!(!lines(None, false).concat().contains('\u{1b}'));
    }

    #[test]
    fn a_bar_is_as_long_as_there_is_room_whatever_it_consists_of() {
        for shares in [vec![1.0], vec![1.0, 1.0, 1.0], vec![0.001, 99.999], vec![1e-9; 7], vec![f64::MAX / 4.0; 3]] {
            let shares: Vec<_> = Share::ALL.into_iter().zip(shares).collect();
            assert_eq!(letters(&shares, BAR).len(), BAR, "{shares:?}");
        }
        assert!(letters(&[(Share::Own, 0.0)], BAR).is_empty());
    }
}

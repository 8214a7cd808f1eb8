//! A table, whatever it is written in.

use tachograph_summary::Share;

/// A table, whatever it is written in.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) title: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// What is to be said below it.
    pub(super) notes: Vec<String>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) kind: Kind,
    /// Where there is no room for all, those with the most are left out first; 0 never is.
    pub(super) spare: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is cut where there is no room.
    Text,
    /// It is whole or not there.
    Fixed,
    /// The same, and its digits stand below each other.
    Number,
}

/// What stands in a row below a column.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Text(String),
    /// A number that one should look at.
    Bad(String),
    /// A number that is better than it was.
    Good(String),
    /// What a time consists of.
    Shares(Vec<(Share, f64)>),
}

impl Table {
    pub(super) fn new(title: impl Into<String>, columns: &[(&'static str, Kind, u8)]) -> Self {
        let columns = columns.iter().map(|&(title, kind, spare)| Column { title, kind, spare }).collect();
        Table { title: title.into(), columns, rows: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

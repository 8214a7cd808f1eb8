//! A query that is understood.

use std::collections::BTreeSet;

use crate::command::{Command, Direction};
use crate::error::Error;
use crate::event::Event;
use crate::grammar;
use crate::row::Row;

/// So many rows are answered where nobody asks for fewer.
const USUAL_ROWS: usize = 10_000;

/// A query that is understood.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub(crate) commands: Vec<Command>,
    pub(crate) sources: Vec<String>,
    pub(crate) fields: BTreeSet<String>,
    pub(crate) shown: Vec<String>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// Where it is not in the language, or asks for what is not understood here; the error says what, and where.
    pub fn parse(text: &str) -> Result<Self, Error> {
        grammar::query(text)
    }

    /// The fields of events that it reads, also Logs Insights' own; not those that it makes itself.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str)
    }

    /// The groups that it names itself, as the query of a widget does.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// What its results are called, in their order.
    pub fn columns(&self) -> &[String] {
        &self.shown
    }

    /// Answers it.
    pub fn run(&self, events: impl IntoIterator<Item = Event>) -> Vec<Row> {
        let rows: Vec<Row> = events.into_iter().map(Event::into_row).collect();
        let newest_first = Command::Sort(vec![("@timestamp".to_owned(), Direction::Descending)]);
        let mut rows = self.commands.iter().fold(newest_first.run(rows), |rows, command| command.run(rows));
        rows.truncate(USUAL_ROWS);
        rows.iter().map(|row| row.only(&self.shown)).collect()
    }
}

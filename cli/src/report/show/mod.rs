//! How a report is written.

mod compared;
mod number;
mod table;
mod tables;
mod terminal;

use std::io::{self, Write};

use super::result::Report;

/// What a report is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Tables for a terminal, or for people in a pipe.
    #[default]
    Table,
    /// One object.
    Json,
    /// Tables for a pull request or a ticket.
    Markdown,
    /// One page with plots, which needs nothing else.
    Html,
}

/// Writes a report to stdout.
///
/// # Errors
/// When stdout takes no more.
pub(crate) fn write(report: &Report, format: Format) -> io::Result<()> {
    let text = match format {
        Format::Table => terminal::write(&tables::of(report), &terminal::Terminal::stdout()),
        Format::Json => serde_json::to_string_pretty(report).map_err(io::Error::other)? + "\n",
        Format::Markdown | Format::Html => String::new(),
    };
    io::stdout().lock().write_all(text.as_bytes())
}

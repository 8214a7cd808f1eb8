//! How a report is written.

mod compared;
mod html;
mod lines;
mod markdown;
mod number;
mod table;
mod tables;
mod terminal;

use std::io::{self, Write};

use super::result::Report;
pub(super) use tables::name;

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
        Format::Table => {
            let terminal = terminal::Terminal::stdout();
            terminal::write(&tables::of(report), &terminal) + &terminal::notes(&lines::notes(report), &terminal)
        }
        Format::Json => serde_json::to_string_pretty(report).map_err(io::Error::other)? + "\n",
        Format::Markdown => markdown::write(&tables::of(report), &lines::notes(report)),
        Format::Html => html::write(report),
    };
    io::stdout().lock().write_all(text.as_bytes())
}

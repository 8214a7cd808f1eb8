//! The language, and the queries that we ship over lines that the exporter wrote.

mod documents;
mod language;
mod queries;
mod recorded;

//! `tachograph report`.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Args;

use super::Error;
use crate::report::{self, Format, Question};

/// What the lines of log files come to: endpoints by impact, statements, other services, findings.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Files of JSON lines, of those of the embedded metric format, or of text; plain or gzip. `-`, or none in a pipe: standard
    /// input.
    files: Vec<PathBuf>,
    /// Of each list so many.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    top: usize,
    /// Members by which requests are told apart, such as version,route or any field of the application's.
    #[arg(long, value_name = "MEMBERS", value_delimiter = ',', default_value = "method,route")]
    group_by: Vec<String>,
    /// Only those requests of which this is true: 'duration_ms > 200 and method not in (OPTIONS, HEAD)'.
    #[arg(long = "where", value_name = "CONDITION")]
    filter: Option<String>,
    /// Only lines of this time or later: 30m, 1h, 7d (before now), 2026-11-21, 2026-11-21T10:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only lines of before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// What the report is written in.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Report {
    pub(crate) fn run(self) -> Result<ExitCode, Error> {
        let files = self.inputs()?;
        let question = Question {
            files,
            baseline_files: Vec::new(),
            top: self.top,
            group_by: self.group_by,
            filter: self.filter,
            since: self.since,
            until: self.until,
            format: self.format,
        };
        report::run(question, SystemTime::now())
    }

    fn inputs(&self) -> Result<Vec<PathBuf>, Error> {
        if self.files.is_empty() && std::io::stdin().is_terminal() {
            return Err("name the files of lines, as in `tachograph report api.log`, or give them in a pipe".into());
        }
        let or_stdin = if self.files.is_empty() { vec![PathBuf::from("-")] } else { self.files.clone() };
        Ok(or_stdin)
    }
}

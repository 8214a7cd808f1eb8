//! `tachograph report`.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use tachograph_summary::Sensitivity;

use super::Error;
use crate::report::{self, By, Compare, FailOn, Format, Question};

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
    #[arg(long, value_name = "MEMBERS", value_delimiter = ',', default_value = "method,route",
        value_parser = NonEmptyStringValueParser::new())]
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
    #[command(flatten)]
    comparison: Comparison,
}

/// Which endpoints became slower.
#[derive(Debug, Args)]
#[command(next_help_heading = "Comparison")]
struct Comparison {
    /// Compare the requests by this member: version.
    #[arg(long, value_name = "MEMBER", group = "compared")]
    compare: Option<String>,
    /// Of which value the requests were [default: of two, the one that was there first].
    #[arg(long, value_name = "VALUE", requires = "compare")]
    baseline: Option<String>,
    /// Of which value they are [default: of two, the other].
    #[arg(long, value_name = "VALUE", requires = "compare")]
    candidate: Option<String>,
    /// Compare the requests with those of these files.
    #[arg(long, value_name = "FILE", num_args = 1.., group = "compared")]
    against: Vec<PathBuf>,
    /// What makes the exit code 1.
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        value_delimiter = ',',
        default_value = "slower",
        requires = "compared"
    )]
    fail_on: Vec<FailOn>,
    /// An endpoint is slower by more than this only.
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "5%", requires = "compared")]
    tolerance: f64,
    /// And by more than this, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 1.0, requires = "compared")]
    tolerance_ms: f64,
}

/// `5%` or `5`, as a part of the whole.
fn percent(text: &str) -> Result<f64, String> {
    let percent = text.strip_suffix('%').unwrap_or(text).trim().parse::<f64>();
    let is_percent = |percent: &f64| percent.is_finite() && *percent >= 0.0;
    percent.ok().filter(is_percent).map(|percent| percent / 100.0).ok_or_else(|| "use a number, as `5%`".to_owned())
}

impl Comparison {
    fn asked(self) -> Option<Compare> {
        let Comparison { compare, baseline, candidate, against, fail_on, tolerance, tolerance_ms } = self;
        let by = match compare {
            Some(name) => By::Member { name, baseline, candidate },
            None if against.is_empty() => return None,
            None => By::Files(against),
        };
        let mut sensitivity = Sensitivity::default();
        sensitivity.least_part = tolerance;
        sensitivity.least_micros = tolerance_ms * 1000.0;
        Some(Compare { by, fail_on, sensitivity })
    }
}

impl Report {
    pub(crate) fn run(self) -> Result<ExitCode, Error> {
        let files = self.inputs()?;
        let question = Question {
            files,
            top: self.top,
            group_by: self.group_by,
            filter: self.filter,
            since: self.since,
            until: self.until,
            format: self.format,
            compare: self.comparison.asked(),
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

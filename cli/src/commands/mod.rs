//! The commands, one a file.

mod alarms;
#[cfg(feature = "check")]
mod check;
mod cloudwatch;
mod dashboards;
mod queries;
mod report;

use std::process::ExitCode;

use clap::Subcommand;

use crate::options::Options;

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Dashboards, made from the names that the exporters use.
    Dashboards(dashboards::Dashboards),
    /// Alarms, made from the names that the exporters use, and from thresholds and objectives.
    Alarms(alarms::Alarms),
    /// Queries for CloudWatch Logs Insights.
    Queries(queries::Queries),
    #[cfg(feature = "check")]
    Check(check::Check),
    /// What the lines of log files come to: endpoints by impact, statements, other services, findings.
    Report(Box<report::Report>),
}

/// Why a command could not do what it was asked to, in words for who asked.
pub(crate) type Error = Box<dyn std::error::Error>;

impl Command {
    /// Does it. What a script is to know is in the code.
    pub(crate) fn run(self, options: &Options) -> Result<ExitCode, Error> {
        match self {
            Command::Dashboards(dashboards) => dashboards.run(options),
            Command::Alarms(alarms) => alarms.run(options),
            Command::Queries(queries) => queries.run(options),
            #[cfg(feature = "check")]
            Command::Check(check) => check.run(options),
            Command::Report(report) => report.run(),
        }
    }
}

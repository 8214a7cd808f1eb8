//! `tachograph alarms`.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use tachograph_dashboards::prometheus_rules;

use super::Error;
use crate::options::Options;

/// Alarms.
#[derive(Debug, Args)]
pub(crate) struct Alarms {
    #[command(subcommand)]
    program: Program,
}

/// What watches over them.
#[derive(Debug, Subcommand)]
enum Program {
    /// Rules for Prometheus, as YAML: recordings, alerts, and burn rates of the objectives.
    Prometheus,
}

impl Alarms {
    pub(crate) fn run(self, options: &Options) -> Result<ExitCode, Error> {
        let settings = options.settings()?;
        let written = match self.program {
            Program::Prometheus => prometheus_rules(&settings)?,
        };
        std::io::stdout().write_all(written.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

//! `tachograph alarms`.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use tachograph_dashboards::{cloudwatch_alarms, prometheus_rules};

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
    /// Alarms of CloudWatch and who is told of them, as a template of CloudFormation.
    Cloudwatch,
}

impl Alarms {
    pub(crate) fn run(self, options: &Options) -> Result<ExitCode, Error> {
        let settings = options.settings()?;
        if let Program::Cloudwatch = self.program {
            super::cloudwatch::tell(&options.configuration()?);
        }
        let written = match self.program {
            Program::Prometheus => prometheus_rules(&settings)?,
            Program::Cloudwatch => cloudwatch_alarms(&settings)?,
        };
        std::io::stdout().write_all(written.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

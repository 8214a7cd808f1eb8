//! `tachograph dashboards`.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use tachograph_dashboards::{Source, cloudwatch_dashboards, grafana};

use super::Error;
use crate::options::Options;

/// Dashboards.
#[derive(Debug, Args)]
pub(crate) struct Dashboards {
    #[command(subcommand)]
    program: Program,
}

/// What shows them.
#[derive(Debug, Subcommand)]
enum Program {
    /// A dashboard for Grafana, as JSON.
    Grafana {
        /// Where Grafana takes the numbers from.
        #[arg(long, value_enum, default_value_t)]
        source: From,
    },
    /// Dashboards for CloudWatch, saved queries and the log group, as a template of CloudFormation.
    Cloudwatch,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum From {
    /// A Prometheus that scrapes the service.
    #[default]
    Prometheus,
    /// CloudWatch: Logs Insights over the lines, and the metrics in them.
    Cloudwatch,
}

impl Dashboards {
    pub(crate) fn run(self, options: &Options) -> Result<ExitCode, Error> {
        let settings = options.settings()?;
        if let Program::Cloudwatch = self.program {
            super::cloudwatch::tell(&options.configuration()?);
        }
        let written = match self.program {
            Program::Grafana { source: From::Prometheus } => grafana(&settings, Source::Prometheus),
            Program::Grafana { source: From::Cloudwatch } => grafana(&settings, Source::CloudWatch),
            Program::Cloudwatch => cloudwatch_dashboards(&settings)?,
        };
        std::io::stdout().write_all(written.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

//! `tachograph queries`.

use std::process::ExitCode;

use clap::Args;

use super::Error;

/// Queries for CloudWatch Logs Insights.
#[derive(Debug, Args)]
pub(crate) struct Queries {}

impl Queries {
    pub(crate) fn run(self) -> Result<ExitCode, Error> {
        Ok(ExitCode::SUCCESS)
    }
}

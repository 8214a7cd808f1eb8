//! `tachograph check`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Error;
use crate::check::{self, Asked};
use crate::options::Options;

/// Checks the configuration as the service does, sends one request's record through every exporter, and says what became of it.
///
/// The record is of the route `/_tachograph/check`, with the action `tachograph.check`. The exit code is 0 where the configuration
/// fits and everything arrived, else 1.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Sends nothing: only the configuration is checked.
    #[arg(long)]
    no_send: bool,
    /// How many seconds receivers have.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    deadline: u64,
    /// For the bill: how many routes the service has.
    #[arg(long, value_name = "N", help_heading = "Metrics of CloudWatch")]
    routes: Option<u64>,
    /// How many methods.
    #[arg(long, value_name = "N", help_heading = "Metrics of CloudWatch")]
    methods: Option<u64>,
    /// How many pairs of a method and a route [default: as many as routes].
    #[arg(long, value_name = "N", help_heading = "Metrics of CloudWatch")]
    endpoints: Option<u64>,
    /// How many tasks.
    #[arg(long, value_name = "N", help_heading = "Metrics of CloudWatch")]
    tasks: Option<u64>,
    /// How many pools of connections [default: 1].
    #[arg(long, value_name = "N", help_heading = "Metrics of CloudWatch")]
    pools: Option<u64>,
    /// How many series of the application's own numbers; a histogram's is two [default: 0].
    #[arg(long, value_name = "N", help_heading = "Metrics of CloudWatch")]
    series: Option<u64>,
    /// Lines of the service, to be counted instead; `-` is stdin.
    #[arg(long, value_name = "FILE", help_heading = "Metrics of CloudWatch")]
    log: Option<PathBuf>,
}

impl Check {
    pub(crate) fn run(self, options: &Options) -> Result<ExitCode, Error> {
        let traffic = match &self.log {
            Some(path) => check::counted(path)?,
            None => check::said(self.routes, self.methods),
        };
        let traffic = check::Traffic {
            endpoints: self.endpoints.unwrap_or(traffic.endpoints),
            methods: self.methods.unwrap_or(traffic.methods),
            routes: self.routes.unwrap_or(traffic.routes),
            tasks: self.tasks.unwrap_or(traffic.tasks),
            pools: self.pools.unwrap_or(traffic.pools),
            series: self.series.unwrap_or(traffic.series),
            ..traffic
        };
        let seconds = (!self.no_send).then_some(self.deadline);
        check::run(options, &Asked { seconds, traffic })
    }
}

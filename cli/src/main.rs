//! `tachograph`: reports over log files, dashboards and alarms, and a check of the configuration.

mod commands;
mod settings;

use std::process::ExitCode;

use clap::Parser;

/// Where the time of a service's requests goes: reports over its log files, dashboards, alarms and queries for it, and a
/// check of its configuration.
#[derive(Debug, Parser)]
#[command(name = "tachograph", version)]
struct Arguments {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    match Arguments::parse().command.run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tachograph: {error}");
            ExitCode::from(2)
        }
    }
}

//! `tachograph`: reports over log files, dashboards and alarms, and a check of the configuration.

#[cfg(feature = "check")]
mod check;
mod commands;
mod options;
mod report;
mod settings;

use std::process::ExitCode;

use clap::Parser;

/// Where the time of a service's requests goes: reports over its log files, dashboards, alarms and queries for it, and a
/// check of its configuration.
#[derive(Debug, Parser)]
#[command(name = "tachograph", version)]
struct Arguments {
    #[command(flatten)]
    options: options::Options,
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    let Arguments { options, command } = Arguments::parse();
    match command.run(&options) {
        Ok(code) => code,
        // Who reads has seen enough, as `head` has.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tachograph: {error}");
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

//! A check of the configuration: does it fit, does what is recorded arrive, and how many metrics will be on the bill?

mod admin;
mod bill;
mod outcome;
mod served;
mod traffic;
mod trial;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use tachograph::{Config, Tachograph};
pub(crate) use tachograph_json::emf::Traffic;

use crate::commands::Error;
use crate::options::Options;
use outcome::Failures;
pub(crate) use traffic::{counted, said};

/// What is to be checked.
pub(crate) struct Asked {
    /// How many seconds receivers have; none: nothing is sent.
    pub(crate) seconds: Option<u64>,
    pub(crate) traffic: Traffic,
}

/// Checks, and says what was found on stdout; what does not fit is said on stderr, as the service says it.
pub(crate) fn run(options: &Options, asked: &Asked) -> Result<ExitCode, Error> {
    let config = match options.configuration() {
        Ok(config) => config,
        Err(wrong) => return Ok(refused(&*wrong)),
    };
    let failures = Failures::default();
    let guard = match build(config.clone(), &failures) {
        Ok(guard) => guard,
        Err(wrong) => return Ok(refused(&wrong)),
    };
    let mut told = format!("{}\n", guard.summary());
    let mut is_fine = true;
    match asked.seconds {
        None => guard.exporters().iter().for_each(|exporter| _ = writeln!(told, "{exporter}: fits")),
        Some(seconds) => {
            let (record, outcomes) = trial::run(&guard, &failures, Duration::from_secs(seconds));
            let _ = writeln!(told, "{record}");
            for (exporter, outcome) in outcomes {
                is_fine &= outcome.is_fine();
                let _ = writeln!(told, "{exporter}: {outcome}");
            }
            for (exporter, outcome) in served::all(&guard, &config) {
                is_fine &= outcome.is_fine();
                let _ = writeln!(told, "{exporter}: {outcome}");
            }
        }
    }
    // In order it would send what instances send at their end, and wait for receivers that are gone once more.
    std::mem::forget(guard);
    if let Some(admin) = &config.admin {
        let _ = writeln!(told, "{}", admin::told(admin));
    }
    told.push_str(&bill::told(&config, &asked.traffic)?);
    std::io::stdout().write_all(told.as_bytes())?;
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The instance, as the service builds it; but the service itself may be running here: the listener's port and the page's file
/// are the service's own.
fn build(mut config: Config, failures: &Failures) -> Result<Tachograph, tachograph::Error> {
    config.admin = None;
    if let Some(page) = config.exporters.as_mut().and_then(|exporters| exporters.page.as_mut()) {
        page.file = None;
    }
    let failures = failures.clone();
    Tachograph::builder().config(config).on_failure(move |exporter, why| failures.add(exporter, why)).build()
}

fn refused(wrong: &dyn std::error::Error) -> ExitCode {
    eprintln!("tachograph: {wrong}");
    ExitCode::FAILURE
}

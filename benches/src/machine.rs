//! Where and when a run was made: without it, its nanoseconds mean nothing.

use crate::timestamp::Timestamp;
use std::fmt;
use std::process::Command;
use std::time::SystemTime;

/// The machine, the compiler and the moment of a run.
#[derive(Debug)]
pub struct Machine {
    processor: String,
    cores: usize,
    compiler: String,
    date: String,
}

impl Machine {
    /// Asks the system; what it does not tell is `unknown`.
    pub fn here_and_now() -> Self {
        Self {
            processor: processor().unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            compiler: compiler().unwrap_or_else(unknown),
            date: Timestamp(SystemTime::now()).to_string(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, cores, compiler, date } = self;
        let (system, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
        writeln!(formatter, "- machine: {processor}, {cores} cores, {system} {architecture}")?;
        writeln!(formatter, "- compiler: {compiler}")?;
        writeln!(formatter, "- date: {date}")
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn processor() -> Option<String> {
    let processors = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let model = processors.lines().find(|line| line.starts_with("model name"))?;
    Some(model.split_once(':')?.1.trim().to_owned())
}

fn compiler() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

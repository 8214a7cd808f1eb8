//! What became of the lines.

use serde::Serialize;

use crate::report::counts::{Fate, Place};
use crate::report::input::Input;
use crate::report::reader::Read;

/// What became of the lines.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Lines {
    pub(crate) all: u64,
    /// Of requests and tasks.
    pub(crate) requests: u64,
    /// Of calls and findings.
    pub(crate) details: u64,
    /// Of what was not asked for.
    pub(crate) not_asked: u64,
    pub(crate) logs: u64,
    /// Metrics of many requests, which have lines of their own.
    pub(crate) metrics: u64,
    pub(crate) broken: u64,
    /// `api.log:17`
    pub(crate) first_broken: Option<String>,
    pub(crate) foreign: u64,
    pub(crate) first_foreign: Option<String>,
    /// Longer than 16 MiB.
    pub(crate) too_long: u64,
    pub(crate) first_too_long: Option<String>,
    /// Files that ended before their end, and why.
    pub(crate) damaged_files: Vec<String>,
    /// Requests, calls and findings that are counted together, as there were too many different ones.
    pub(crate) overflowed: f64,
}

impl Lines {
    pub(super) fn new(read: &Read, inputs: &[Input]) -> Self {
        let counts = &read.gathered.counts;
        let shown = |place: Place| match inputs.get(place.input) {
            Some(input) => format!("{}:{}", input.name(), place.line),
            None => String::new(),
        };
        let overflowed = read.gathered.summary.overflowed();
        Lines {
            all: counts.all(),
            requests: counts.of(Fate::Request),
            details: counts.of(Fate::Detail),
            not_asked: counts.of(Fate::NotAsked),
            logs: counts.of(Fate::Log),
            metrics: counts.of(Fate::Metrics),
            broken: counts.of(Fate::Broken),
            first_broken: counts.first(Fate::Broken).map(shown),
            foreign: counts.of(Fate::Foreign),
            first_foreign: counts.first(Fate::Foreign).map(shown),
            too_long: counts.of(Fate::TooLong),
            first_too_long: counts.first(Fate::TooLong).map(shown),
            damaged_files: read.damaged.iter().map(|damage| format!("{}: {}", damage.input, damage.what)).collect(),
            overflowed: overflowed.endpoints + overflowed.calls + overflowed.findings,
        }
    }
}

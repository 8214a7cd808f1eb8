//! What is found in how a request asks its database.

mod alike;
mod places;
mod repeats;
mod ways;

use tachograph_core::testing::{self, Instance};
use tachograph_core::{FindingKind, ManualClock, Record};

const NAME: &str = "SELECT name FROM experiments WHERE id = ?";
const COUNT: &str = "SELECT count(*) FROM experiments";

/// One that looks at every call, the first of its kind too. Its clock stands still: nothing is found of how long something
/// takes.
fn instance() -> Instance {
    Instance::build(|builder| builder.capture(testing::capture()).clock(ManualClock::new()))
}

/// What was found of queries: the kind, how many, and how many different parameters they had.
fn found(record: &Record) -> Vec<(FindingKind, u32, Option<u32>)> {
    let findings = record.findings().iter();
    findings.map(|finding| (finding.kind(), finding.count(), finding.distinct_parameters())).collect()
}

//! The table.

use tachograph::core::FindingKind;

use crate::expected::{Expected, finding};

pub(crate) mod answers;
pub(crate) mod budgets;
pub(crate) mod deliberate;
pub(crate) mod duplicates;
pub(crate) mod loops;
pub(crate) mod no_loops;
pub(crate) mod ordinary;
pub(crate) mod polls;
pub(crate) mod pools;
pub(crate) mod sequential;
pub(crate) mod services;
pub(crate) mod tasks;
pub(crate) mod without_code;

/// One user, by the key.
pub(crate) const USER: &str = "SELECT name FROM users WHERE id = $1";

/// So many times that statement, each with another key.
fn n_plus_one(count: u32) -> Expected {
    finding(FindingKind::NPlusOne, count).of("SELECT users").distinct(count)
}

/// It took this long in all, whatever the reason.
fn slow_request(millis: u64) -> Expected {
    finding(FindingKind::SlowRequest, 1).costs(millis)
}

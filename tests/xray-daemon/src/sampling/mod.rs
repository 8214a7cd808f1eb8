//! What the daemon is asked about sampling.

mod answers;
mod request;
mod types;

pub(crate) use answers::{Answers, Reply};
pub(crate) use request::{rules, targets};
pub use types::{Answer, Rule, Statistics, Target, Targets, Unprocessed};

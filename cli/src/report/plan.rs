//! What is asked of the lines.

use super::fields::{Fields, Slot};
use super::filter::Expression;
use super::moment::Millis;

/// What is asked of the lines; the same for all threads.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The members that are looked at.
    pub(crate) fields: Fields,
    /// Which requests and tasks are wanted.
    pub(crate) filter: Option<Expression>,
    /// Lines of before are left out.
    pub(crate) since: Option<Millis>,
    /// Lines from then on are left out.
    pub(crate) until: Option<Millis>,
    /// By what requests are told apart.
    pub(crate) group_by: Vec<Slot>,
    /// By what they are divided into those that are compared.
    pub(crate) sides: Sides,
}

/// By what requests are divided into those that are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sides {
    /// Nothing is compared.
    #[default]
    One,
    /// By a member: `version`.
    Member(Slot),
    /// By the files that they stand in.
    Files,
}

/// What those are called that stand in the files of the baseline, and the others.
pub(crate) const SIDES_OF_FILES: [&str; 2] = ["candidate", "baseline"];

impl Plan {
    /// Whether the time is within what was asked for.
    #[inline]
    pub(crate) fn is_in_time(&self, at: Option<Millis>) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        at.is_some_and(|at| self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until))
    }
}

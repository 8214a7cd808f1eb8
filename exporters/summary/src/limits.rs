//! How much is kept, and what is beyond it.

use std::ops::AddAssign;

/// How much there may be of what others choose the names of.
///
/// Names are kept to 500 bytes, statements to 2000.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Endpoints, of all versions together. Default 1000. Requests of others are counted as those of the method and route
    /// [`OVERFLOW`](crate::OVERFLOW), without a version.
    pub endpoints: usize,
    /// Of each endpoint, the statuses that it answered, with errors and without. Default 30. Others are counted as the first of their class: `400`
    /// for `451`.
    pub statuses: usize,
    /// Of each endpoint, the things that it asked. Default 200. Others are counted by their kind, as calls to the target
    /// [`OVERFLOW`](crate::OVERFLOW).
    pub calls: usize,
    /// Of each endpoint, the places at which something was found. Default 100. Others are counted by their kind, with the
    /// summary [`OVERFLOW`](crate::OVERFLOW).
    pub findings: usize,
    /// Of all endpoints together: these themselves, the things that they asked, and the places at which something was
    /// found. Default 50,000.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { endpoints: 1000, statuses: 30, calls: 200, findings: 100, entries: 50_000 }
    }
}

/// How much was counted together with others for want of room. It is in all totals.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Overflowed {
    /// Requests whose endpoint had none.
    pub endpoints: f64,
    /// Requests whose status had none.
    pub statuses: f64,
    /// Calls.
    pub calls: f64,
    /// Findings.
    pub findings: f64,
}

impl Overflowed {
    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        *self == Overflowed::default()
    }
}

impl AddAssign for Overflowed {
    fn add_assign(&mut self, other: Self) {
        self.endpoints += other.endpoints;
        self.statuses += other.statuses;
        self.calls += other.calls;
        self.findings += other.findings;
    }
}

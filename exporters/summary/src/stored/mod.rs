//! A summary as JSON, to be kept over restarts.
//!
//! It is compact, and it is for this crate alone: each text is there once, everything else is lists of numbers.

mod read;
mod write;

use std::fmt;

use crate::limits::Limits;
use crate::names::Names;
use crate::summary::Summary;

/// Changes with the lists, and with the buckets that durations are counted in.
const FORMAT: u64 = 1;

/// How many numbers the sums of a variant are.
const SUMS: usize = 14 + crate::shares::SHARES;

/// What was read is no summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(&'static str);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no summary that can be read: {}", self.0)
    }
}

impl std::error::Error for Error {}

impl Summary {
    /// As JSON, on one line.
    pub fn to_json(&self) -> String {
        write::summary(self)
    }

    /// From what [`to_json`](Self::to_json) wrote, within these limits and with these names.
    ///
    /// # Errors
    ///
    /// It was broken off, was written by another version, or is something else.
    pub fn from_json(json: &[u8], limits: Limits, names: &Names) -> Result<Self, Error> {
        let mut summary = Summary::with_names(limits, names);
        read::summary(json, &mut summary)?;
        Ok(summary)
    }
}

#[cfg(test)]
mod tests;

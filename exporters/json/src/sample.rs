//! Which requests have lines, where not all need one.

use tachograph_core::Record;

use crate::beside::Weight;
use crate::error::Error;

/// As many traces as there can be, in the arithmetic of a ratio: that of [`Sampler::ratio`](tachograph_core::Sampler::ratio).
const ALL: f64 = (1_u64 << 63) as f64;

/// The part of all requests that has lines.
///
/// What is [worth a look](Record::is_flagged) always has: errors, and whatever has findings. Of the others the trace id decides, as it does for [`Sampler::ratio`](tachograph_core::Sampler::ratio), so that
/// services and exporters of one part keep the same requests. Lines say in `sample_weight` how many requests each stands
/// for, so that their sum estimates how many there were.
///
/// ```
/// use tachograph_json::Sample;
///
/// assert!(Sample::new(0.05).is_ok());
/// assert!(Sample::new(5.0).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample(f64);

impl Sample {
    /// This part, from 0 (only what is worth a look) to 1 (all).
    ///
    /// # Errors
    /// When it is no such number.
    pub fn new(part: f64) -> Result<Self, Error> {
        if (0.0..=1.0).contains(&part) {
            Ok(Sample(part))
        } else {
            Err(Error::new(format!("{part} is no part of all requests: use a number from 0 to 1")))
        }
    }

    /// Whether every request has its lines.
    pub fn is_all(self) -> bool {
        self.0 == 1.0
    }

    /// How many requests the lines of this one stand for; none where it has none.
    pub(crate) fn weigh(self, record: &Record) -> Option<Weight> {
        if self.is_all() {
            return Some(Weight(None));
        }
        if record.is_flagged() {
            return Some(Weight(Some(1.0)));
        }
        let is_kept = ((record.identity().trace_id().get() as u64) >> 1) < (self.0 * ALL) as u64;
        is_kept.then_some(Weight(Some(1.0 / self.0)))
    }
}

/// All.
impl Default for Sample {
    fn default() -> Self {
        Sample(1.0)
    }
}

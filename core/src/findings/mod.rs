//! Findings: why a request was slow, or will be once there is more data.

mod finding;
mod kind;
mod thresholds;

pub use finding::Finding;
pub use kind::FindingKind;
pub use thresholds::Thresholds;

use crate::capture::Capture;
use crate::record::Record;

impl Record {
    /// Finds what there is to find, at the end.
    pub(crate) fn find(&mut self, capture: &Capture) {
        // An upgrade or an event stream lasts as long as it is wanted.
        if self.is_streaming() {
            return;
        }
        let thresholds = capture.routes.of(self).unwrap_or(&capture.thresholds);
        let _ = thresholds;
    }
}

//! What is lost, or left out, by a name for each reason.

use std::sync::atomic::{AtomicU64, Ordering};

use tachograph_delivery::Counters;

use crate::document::Written;
use crate::udp::Lost;

/// What was left out of documents.
#[derive(Debug, Default)]
pub(crate) struct Shortened {
    cut: AtomicU64,
    left_out: AtomicU64,
}

impl Shortened {
    /// Counts what was left out, and says how many documents there are.
    pub(crate) fn count(&self, written: Written) -> u32 {
        // Nearly always it is nothing, and the counts are shared by all threads.
        if written.cut > 0 {
            self.cut.fetch_add(written.cut.into(), Ordering::Relaxed);
        }
        if written.left_out > 0 {
            self.left_out.fetch_add(written.left_out.into(), Ordering::Relaxed);
        }
        written.documents
    }
}

pub(crate) fn reasons(counters: &Counters, shortened: &Shortened, lost: &Lost) -> Vec<(&'static str, u64)> {
    let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
    vec![
        ("buffer_full", counters.dropped_full),
        ("rendering_panicked", counters.dropped_panicked),
        ("refused", of(&lost.refused)),
        ("datagram_too_long", of(&lost.too_long)),
        ("daemon_gone", counters.dropped_expired),
        ("output_failed", counters.dropped_failed + counters.dropped_rejected + counters.dropped_too_long),
        ("after_shutdown", counters.dropped_after_shutdown),
        ("subsegments_left_out", of(&shortened.left_out)),
        ("document_cut", of(&shortened.cut)),
    ]
}

//! The span inside an operation that says: this is counted already.

use tachograph_core::{MEASURED_AROUND, MEASURED_TARGET};
use tracing::Level;

/// Tells whoever makes calls of the SDK's own spans that the one which is current is measured.
pub(crate) fn mark() {
    // Asked first, because a span that no subscriber wants can still become a line of the `log` crate.
    if tracing::span_enabled!(target: MEASURED_TARGET, Level::DEBUG) {
        drop(tracing::debug_span!(target: MEASURED_TARGET, MEASURED_AROUND));
    }
}

//! Names that stand in many answers.

use tachograph_core::Share;

/// The time of a share, as the JSON line calls it.
pub(crate) fn of_share(share: Share) -> &'static str {
    match share {
        Share::Database => "db_ms",
        Share::ConnectionWait => "db_wait_ms",
        Share::External => "external_ms",
        Share::Cache => "cache_ms",
        Share::Own => "own_ms",
        Share::Body => "body_ms",
        Share::Waiting => "waiting_ms",
    }
}

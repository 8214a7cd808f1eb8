//! Names of the reasons for which something is lost.

use tachograph_delivery::Counters;

use crate::signal::Signal;

/// How much of a signal was lost, by reason. `cut`: items that were sent with something left out.
pub(crate) fn reasons(signal: Signal, counters: &Counters, cut: u64) -> [(&'static str, u64); 8] {
    macro_rules! named {
        ($items:literal) => {
            [
                (concat!($items, "_buffer_full"), counters.dropped_full),
                (concat!($items, "_too_long"), counters.dropped_too_long),
                (concat!($items, "_rendering_panicked"), counters.dropped_panicked),
                (concat!($items, "_failed"), counters.dropped_failed),
                (concat!($items, "_rejected"), counters.dropped_rejected),
                (concat!($items, "_expired"), counters.dropped_expired),
                (concat!($items, "_after_shutdown"), counters.dropped_after_shutdown),
                (concat!($items, "_cut"), cut),
            ]
        };
    }
    match signal {
        Signal::Traces => named!("spans"),
        Signal::Metrics => named!("data_points"),
        Signal::Logs => named!("log_records"),
    }
}

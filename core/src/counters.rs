//! What could not be kept or attributed, counted.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::handle::Handle;
use crate::own_thread::is_own_thread;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// How often each bound was hit since the instance was built.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counters {
            /// Every counter with its name, in a fixed order.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }

        /// These are hit rarely, so they are not sharded.
        #[derive(Debug, Default)]
        pub(crate) struct LiveCounters {
            $(pub(crate) $name: Counter,)*
        }

        impl LiveCounters {
            pub(crate) fn read(&self) -> Counters {
                Counters { $($name: self.$name.0.load(Ordering::Relaxed)),* }
            }
        }
    };
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn one_if(&self, hit: bool) {
        if hit {
            self.one();
        }
    }
}

/// For adapters, which see things that core does not.
impl Handle {
    /// Counts a call that belongs to no request, unless it is one of an exporter of ours.
    pub fn count_unattributed_call(&self) {
        self.live_counters().unattributed_calls.one_if(!is_own_thread());
    }

    /// Counts a call whose request is gone already.
    pub fn count_late_call(&self) {
        self.live_counters().late_calls.one();
    }

    /// Counts a text that was cut.
    pub fn count_cut_text(&self) {
        self.live_counters().texts_cut.one();
    }

    /// Counts fields for which there was no room.
    pub fn count_dropped_fields(&self, fields: u64) {
        self.live_counters().fields_dropped.add(fields);
    }
}

counters! {
    /// Calls made while no request was current on the thread: work that was spawned without its request.
    unattributed_calls,
    /// Calls that ended, or were reported, after their request had closed.
    late_calls,
    /// Calls that are in a record's totals and groups but not kept one by one.
    calls_grouped,
    /// Calls, and waits for a connection, that are in a record's totals only.
    calls_ungrouped,
    /// Calls reported after the fact whose share of the breakdown had to be estimated.
    calls_estimated,
    /// Findings beyond the limit.
    findings_dropped,
    /// Calls whose place on the stack was not looked up: too many are being looked up, or known already.
    callsites_missed,
    /// Spans of the application that are not in the record.
    spans_dropped,
    /// Fields or metadata entries beyond the limit.
    fields_dropped,
    /// Fields refused because their name is one of the record's own, or empty.
    fields_refused,
    /// Texts that were cut.
    texts_cut,
    /// Requests whose `traceparent` or `X-Amzn-Trace-Id` could not be read; they got a trace of their own.
    trace_headers_malformed,
    /// Requests whose `x-request-id` was not fit to be repeated; they got one of ours.
    request_ids_refused,
    /// Streams of an endpoint that were not begun, as too many were open.
    streams_refused,
    /// Panics inside an exporter, which lost that record for that exporter.
    exporter_panics,
}

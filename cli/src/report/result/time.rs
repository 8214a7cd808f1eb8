//! Requests over time, and by hour.

use serde::Serialize;

use super::{millis, part};
use crate::report::moment;
use crate::report::over_time::{self, ByHour, OverTime};

/// Requests over time, and by hour.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Time {
    /// How wide a slot is, in seconds.
    pub(crate) slot_s: f64,
    pub(crate) slots: Vec<Slot>,
    /// Seven days, from Monday, of 24 hours, in UTC.
    pub(crate) by_weekday_and_hour: Vec<Vec<Hour>>,
}

/// The requests of some time.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Slot {
    pub(crate) at: String,
    pub(crate) requests: f64,
    pub(crate) errors: f64,
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p95_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
}

/// What there was in an hour.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Hour {
    pub(crate) count: f64,
    pub(crate) errors: f64,
    pub(crate) mean_ms: f64,
}

impl Time {
    pub(super) fn new(over_time: &OverTime, by_hour: &ByHour) -> Self {
        let slots = over_time.slots().map(|(at, slot)| {
            let percentile = |part| slot.durations.percentile(part).map(|micros| millis(micros as f64));
            Slot {
                at: moment::shown(at),
                requests: slot.requests,
                errors: slot.errors,
                p50_ms: percentile(0.5),
                p95_ms: percentile(0.95),
                p99_ms: percentile(0.99),
            }
        });
        Time {
            slot_s: over_time.width() as f64 / 1000.0,
            slots: slots.collect(),
            by_weekday_and_hour: by_hour.0.iter().map(|day| day.iter().map(Hour::new).collect()).collect(),
        }
    }
}

impl Hour {
    pub(super) fn new(hour: &over_time::Hour) -> Self {
        Hour { count: hour.count, errors: hour.errors, mean_ms: millis(part(hour.total, hour.count)) }
    }
}

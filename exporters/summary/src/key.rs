//! What requests are told apart by.

use std::sync::Arc;

/// Requests of one version, method and route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointKey {
    /// The version of the service; empty where it has none.
    pub version: Arc<str>,
    /// `GET`; of a task, `task`.
    pub method: Arc<str>,
    /// The route, `/experiments/{id}`; of a task, its name. Empty where none matched.
    pub route: Arc<str>,
}

/// Requests of an endpoint that are alike in what a page filters by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Variant {
    /// The status; none where there was no answer.
    pub status: Option<u16>,
    /// Which of [`Variant::BANDS`] the duration is in: the last that it is not below.
    pub band: u8,
}

impl Variant {
    /// Durations from which requests can be asked for, in milliseconds.
    pub const BANDS: [u64; 9] = [0, 10, 50, 100, 200, 500, 1000, 5000, 30000];

    /// Of a request with this status and duration, in microseconds.
    pub fn of(status: Option<u16>, micros: u64) -> Self {
        let band = Self::BANDS.iter().rposition(|millis| micros >= millis * 1000).unwrap_or_default();
        Variant { status, band: band as u8 }
    }
}

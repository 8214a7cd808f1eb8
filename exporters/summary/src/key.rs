//! What requests are told apart by.

use std::sync::Arc;

use hashbrown::HashSet;

use crate::asked::{Asked, Keys};
use crate::names::{MOST_NAME, OVERFLOW, cut};

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

/// The same, borrowed: members in the same order, so that both have one hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AskedEndpoint<'a> {
    version: &'a str,
    method: &'a str,
    route: &'a str,
}

impl<'a> AskedEndpoint<'a> {
    pub(crate) fn new(version: &'a str, method: &'a str, route: &'a str) -> Self {
        AskedEndpoint { version: cut(version, MOST_NAME), method: cut(method, MOST_NAME), route: cut(route, MOST_NAME) }
    }
}

impl<'a> Asked<'a> for AskedEndpoint<'a> {
    type Key = EndpointKey;

    fn of(key: &'a EndpointKey) -> Self {
        AskedEndpoint { version: &key.version, method: &key.method, route: &key.route }
    }

    fn overflow(self) -> Self {
        AskedEndpoint { version: "", method: OVERFLOW, route: OVERFLOW }
    }

    fn key(self, text: &mut dyn FnMut(&str) -> Arc<str>) -> EndpointKey {
        EndpointKey { version: text(self.version), method: text(self.method), route: text(self.route) }
    }

    fn known(keys: &mut Keys) -> &mut HashSet<Arc<EndpointKey>> {
        &mut keys.endpoints
    }
}

/// Requests of an endpoint that are alike in what a page filters by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Variant {
    /// The status; none where there was no answer.
    pub status: Option<u16>,
    /// They are errors, as [`Request::is_error`](crate::Request::is_error) says.
    pub is_error: bool,
    /// Which of [`Variant::BANDS`] the duration is in: the last that it is not below.
    pub band: u8,
}

impl Variant {
    /// Durations from which requests can be asked for, in milliseconds.
    pub const BANDS: [u64; 9] = [0, 10, 50, 100, 200, 500, 1000, 5000, 30000];

    /// Of a request with this status, which is an error or none, and this duration in microseconds.
    pub fn of(status: Option<u16>, is_error: bool, micros: u64) -> Self {
        Variant { status, is_error, band: Self::band(micros) }
    }

    /// The duration from which it is in its band, in microseconds.
    pub fn at_least(&self) -> u64 {
        Self::BANDS[usize::from(self.band).min(Self::BANDS.len() - 1)] * 1000
    }

    #[inline]
    pub(crate) fn band(micros: u64) -> u8 {
        // Each is compared, as that takes no branch which could be foreseen wrongly.
        Self::BANDS[1..].iter().map(|millis| u8::from(micros >= millis * 1000)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_begins_with_its_edge() {
        for (band, millis) in Variant::BANDS.into_iter().enumerate() {
            let variant = Variant::of(Some(200), false, millis * 1000);
            assert_eq!((variant.band, variant.at_least()), (band as u8, millis * 1000));
            if band > 0 {
                assert_eq!(Variant::of(Some(200), false, millis * 1000 - 1).band, band as u8 - 1);
            }
        }
        assert_eq!(Variant::of(None, true, u64::MAX), Variant { status: None, is_error: true, band: 8 });
    }
}

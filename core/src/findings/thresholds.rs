//! From when on something is a finding.

use std::time::Duration;

use super::kind::FindingKind;

/// From when on something is a finding. The defaults are those of the tools that people trust, as far as they have any.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thresholds {
    /// From this duration on a request is slow. Default 1 s.
    pub slow_request: Duration,
    /// A budget: more queries are a finding. Default 20.
    pub max_queries: u32,
    /// So many times one statement from one place is an N+1, or a duplicate query, at any duration. Default 5.
    pub repeats: u32,
    /// From this duration on a query is slow. Default 500 ms.
    pub slow_query: Duration,
    /// From this duration on a call to another service is slow. Default 1 s.
    pub slow_external_call: Duration,
    /// So many calls to one service from one place are an N+1. Default 10.
    pub external_repeats: u32,
    /// Calls that were made one after the other are a finding where they could have saved so much. Default 100 ms.
    pub sequential_saving: Duration,
    /// And of these, only calls that took so long. Default 30 ms.
    pub sequential_call: Duration,
    /// From so much waiting for connections on. Default 100 ms.
    pub connection_wait: Duration,
    /// From so many misses on, if they are at least half of what a cache was asked for. Default 10.
    pub cache_misses: u32,
    /// An answer of more bytes is large, if its request took longer than 100 ms. Default 300,000.
    pub large_response: u64,
    /// From so much sending of the body on, if it is at least half of the request. Default 1 s.
    pub slow_body: Duration,
    /// A poll from this duration on blocks its thread. Default 100 ms.
    pub blocking: Duration,
    /// From so much waiting for nothing known on, if it is at least half of the request. Default 500 ms.
    pub waiting: Duration,
    /// A finding that costs so much makes the request's line a warning. Default 50 ms.
    pub warning: Duration,
    pub(super) off: u16,
}

impl Default for Thresholds {
    fn default() -> Self {
        let ms = Duration::from_millis;
        Thresholds {
            slow_request: ms(1000),
            max_queries: 20,
            repeats: 5,
            slow_query: ms(500),
            slow_external_call: ms(1000),
            external_repeats: 10,
            sequential_saving: ms(100),
            sequential_call: ms(30),
            connection_wait: ms(100),
            cache_misses: 10,
            large_response: 300_000,
            slow_body: ms(1000),
            blocking: ms(100),
            waiting: ms(500),
            warning: ms(50),
            off: 0,
        }
    }
}

impl Thresholds {
    /// No finding of this kind is made.
    pub fn switch_off(&mut self, kind: FindingKind) {
        self.off |= kind.bit();
    }

    /// Findings of this kind are made.
    pub fn switch_on(&mut self, kind: FindingKind) {
        self.off &= !kind.bit();
    }

    /// Whether findings of any kind are made.
    pub(crate) fn any_is_on(&self) -> bool {
        FindingKind::ALL.into_iter().any(|kind| self.is_on(kind))
    }

    /// Whether findings of this kind are made. Default: all are.
    pub fn is_on(&self, kind: FindingKind) -> bool {
        self.off & kind.bit() == 0
    }
}

//! A request that is under way, and the facts that are left of it at its end.

use super::recorder::Recorder;
use axum::extract::{MatchedPath, Request};
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode};
use http_body::Body;
use std::time::{Duration, Instant, SystemTime};

/// A request under way. It is recorded when it is dropped, however that comes about.
pub(super) struct Open {
    recorder: &'static Recorder,
    started: Instant,
    facts: Facts,
}

/// What is known of a request.
pub(super) struct Facts {
    pub(super) trace_id: u128,
    pub(super) span_id: u64,
    pub(super) request_id: u64,
    pub(super) method: Method,
    pub(super) route: Option<MatchedPath>,
    /// Shared with the request's: hyper cuts it from a buffer that is counted already, so a clone allocates nothing.
    pub(super) path: Option<PathAndQuery>,
    pub(super) status: Option<StatusCode>,
    pub(super) outcome: &'static str,
    pub(super) request_bytes: u64,
    pub(super) response_bytes: u64,
}

/// When a request ended, and how long it took.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) at: SystemTime,
    pub(super) duration: Duration,
}

impl Open {
    pub(super) fn new(recorder: &'static Recorder, request: &Request) -> Self {
        let facts = Facts {
            trace_id: fastrand::u128(1..),
            span_id: fastrand::u64(1..),
            request_id: fastrand::u64(1..),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            path: request.uri().path_and_query().cloned(),
            status: None,
            outcome: "client_disconnected",
            request_bytes: request.body().size_hint().exact().unwrap_or_default(),
            response_bytes: 0,
        };
        Self { recorder, started: Instant::now(), facts }
    }

    pub(super) fn answered(&mut self, status: StatusCode) {
        self.facts.status = Some(status);
    }

    pub(super) fn sent(&mut self, bytes: usize) {
        self.facts.response_bytes += bytes as u64;
    }

    pub(super) fn complete(mut self) {
        self.facts.outcome = "completed";
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let end = End { duration: self.started.elapsed(), at: SystemTime::now() };
        self.recorder.record(&mut self.facts, end);
    }
}

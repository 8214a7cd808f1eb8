//! The floor: by hand, and with nothing to configure, the least that any crate must do that records each request.
//!
//! For each request: two monotonic clock readings and one of the wall clock; its ids; one counter, the bytes and a histogram,
//! in a shard of the thread's own; one JSON line of about 300 bytes, escaped where it must be; a span record; and a body
//! that is counted until its end, so that a streamed one is timed to the last byte. A timer pulls lines and spans every few
//! milliseconds, and hands them to nobody. It has one series only, no bound on what is pending, no configuration, and takes
//! no trace from the request's headers: what does more costs more.

mod line;
mod open;
mod recorder;
mod service;

use super::{Proof, Row};
use axum::Router;
use recorder::Recorder;
use service::FloorLayer;

/// The name by which the table finds the row that the others are compared with.
pub const FLOOR: &str = "floor";

/// The measuring stick.
pub fn floor(router: Router) -> Row {
    let (router, proof) = with_floor(router);
    Row::of(FLOOR, router, proof)
}

pub(crate) fn with_floor(router: Router) -> (Router, Proof) {
    let (recorder, timer) = Recorder::start();
    let proof = move |requests| {
        let pulled = timer.stop();
        let found = [
            ("lines", pulled.lines),
            ("spans", pulled.spans),
            ("requests counted", recorder.requests()),
            ("durations in the histogram", recorder.durations()),
        ];
        match found.into_iter().find(|(_, count)| *count != requests) {
            Some((what, count)) => Err(format!("{count} {what} of {requests} requests")),
            None => Ok(format!(
                "{requests} lines of {} bytes, spans, counts and durations",
                pulled.bytes.checked_div(pulled.lines).unwrap_or_default()
            )),
        }
    };
    (router.layer(FloorLayer { recorder }), Box::new(proof))
}

#[cfg(test)]
mod tests {
    use super::floor;
    use crate::workloads::plain;

    fn requests_served(requests: u64) -> super::Row {
        let mut row = floor(plain());
        row.app.serve(&tokio::runtime::Builder::new_current_thread().build().unwrap(), requests);
        row
    }

    #[test]
    fn the_proof_holds_for_every_request_served() {
        let proof = (requests_served(3).proof)(3).unwrap();
        assert!(proof.starts_with("3 lines of 3"), "about 300 bytes a line: {proof}");
    }

    #[test]
    fn the_proof_fails_when_a_request_left_no_line() {
        assert_eq!((requests_served(3).proof)(4).unwrap_err(), "3 lines of 4 requests");
    }
}

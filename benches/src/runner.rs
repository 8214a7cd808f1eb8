//! Lets the rows of a workload take turns, and looks at what each turn took.

use crate::allocator::{Allocations, count_allocations};
use crate::report::{Report, Samples};
use crate::rows::{Proof, Row};
use crate::workloads::{BODY_BYTES, PATH};
use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT, HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, Uri};
use http_body_util::BodyExt;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// The turns in which allocations are counted, after the timed ones. They repeat; a few show it.
const COUNTED_TURNS: usize = 11;

/// The fewest requests of such a turn: where threads wait for each other, as in sqlx, it is chance whether one allocates.
const COUNTED_REQUESTS: u64 = 100;

/// Requests before each timed turn, which bring the caches back to the row.
const WARM_UP_REQUESTS: u64 = 10;

/// A workload's rows, the bare one first.
#[derive(Debug)]
pub struct Workload {
    /// What the handler does.
    pub title: &'static str,
    /// How many requests make a turn: enough to last about a millisecond, which no clock misses and no drift outlasts.
    pub requests_per_turn: u64,
    /// What is compared.
    pub rows: Vec<Row>,
}

/// Gives every row of `workload` `turns` timed turns, in rounds of changing order, and then some that count its allocations.
///
/// # Errors
/// The row whose proof failed, and what it missed.
///
/// # Panics
/// When an answer is not the workload's.
pub fn run(runtime: &Runtime, workload: Workload, turns: usize) -> Result<Report, String> {
    let Workload { title, requests_per_turn, rows } = workload;
    let mut lanes: Vec<Lane> = rows.into_iter().map(Lane::new).collect();
    for lane in &mut lanes {
        lane.serve(runtime, requests_per_turn);
    }
    let mut order: Vec<usize> = (0..lanes.len()).collect();
    for _ in 0..turns {
        // A row that always came after the same other one would inherit the caches that it leaves.
        fastrand::shuffle(&mut order);
        for lane in &order {
            let lane = &mut lanes[*lane];
            lane.serve(runtime, WARM_UP_REQUESTS.min(requests_per_turn));
            let elapsed = lane.serve(runtime, requests_per_turn);
            lane.samples.nanoseconds.push(elapsed.as_nanos() as f64 / requests_per_turn as f64);
        }
    }
    let counted = requests_per_turn.max(COUNTED_REQUESTS);
    for lane in &mut lanes {
        for _ in 0..COUNTED_TURNS {
            let (Allocations { count, bytes }, _) = count_allocations(|| lane.serve(runtime, counted));
            lane.samples.allocations.push(count as f64 / counted as f64);
            lane.samples.bytes.push(bytes as f64 / counted as f64);
        }
    }
    let samples = lanes.into_iter().map(Lane::prove).collect::<Result<_, _>>()?;
    Ok(Report::new(title, samples))
}

/// A row on its way through the run.
struct Lane {
    /// Turned into services once, as axum does before it serves, rather than on every request.
    router: Router,
    proof: Proof,
    request: Parts,
    requests: u64,
    samples: Samples,
}

impl Lane {
    fn new(row: Row) -> Self {
        let samples = Samples { name: row.name, ..Samples::default() };
        Self { router: row.router.with_state(()), proof: row.proof, request: request(), requests: 0, samples }
    }

    fn serve(&mut self, runtime: &Runtime, requests: u64) -> Duration {
        self.requests += requests;
        runtime.block_on(async {
            let started = Instant::now();
            for _ in 0..requests {
                serve_one(&self.router, &self.request).await;
            }
            started.elapsed()
        })
    }

    fn prove(mut self) -> Result<Samples, String> {
        let failed = |missing| format!("{}: {missing}", self.samples.name);
        self.samples.proof = (self.proof)(self.requests).map_err(failed)?;
        Ok(self.samples)
    }
}

/// A request as a client sends it: with the headers that nearly every one has.
///
/// Its path is not copied for each request, as under hyper, too, it is a piece of a buffer that is there already.
fn request() -> Parts {
    let mut parts = Request::new(()).into_parts().0;
    parts.uri = Uri::from_static(PATH);
    for (name, value) in [(HOST, "example.org"), (USER_AGENT, "benchmark/1.0"), (ACCEPT, "application/json")] {
        parts.headers.insert(name, HeaderValue::from_static(value));
    }
    parts
}

/// One request, until the last byte of its answer.
async fn serve_one(router: &Router, request: &Parts) {
    let Ok(response) = router.clone().oneshot(Request::from_parts(request.clone(), Body::empty())).await;
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.expect("the body is in memory").to_bytes();
    assert_eq!(body.len(), BODY_BYTES);
}

#[cfg(test)]
mod tests {
    use super::{Workload, run};
    use crate::rows::{Row, bare};
    use crate::workloads::plain;
    use tokio::runtime::Builder;

    #[test]
    fn a_row_whose_proof_fails_fails_the_run_by_name() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let unproven = Row { name: "forgetful", proof: Box::new(|_| Err("nothing recorded".into())), ..bare(plain()) };
        let workload = Workload { title: "", requests_per_turn: 1, rows: vec![bare(plain()), unproven] };
        assert_eq!(run(&runtime, workload, 1).unwrap_err(), "forgetful: nothing recorded");
    }
}

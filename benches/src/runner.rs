//! Lets the rows of a workload take turns, and looks at what each turn took.

use crate::allocator::Allocations;
use crate::report::{Report, Samples, Unit};
use crate::rows::{Proof, Row};
use crate::serve::Serve;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The turns in which allocations are counted, after the timed ones. They repeat; a few show it.
const COUNTED_TURNS: usize = 11;

/// The turns in which processor time is counted, where it is, and the requests of each: enough for what is sent in batches.
const SPENT_TURNS: usize = 11;
const SPENT_REQUESTS: u64 = 10_000;

/// The fewest requests of such a turn: where threads wait for each other, as in sqlx, it is chance whether one allocates.
const COUNTED_REQUESTS: u64 = 100;

/// Requests before each timed turn, which bring the caches back to the row.
const WARM_UP_REQUESTS: u64 = 10;

/// A workload's rows, each bare one before those that are compared with it.
#[derive(Debug)]
pub struct Workload {
    /// What the handler does.
    pub title: &'static str,
    /// How many requests make a turn: enough to last about a millisecond, which no clock misses and no drift outlasts.
    pub requests_per_turn: u64,
    /// What is compared.
    pub rows: Vec<Row>,
    /// In what the rows' cost is told beside nanoseconds.
    pub unit: Unit,
}

/// Gives every row of `workload` `turns` timed turns, in rounds of changing order, and then some that count its allocations.
///
/// # Errors
/// The row whose proof failed, and what it missed.
///
/// # Panics
/// When an answer is not the workload's.
pub fn run(runtime: &Runtime, workload: Workload, turns: usize) -> Result<Report, String> {
    let Workload { title, requests_per_turn, rows, unit } = workload;
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
    for _ in 0..SPENT_TURNS.min(turns) {
        for lane in &mut lanes {
            lane.spend();
        }
    }
    let counted = requests_per_turn.max(COUNTED_REQUESTS);
    for lane in &mut lanes {
        for _ in 0..COUNTED_TURNS {
            let Allocations { count, bytes } = lane.count_allocations(runtime, counted);
            lane.samples.allocations.push(count as f64 / counted as f64);
            lane.samples.bytes.push(bytes as f64 / counted as f64);
        }
    }
    let samples = lanes.into_iter().map(Lane::prove).collect::<Result<_, _>>()?;
    Ok(Report::new(title, unit, samples))
}

/// A row on its way through the run.
struct Lane {
    app: Box<dyn Serve>,
    proof: Proof,
    requests: u64,
    samples: Samples,
}

impl Lane {
    fn new(row: Row) -> Self {
        let samples = Samples { name: row.name, bare: row.bare, threads: row.threads, ..Samples::default() };
        Self { app: row.app, proof: row.proof, requests: 0, samples }
    }

    fn serve(&mut self, runtime: &Runtime, requests: u64) -> Duration {
        self.requests += requests;
        self.app.serve(runtime, requests)
    }

    fn count_allocations(&mut self, runtime: &Runtime, requests: u64) -> Allocations {
        self.requests += requests;
        self.app.count_allocations(runtime, requests)
    }

    fn spend(&mut self) {
        if let Some(spent) = self.app.processor_time(SPENT_REQUESTS) {
            self.requests += SPENT_REQUESTS;
            self.samples.processor.push(spent.as_nanos() as f64 / SPENT_REQUESTS as f64);
        }
    }

    fn prove(mut self) -> Result<Samples, String> {
        let failed = |missing| format!("{}: {missing}", self.samples.name);
        self.samples.proof = (self.proof)(self.requests).map_err(failed)?;
        Ok(self.samples)
    }
}

#[cfg(test)]
mod tests {
    use super::{Workload, run};
    use crate::report::FLOORS;
    use crate::rows::{Row, bare};
    use crate::workloads::plain;
    use tokio::runtime::Builder;

    #[test]
    fn a_row_whose_proof_fails_fails_the_run_by_name() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let unproven = Row { name: "forgetful", proof: Box::new(|_| Err("nothing recorded".into())), ..bare(plain()) };
        let workload = Workload { title: "", requests_per_turn: 1, rows: vec![bare(plain()), unproven], unit: FLOORS };
        assert_eq!(run(&runtime, workload, 1).unwrap_err(), "forgetful: nothing recorded");
    }
}

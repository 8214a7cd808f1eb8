//! What the runner says of rows whose cost is known. One test, as allocations are counted in the whole process.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tachograph_benches::report::FLOORS;
use tachograph_benches::rows::Row;
use tachograph_benches::runner::{Workload, run};
use tachograph_benches::workloads::{BODY_BYTES, PATH};
use tachograph_benches::{Allocations, count_allocations};

#[test]
fn the_allocations_that_a_row_adds_are_counted_and_its_proof_is_given_every_request() {
    let (allocations, mut kept) = count_allocations(|| black_box(Vec::<u8>::with_capacity(100)));
    assert_eq!(allocations, Allocations { count: 1, bytes: 100 });
    let (allocations, ()) = count_allocations(|| kept.reserve_exact(150));
    assert_eq!(allocations, Allocations { count: 1, bytes: 50 }, "a reallocation counts what it grew by");

    let rows = vec![allocating("none", 0), allocating("three", 3)];
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let report = run(&runtime, Workload { title: "known", requests_per_turn: 20, rows, unit: FLOORS }, 5).unwrap();

    let [none, three] = report.rows.as_slice() else { panic!("two rows") };
    assert_eq!((none.added_allocations, none.added_bytes), (0.0, 0.0));
    assert_eq!((three.added_allocations, three.added_bytes), (3.0, 300.0));
    assert_eq!((three.allocations, three.bytes), (none.allocations + 3.0, none.bytes + 300.0));
    // A turn to begin with, five that were timed after ten requests each, and eleven of at least a hundred that were counted.
    assert_eq!(three.proof, format!("served {}", (1 + 5) * 20 + 5 * 10 + 11 * 100));
    assert!(report.to_string().contains("| three |"), "the table names its rows:\n{report}");
}

#[derive(Clone)]
struct Allocating {
    boxes: usize,
    served: Arc<AtomicU64>,
}

fn allocating(name: &'static str, boxes: usize) -> Row {
    let state = Allocating { boxes, served: Arc::default() };
    let served = Arc::clone(&state.served);
    let proof = move |requests| match served.load(Relaxed) {
        served if served == requests => Ok(format!("served {served}")),
        served => Err(format!("served {served} of {requests}")),
    };
    let router = Router::new().route(PATH, get(handler)).with_state(state);
    Row { bare: "none", ..Row::of(name, router, Box::new(proof)) }
}

async fn handler(State(Allocating { boxes, served }): State<Allocating>) -> Vec<u8> {
    served.fetch_add(1, Relaxed);
    for _ in 0..boxes {
        black_box(Box::new([0_u8; 100]));
    }
    vec![b' '; BODY_BYTES]
}

//! What a request in flight takes.

use tachograph_benches::count_allocations;
use tachograph_core::{Handle, OpenRequest, Operation, RequestHead, start_call};

const REQUESTS: usize = 1_000;
/// Each once: where a statement is repeated, the stack is looked at, which takes memory for a moment.
const STATEMENTS: [&str; 10] = [
    "SELECT a FROM assignments WHERE experiment_id = $1",
    "SELECT b FROM assignments WHERE experiment_id = $1",
    "SELECT c FROM assignments WHERE experiment_id = $1",
    "SELECT d FROM assignments WHERE experiment_id = $1",
    "SELECT e FROM assignments WHERE experiment_id = $1",
    "SELECT f FROM assignments WHERE experiment_id = $1",
    "SELECT g FROM assignments WHERE experiment_id = $1",
    "SELECT h FROM assignments WHERE experiment_id = $1",
    "SELECT i FROM assignments WHERE experiment_id = $1",
    "SELECT j FROM assignments WHERE experiment_id = $1",
];

#[test]
fn a_request_in_flight_with_ten_calls_takes_at_most_two_kilobytes() {
    let handle = Handle::builder().build();
    let open = || {
        let head = RequestHead {
            method: "GET",
            path: "/experiments/1042/assignments",
            route: Some("/experiments/{id}/assignments"),
            ..RequestHead::default()
        };
        let mut request = OpenRequest::open(&handle, head).expect("it is measured");
        request.poll(|| {
            for sql in STATEMENTS {
                start_call(Operation::database("sqlite", "experiments", sql), None).completed();
            }
        });
        request
    };
    // The statements are read, and the instance's lists have grown, before it counts.
    drop((0..REQUESTS).map(|_| open()).collect::<Vec<_>>());
    let mut requests = Vec::with_capacity(REQUESTS);
    let (allocations, ()) = count_allocations(|| requests.extend((0..REQUESTS).map(|_| open())));
    let each = allocations.bytes / REQUESTS as u64 + std::mem::size_of::<OpenRequest>() as u64;
    println!("{each} bytes a request, {} allocations", allocations.count / REQUESTS as u64);
    assert!(each <= 2048, "{each} bytes");
    assert_eq!(handle.in_flight(), REQUESTS as u64);
}

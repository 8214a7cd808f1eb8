//! Many requests at once, each unlike all others.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::case::Case;
use crate::client::Request;
use crate::expected::SOME;

const REQUESTS: u32 = 200;

/// How much of what the request of this number does: no two do the same.
fn work(number: u32) -> [u32; 5] {
    [number % 8, number % 13, number / 8 % 5, number / 40, number % 3]
}

pub(super) fn each_of_two_hundred_has_exactly_its_own(case: &Case) {
    assert_eq!((0..REQUESTS).map(work).collect::<BTreeSet<_>>().len(), REQUESTS as usize);
    let demo = case.start();
    let warm = demo.get("/flags/dark-mode");
    // All of them are on their way before the first answer is read.
    let mut connections: Vec<_> = (0..REQUESTS).map(|_| demo.connect()).collect();
    for (connection, number) in connections.iter_mut().zip(0..) {
        let [queries, rows, hits, misses, calls] = work(number);
        let path = format!("/work?queries={queries}&rows={rows}&hits={hits}&misses={misses}&calls={calls}");
        connection.send(Request::get(path).header("x-request-id", number.to_string()).to_bytes());
    }
    let answers: Vec<_> =
        connections.iter_mut().map(|connection| connection.answer("GET").expect("each is answered")).collect();
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), answers.len() + 1);
    lines.request(warm.id());
    for (response, number) in answers.iter().zip(0..) {
        assert_eq!(response.id(), number.to_string());
        let [queries, rows, hits, misses, calls] = work(number);
        let if_any = |count: u32, value: Value| if count > 0 { value } else { Value::Null };
        lines.answered(
            response,
            json!({
                "route": "/work", "path": "/work", "db_queries": queries, "db_rows": if_any(queries, json!(queries * rows)),
                "db_repeats": if_any(queries, json!(queries)), "cache_hits": hits, "cache_misses": misses,
                "external_calls": calls, "external_total_ms": if_any(calls, json!(SOME)),
            }),
        );
    }
}

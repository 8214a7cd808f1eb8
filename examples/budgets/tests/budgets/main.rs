//! Each with the means of testing of its framework: the list that asks for each experiment fails its test, and the one that
//! joins does not.

mod actix_web;
mod axum_test;
mod oneshot;
mod rocket;
mod sqlx_test;

use std::panic::{AssertUnwindSafe, catch_unwind};

use tachograph::Record;
use tachograph::testing::{assert_max_queries, assert_max_response_bytes, assert_no_findings, assert_no_n_plus_one};

/// What a test is told whose assertion fails.
fn told(assert: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assert)).expect_err("the assertion fails");
    *panic.downcast::<String>().expect("a message")
}

/// Where the store has this.
fn place(code: &str) -> String {
    let line = include_str!("../../src/store.rs").lines().position(|line| line.contains(code)).expect("it is there");
    format!("examples/budgets/src/store.rs:{}", line + 1)
}

fn fails(record: &Record, name: &str) {
    let (counts, list) = (place("fetch_one(pool).await"), place("fetch_all(pool).await"));
    let text = told(|| assert_max_queries!(record, 3));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], format!("{name} made 4 queries, and 3 are allowed:"), "{text}");
    assert!(lines[1].starts_with("  3 x SELECT COUNT(*) FROM assignments WHERE experiment_id = $1    "), "{text}");
    assert!(lines[1].ends_with(&format!(" ms   3 different parameters   3 rows   at {counts}")), "{text}");
    assert!(lines[2].starts_with("  1 x SELECT id, name FROM experiments ORDER BY id    "), "{text}");
    assert!(lines[2].ends_with(&format!("   3 rows   at {list}")), "{text}");
    assert!(
        lines[3].starts_with(&format!("  N+1: 3 x SELECT assignments at {}, ", counts.rsplit('/').next().unwrap())),
        "{text}"
    );
    assert_eq!(lines.len(), 4, "{text}");
    let text = told(|| assert_no_n_plus_one!(record));
    assert!(text.starts_with(&format!("{name} has an N+1:\n  3 x SELECT COUNT(*)")), "{text}");
}

fn passes(record: &Record) {
    assert_max_queries!(record, 1);
    assert_no_n_plus_one!(record);
    assert_no_findings!(record);
    assert_max_response_bytes!(record, 200);
}

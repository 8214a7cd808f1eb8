//! The measured connection: over scripted answers and a clock that is moved by hand, and over real servers.

mod calls;
mod drop_in;
mod endings;
mod health_check;
mod lookups;
#[cfg(feature = "peer-tests")]
mod peer;
mod scripted;

use std::time::Duration;

use tachograph_core::testing::{self, Instance};
use tachograph_core::{CallKind, CallOutcome, Record, Yield};

/// Runs `future` as a request, guarded against hanging.
async fn record_in<F: Future>(instance: &Instance, future: F) -> (F::Output, Record) {
    tokio::time::timeout(Duration::from_secs(60), instance.record(future)).await.expect("the test hangs")
}

async fn record<F: Future>(future: F) -> (F::Output, Record) {
    record_in(&testing::instance(), future).await
}

/// What was asked, how it ended, and what it brought.
type Seen<'a> = (&'a str, CallOutcome, Yield);

fn calls(record: &Record) -> Vec<Seen<'_>> {
    assert!(record.calls().iter().all(|call| call.kind() == CallKind::Cache), "{:?}", record.calls());
    record.calls().iter().map(|call| (call.operation().summary(), call.outcome(), call.brought())).collect()
}

fn errors(record: &Record) -> Vec<&str> {
    record.calls().iter().filter_map(|call| call.error_type()).collect()
}

fn found(hits: u32, misses: u32) -> Yield {
    Yield::Lookups { hits, misses }
}

//! What the client's layer makes of the calls that pass through it.

mod callsites;
mod endings;
mod errors;
mod grpc_answers;
mod heads;
mod hyper_client;
mod times;
mod tonic_calls;
mod tonic_server;
mod transparency;

use std::time::Duration;

use tachograph_core::testing::{self, Instance};
use tachograph_core::{Call, CallOutcome, Record, Yield};

/// Runs `future` as a request, guarded against hanging.
async fn record_in<F: Future>(instance: &Instance, future: F) -> (F::Output, Record) {
    tokio::time::timeout(Duration::from_secs(30), instance.record(future)).await.expect("the test hangs")
}

async fn record<F: Future>(future: F) -> (F::Output, Record) {
    record_in(&testing::instance(), future).await
}

/// The one call of a request.
fn only(record: &Record) -> &Call {
    assert_eq!(record.external().count(), 1, "{:?}", record.calls());
    &record.calls()[0]
}

/// How a call ended: with which type of error, which status and how many bytes.
type Ending<'a> = (CallOutcome, Option<&'a str>, Option<u16>, Yield);

fn ending(record: &Record) -> Ending<'_> {
    let call = only(record);
    (call.outcome(), call.error_type(), call.status_code(), call.brought())
}

fn completed(bytes: u64) -> Ending<'static> {
    (CallOutcome::Completed, None, Some(200), Yield::Bytes(bytes))
}

fn failed(error_type: &str, bytes: u64) -> Ending<'_> {
    (CallOutcome::Failed, Some(error_type), Some(200), Yield::Bytes(bytes))
}

/// What a call is that never got an answer.
fn unanswered(error_type: &str) -> Ending<'_> {
    (CallOutcome::Failed, Some(error_type), None, Yield::Unknown)
}

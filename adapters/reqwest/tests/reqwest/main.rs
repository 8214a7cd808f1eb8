//! The calls of a reqwest client, against real connections on loopback.

mod answers;
mod callsites;
mod endings;
mod headers;
mod health_check;
mod server;
mod times;
mod ways;

use std::time::Duration;

use tachograph_core::testing::{self, Instance};
use tachograph_core::{Call, Record};
use tachograph_reqwest::Client;

/// A client that no proxy of the machine comes between.
fn plain() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn client() -> Client {
    Client::from(plain())
}

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

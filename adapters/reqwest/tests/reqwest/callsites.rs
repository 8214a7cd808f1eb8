//! A call names the user's own line.

use std::panic::Location;

use tachograph_core::Record;
#[cfg(feature = "middleware")]
use tachograph_core::{Capture, testing::Instance};
use tachograph_reqwest::SendMeasured;

use crate::server::{Server, answer};
use crate::{client, only, plain, record};

#[track_caller]
fn assert_made_one_line_after(record: &Record, before: &Location<'_>) {
    let callsite = only(record).callsite().expect("a callsite");
    assert_eq!((callsite.file(), callsite.line()), (file!(), before.line() + 1));
}

#[tokio::test]
async fn each_way_of_sending_names_the_line_that_sends() {
    let server = Server::answering(|_| answer("200 OK", "")).await;
    let request = client().get(server.url("/"));
    let before = Location::caller();
    let ((), sent) = record(async { drop(request.send().await.unwrap()) }).await;
    assert_made_one_line_after(&sent, before);

    let request = plain().get(server.url("/"));
    let before = Location::caller();
    let ((), sent) = record(async { drop(request.send_measured().await.unwrap()) }).await;
    assert_made_one_line_after(&sent, before);

    let request = client().get(server.url("/")).build().unwrap();
    let before = Location::caller();
    let ((), sent) = record(async { drop(client().execute(request).await.unwrap()) }).await;
    assert_made_one_line_after(&sent, before);
}

#[cfg(feature = "middleware")]
#[tokio::test]
async fn who_starts_a_chain_is_found_on_the_stack() {
    let server = Server::answering(|_| answer("200 OK", "")).await;
    let chain = reqwest_middleware::ClientBuilder::new(plain()).with(tachograph_reqwest::Middleware).build();
    let mut capture = Capture::default();
    capture.every_call = true;
    let instance = Instance::build(|builder| builder.capture(capture));
    let request = chain.get(server.url("/"));
    let before = Location::caller();
    let ((), sent) = crate::record_in(&instance, async { drop(request.send().await.unwrap()) }).await;
    assert_made_one_line_after(&sent, before);
}

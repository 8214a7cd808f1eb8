//! Which part of a request's time a call takes.

use std::sync::Arc;
use std::time::Duration;

use tachograph_core::testing::Instance;
use tachograph_core::{ManualClock, Share};
use tokio::sync::Notify;

use crate::server::{Server, head};
use crate::{client, only, record_in};

fn milliseconds(number: u64) -> Duration {
    Duration::from_millis(number)
}

#[tokio::test]
async fn a_call_takes_the_time_to_the_end_of_the_body() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let go_on = Arc::new(Notify::new());
    let server = {
        let (clock, go_on) = (clock.clone(), Arc::clone(&go_on));
        Server::scripted(move |mut exchange| {
            let (clock, go_on) = (clock.clone(), Arc::clone(&go_on));
            async move {
                clock.advance(milliseconds(30));
                exchange.write(head("200 OK", &[("Content-Length", "5")])).await;
                go_on.notified().await;
                clock.advance(milliseconds(50));
                exchange.write("hello").await;
            }
        })
        .await
    };
    let ((), record) = record_in(&instance, async {
        let send = client().get(server.url("/")).send();
        // What passes before the first poll is not the call's.
        clock.advance(milliseconds(2));
        let response = send.await.unwrap();
        go_on.notify_one();
        assert_eq!(response.text().await.unwrap(), "hello");
        clock.advance(milliseconds(5));
    })
    .await;
    let call = only(&record);
    assert_eq!(call.start(), milliseconds(2));
    assert_eq!(call.first_byte(), Some(milliseconds(30)));
    assert_eq!(call.duration(), milliseconds(80));
    assert_eq!(record.duration(), milliseconds(87));
    assert_eq!(record.breakdown().share(Share::External), milliseconds(80));
    assert_eq!(record.breakdown().share(Share::Own), milliseconds(7));
    assert_eq!(record.breakdown().total(), record.duration());
}

#[tokio::test]
async fn an_unwanted_body_takes_time_until_it_is_dropped() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let server = Server::scripted(|mut exchange| async move {
        exchange.write(head("200 OK", &[("Content-Length", "5")])).await;
        exchange.closed().await;
    })
    .await;
    let ((), record) = record_in(&instance, async {
        let response = client().get(server.url("/")).send().await.unwrap();
        clock.advance(milliseconds(3));
        drop(response);
        clock.advance(milliseconds(4));
    })
    .await;
    assert_eq!(only(&record).duration(), milliseconds(3));
    assert_eq!(record.breakdown().share(Share::External), milliseconds(3));
    assert_eq!(record.breakdown().share(Share::Own), milliseconds(4));
}

//! Handlers, and bodies, that keep their thread to themselves.

use std::convert::Infallible;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use http::{Request, Response, Version};
use tachograph_core::{FindingKind, ManualClock, Record, Share};
use tower::Service;
use tower_layer::Layer as _;

use crate::script::{Script, Step, get, measured, ms, only_record, poll_frame, poll_once};

/// What is recorded of a request where this much time passes between its polls.
fn record_of<F>(request: Request<Script>, between: Duration, handler: impl FnOnce(ManualClock) -> F) -> Record
where
    F: Future<Output = Script>,
{
    let (instance, clock, layer) = measured();
    let mut handler = Some(handler);
    let mut service = layer.layer(tower::service_fn(|_: Request<Script>| {
        let body = handler.take().unwrap()(clock.clone());
        async { Ok::<_, Infallible>(Response::new(body.await)) }
    }));
    let mut future = pin!(service.call(request));
    let mut body = loop {
        clock.advance(between);
        match poll_once(future.as_mut()) {
            Poll::Ready(Ok(response)) => break response.into_body(),
            Poll::Pending => {}
        }
    };
    while !matches!(poll_frame(&mut body), Poll::Ready(None)) {}
    only_record(&instance)
}

fn blocked(record: &Record) -> (Duration, bool) {
    (record.longest_poll(), record.has_finding(FindingKind::Blocking))
}

#[test]
fn one_long_poll_is_found() {
    let record = record_of(get("/"), ms(0), async |clock| {
        clock.advance(ms(50));
        tokio::task::yield_now().await;
        clock.advance(ms(200));
        Script::empty()
    });
    assert_eq!(blocked(&record), (ms(200), true));
}

#[test]
fn many_short_ones_are_not() {
    let record = record_of(get("/"), ms(90), async |clock| {
        for _ in 0..5 {
            tokio::task::yield_now().await;
            clock.advance(ms(9));
        }
        Script::empty()
    });
    // The first poll begins with the call.
    assert_eq!(blocked(&record), (ms(90), false));
    assert_eq!(record.breakdown().share(Share::Own), ms(90 + 5 * 9));
}

#[test]
fn a_long_poll_of_the_body_is_found() {
    let record = record_of(get("/"), ms(0), async |clock| {
        Script::new([Step::Data(b"row"), Step::Advance(ms(200)), Step::Data(b"row")]).clock(&clock)
    });
    assert_eq!(blocked(&record), (ms(200), true));
}

/// hyper makes a task of each stream when its request was called: until its turn comes, others work, or block.
#[test]
fn a_request_of_http_2_that_waits_for_its_first_poll_blocks_nobody() {
    let request = Request::get("/").version(Version::HTTP_2).body(Script::empty()).unwrap();
    let record = record_of(request, ms(200), async |clock| {
        clock.advance(ms(3));
        Script::empty()
    });
    assert_eq!(blocked(&record), (ms(3), false));
    let share = |share| record.breakdown().share(share);
    assert_eq!((share(Share::Own), share(Share::Waiting)), (ms(3), ms(200)));
}

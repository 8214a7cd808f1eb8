//! How a request can end before there is a response, and where its time goes until then.

use std::convert::Infallible;
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use http::{Request, Response};
use tachograph_core::{Level, Outcome, Share};
use tower::Service;
use tower_layer::Layer as _;

use crate::script::{OpenQuery, Script, call, get, measured, ms, only_record, poll_once};

type Answer<E> = Result<Response<Script>, E>;

#[test]
fn the_breakdown_is_exact_over_call_polls_and_waits() {
    let (instance, clock, layer) = measured();
    let service = tower::service_fn(|_: Request<Script>| {
        clock.advance(ms(1));
        let mut polls = 0;
        let clock = &clock;
        poll_fn(move |_| {
            polls += 1;
            clock.advance(ms(2));
            if polls < 3 {
                Poll::Pending
            } else {
                Poll::Ready(Answer::<Infallible>::Ok(Response::new(Script::empty())))
            }
        })
    });
    let mut service = layer.layer(service);
    let mut future = pin!(service.call(get("/")));
    clock.advance(ms(10));
    for _ in 0..2 {
        assert!(poll_once(future.as_mut()).is_pending());
        clock.advance(ms(20));
    }
    assert!(poll_once(future.as_mut()).is_ready());
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.duration(), record.first_byte()), (Outcome::Completed, ms(57), Some(ms(57))));
    // The first poll begins with the call: what lies between the two, hardly ever more than nothing, is not worth two
    // readings of the clock for each request.
    assert_eq!(record.breakdown().share(Share::Own), ms(17));
    assert_eq!(record.breakdown().share(Share::Waiting), ms(40));
    assert_eq!((record.polls(), record.polled(), record.longest_poll()), (3, ms(17), ms(13)));
}

#[test]
fn a_request_that_is_given_up_keeps_what_its_handler_leaves_behind() {
    let (instance, _, layer) = measured();
    let mut service = layer.layer(tower::service_fn(|_: Request<Script>| async {
        let _left = OpenQuery;
        pending::<Answer<Infallible>>().await
    }));
    let mut future = Box::pin(service.call(get("/")));
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(instance.handle().in_flight(), 1);
    drop(future);
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, None));
    assert_eq!(record.database().count(), 1);
}

#[test]
fn what_a_handler_drops_at_its_end_is_its_own() {
    let (instance, _, layer) = measured();
    let mut service = layer.layer(tower::service_fn(|_: Request<Script>| {
        // Held by the future itself, not by its code: it goes with the future.
        let left = OpenQuery;
        poll_fn(move |_| {
            let _held = &left;
            Poll::Ready(Answer::<Infallible>::Ok(Response::new(Script::empty())))
        })
    }));
    let mut future = pin!(service.call(get("/")));
    assert!(poll_once(future.as_mut()).is_ready());
    assert_eq!(only_record(&instance).database().count(), 1);
    assert_eq!(instance.handle().counters().late_calls, 0);
}

#[test]
fn a_panic_is_recorded_and_goes_on() {
    for in_call in [true, false] {
        let (instance, clock, layer) = measured();
        let mut service = layer.layer(tower::service_fn(|_: Request<Script>| {
            assert!(!in_call, "told to");
            let clock = clock.clone();
            async move {
                let _left = OpenQuery;
                clock.advance(ms(1));
                panic!("told to");
                #[expect(unreachable_code, reason = "the type of the answer")]
                Answer::<Infallible>::Ok(Response::new(Script::empty()))
            }
        }));
        let panicked =
            catch_unwind(AssertUnwindSafe(|| poll_once(Box::pin(service.call(get("/"))).as_mut()).is_ready()));
        assert!(panicked.is_err());
        let record = only_record(&instance);
        assert_eq!((record.outcome(), record.level()), (Outcome::Panicked, Level::Critical));
        assert_eq!(record.database().count(), u32::from(!in_call));
        assert!(tachograph_core::current().is_none());
    }
}

#[test]
fn a_service_that_fails_has_no_status_but_an_error() {
    #[derive(Debug, PartialEq)]
    struct Refused;

    let (instance, clock, layer) = measured();
    let mut service = layer.layer(tower::service_fn(|_: Request<Script>| {
        clock.advance(Duration::from_millis(3));
        ready(Answer::Err(Refused))
    }));
    assert!(matches!(poll_once(pin!(service.call(get("/")))), Poll::Ready(Err(Refused))));
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.status_code(), record.level()), (Outcome::BodyFailed, None, Level::Error));
    assert!(record.error_type().unwrap().ends_with("::Refused"));
    assert_eq!(record.duration(), ms(3));
}

#[test]
fn an_error_that_the_application_told_of_is_kept() {
    let (instance, _, layer) = measured();
    let mut service = layer.layer(tower::service_fn(|_: Request<Script>| async {
        tachograph_core::request().error(&std::io::Error::other("no space"));
        Answer::Err("refused")
    }));
    assert!(poll_once(pin!(service.call(get("/")))).is_ready());
    assert_eq!(only_record(&instance).error().unwrap().message(), "no space");
}

#[test]
fn what_is_open_at_shutdown_is_recorded_then_and_only_then() {
    let (instance, clock, layer) = measured();
    let mut service = layer.layer(tower::service_fn(|_: Request<Script>| async {
        call();
        pending::<Answer<Infallible>>().await
    }));
    let mut future = Box::pin(service.call(get("/")));
    assert!(poll_once(future.as_mut()).is_pending());
    clock.advance(ms(5));
    assert!(instance.handle().shutdown(Duration::ZERO));
    drop(future);
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.duration()), (Outcome::OpenAtShutdown, ms(5)));
    assert_eq!(record.database().count(), 1);
}

#[test]
fn a_service_is_ready_when_the_inner_one_is() {
    struct Busy;
    impl Service<Request<Script>> for Busy {
        type Response = Response<Script>;
        type Error = &'static str;
        type Future = std::future::Pending<Answer<&'static str>>;

        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Err("busy"))
        }

        fn call(&mut self, _: Request<Script>) -> Self::Future {
            pending()
        }
    }
    let (instance, _, layer) = measured();
    let mut service = layer.layer(Busy);
    assert_eq!(poll_once(pin!(poll_fn(|cx| service.poll_ready(cx)))), Poll::Ready(Err("busy")));
    assert_eq!(instance.records().len(), 0);
}

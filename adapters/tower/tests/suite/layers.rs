//! Layers without an instance, layers inside layers, and frameworks of one's own.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use http::{Request, Response};
use http_body::Body;
use tachograph_core::testing;
use tachograph_core::{InCurrentRequest, RecordKind, Recording, request};
use tachograph_tower::{Framework, Layer, RequestBody};
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::script::{Script, Step, answer, get, measured, only_record, poll_frame, poll_once};

async fn empty(_: Request<Script>) -> Result<Response<Script>, Infallible> {
    request().field("served", true);
    Ok(Response::new(Script::empty()))
}

#[test]
fn without_an_instance_requests_pass_untouched() {
    let layer = Layer::current();
    let mut response = answer(&layer, get("/"), Response::new(Script::new([Step::Data(b"hello")])));
    assert!(response.headers().is_empty());
    assert!(matches!(poll_frame(response.body_mut()), Poll::Ready(Some(Ok(_)))));
    assert!(matches!(poll_frame(response.body_mut()), Poll::Ready(None)));
}

#[tokio::test]
async fn the_current_instance_is_asked_for_at_each_request() {
    let service = ServiceBuilder::new().layer(Layer::current()).service_fn(empty);
    let (one, other) = (testing::instance(), testing::instance());
    for instance in [&one, &other, &other] {
        instance.scope(service.clone().oneshot(get("/"))).await.unwrap();
    }
    service.oneshot(get("/")).await.unwrap();
    assert_eq!((one.take().len(), other.take().len()), (1, 2));
}

#[test]
fn ignored_requests_pass_untouched() {
    let (instance, _, layer) = measured();
    for path in ["/health", "/metrics", "/tachograph/requests"] {
        assert!(answer(&layer, get(path), Response::new(Script::empty())).headers().is_empty());
    }
    assert_eq!((instance.records().len(), instance.handle().in_flight()), (0, 0));
}

#[tokio::test]
async fn a_layer_inside_a_layer_counts_once_and_adds_the_route() {
    let (instance, _, layer) = measured();
    let service = ServiceBuilder::new()
        .layer(layer.clone())
        .layer(layer.clone())
        .layer(layer.route_from(|_, _| Some("/experiments/{id}")))
        .service_fn(empty);
    let response = service.oneshot(get("/experiments/7")).await.unwrap();
    assert_eq!(response.headers().get_all("x-request-id").iter().count(), 1);
    let record = only_record(&instance);
    assert_eq!((record.route(), record.path()), (Some("/experiments/{id}"), "/experiments/7"));
    assert!(record.field("served").is_some());
}

#[tokio::test]
async fn instances_do_not_hide_requests_from_each_other() {
    let (outer, _, outer_layer) = measured();
    let (inner, _, inner_layer) = measured();
    let inner_layer = inner_layer.route_from(|_, _| Some("/inner"));
    let service = ServiceBuilder::new().layer(outer_layer).layer(inner_layer).service_fn(empty);
    service.oneshot(get("/")).await.unwrap();
    let (outer, inner) = (only_record(&outer), only_record(&inner));
    assert_eq!((outer.route(), inner.route()), (None, Some("/inner")));
    assert_eq!((outer.field("served"), inner.field("served")), (None, Some(&true.into())));
}

#[tokio::test]
async fn what_a_handler_asks_in_process_is_a_part_of_its_request() {
    let (instance, _, layer) = measured();
    let inner = ServiceBuilder::new().layer(layer.clone().route_from(|_, _| Some("/inner"))).service_fn(empty);
    let outer = ServiceBuilder::new()
        .layer(layer.route_from(|_, _| Some("/outer")))
        .service(service_fn(move |_: Request<Script>| inner.clone().oneshot(get("/inner"))));
    outer.oneshot(get("/outer")).await.unwrap();
    let record = only_record(&instance);
    assert_eq!((record.path(), record.route()), ("/outer", Some("/outer")));
    assert!(record.field("served").is_some());
}

#[tokio::test]
async fn what_comes_in_while_a_task_runs_or_after_a_request_is_a_request() {
    let (instance, _, layer) = measured();
    let service = ServiceBuilder::new().layer(layer).service_fn(empty);
    instance.handle().task("job", service.clone().oneshot(get("/"))).await.unwrap();
    let kinds = instance.take().iter().map(|record| record.kind()).collect::<Vec<_>>();
    assert_eq!(kinds, [RecordKind::Request, RecordKind::Task]);

    let late = RefCell::new(None);
    let outer = ServiceBuilder::new().layer(Layer::new(instance.handle())).service(service_fn(|_: Request<Script>| {
        *late.borrow_mut() = Some(service.clone().oneshot(get("/late")).in_current_request());
        ready(Ok::<_, Infallible>(Response::new(Script::empty())))
    }));
    outer.oneshot(get("/")).await.unwrap();
    assert_eq!(only_record(&instance).path(), "/");
    late.take().unwrap().await.unwrap();
    assert_eq!(only_record(&instance).path(), "/late");
}

/// A framework whose body can be any body.
#[derive(Clone)]
struct Boxing;

type AnyBody = Pin<Box<dyn Body<Data = bytes::Bytes, Error = &'static str>>>;

impl Framework<AnyBody> for Boxing {
    fn route<'a>(&self, request: &'a Request<AnyBody>) -> Option<&'a str> {
        request.extensions().get::<&'static str>().copied()
    }

    fn count(&self, body: &mut AnyBody, recording: &Arc<Recording>) {
        let uncounted = std::mem::replace(body, Box::pin(Script::empty()));
        *body = Box::pin(RequestBody::new(uncounted, recording));
    }
}

#[test]
fn a_framework_can_count_the_bodies_that_announce_no_size() {
    let received = |body: Script, polls: usize| {
        let (instance, _, layer) = measured();
        let service = ServiceBuilder::new().layer(layer.framework(Boxing)).service_fn(
            |mut request: Request<AnyBody>| async move {
                for _ in 0..polls {
                    poll_fn(|cx| request.body_mut().as_mut().poll_frame(cx)).await;
                }
                Ok::<_, Infallible>(Response::new(Script::empty()))
            },
        );
        let request = Request::post("/").extension("/{any}").body(Box::pin(body) as AnyBody).unwrap();
        assert!(poll_once(pin!(service.oneshot(request))).is_ready());
        let record = only_record(&instance);
        assert_eq!(record.route(), Some("/{any}"));
        record.request_bytes()
    };
    let chunks = || Script::new([Step::Data(b"hel"), Step::Data(b"lo")]);
    assert_eq!(received(chunks(), 3), Some(5));
    assert_eq!(received(chunks(), 1), Some(3));
    assert_eq!(received(chunks(), 0), None);
    assert_eq!(received(Script::new([]), 1), Some(0));
    // What is announced is believed.
    assert_eq!(received(chunks().size(5), 1), Some(5));
}

//! What passes through the layer is what it would be without.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tachograph_core::testing;
use tachograph_tower::client;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

use super::record;
use crate::script::{Script, Step, poll_frame};

type Scripted = Result<Response<Script>, Infallible>;

fn service(
    response: Response<Script>,
) -> impl Service<Request<()>, Response = Response<Script>, Error = Infallible, Future = Ready<Scripted>> {
    let mut response = Some(response);
    tower::service_fn(move |_: Request<()>| ready(Ok(response.take().unwrap())))
}

#[tokio::test]
async fn the_answer_keeps_its_head_its_size_and_its_trailers() {
    let check = async || {
        let mut response = Response::builder().status(201).header("x-own", "1");
        response = response.version(http::Version::HTTP_2).extension("extension");
        let script = Script::new([Step::Data(b"hello"), Step::GrpcStatus("5")]).size(5).knows_its_end();
        let client = ServiceBuilder::new().layer(client::layer()).service(service(response.body(script).unwrap()));
        let mut response = client.oneshot(Request::new(())).await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (201, http::Version::HTTP_2));
        assert_eq!((response.headers().len(), &response.headers()["x-own"]), (1, &"1".parse().unwrap()));
        assert_eq!(response.extensions().get(), Some(&"extension"));
        let body = response.body_mut();
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(5), false));
        assert!(matches!(poll_frame(body), Poll::Ready(Some(Ok(frame))) if frame.data_ref().unwrap() == "hello"));
        let Poll::Ready(Some(Ok(trailers))) = poll_frame(body) else { panic!("trailers") };
        assert_eq!(trailers.trailers_ref().unwrap()["grpc-status"], "5");
        assert!(body.is_end_stream());
        assert!(matches!(poll_frame(body), Poll::Ready(None)));
    };
    record(check()).await;
    testing::instance().scope(check()).await;
}

#[tokio::test]
async fn a_body_can_be_asked_on_after_its_end() {
    let (polled, _) = record(async {
        let script = Script::new([Step::Trailers, Step::Data(b"more")]);
        let client = ServiceBuilder::new().layer(client::layer()).service(service(Response::new(script)));
        let mut body = client.oneshot(Request::new(())).await.unwrap().into_body();
        [poll_frame(&mut body), poll_frame(&mut body), poll_frame(&mut body)].map(|polled| polled.is_ready())
    })
    .await;
    assert_eq!(polled, [true; 3]);
}

#[test]
fn readiness_is_the_inner_services() {
    struct Told(Vec<Poll<Result<(), &'static str>>>);
    impl Service<Request<()>> for Told {
        type Response = Response<Script>;
        type Error = &'static str;
        type Future = Ready<Result<Response<Script>, &'static str>>;
        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            self.0.remove(0)
        }
        fn call(&mut self, _: Request<()>) -> Self::Future {
            unreachable!("nobody calls")
        }
    }
    let layer = client::layer().error_types(|_: &&'static str| "told to");
    let mut client = layer.layer(Told(vec![Poll::Pending, Poll::Ready(Ok(())), Poll::Ready(Err("gone"))]));
    let mut ready = || client.poll_ready(&mut Context::from_waker(Waker::noop()));
    assert!(ready().is_pending());
    assert_eq!(ready(), Poll::Ready(Ok(())));
    assert_eq!(ready(), Poll::Ready(Err("gone")));
}

/// A body for one thread, as some runtimes have them.
struct Local(Rc<()>);

impl Body for Local {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(Rc::strong_count(&self.0) as u64 - 1)
    }
}

#[tokio::test]
async fn what_the_client_can_be_sent_to_its_measured_future_can_too() {
    let local = tower::service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Local(Rc::new(())))));
    let (_, record) = record(async {
        let client = ServiceBuilder::new().layer(client::layer()).service(local);
        client.oneshot(Request::new(())).await.unwrap().into_body().collect().await.unwrap();
    })
    .await;
    assert_eq!(record.external().count(), 1);

    fn assert_send<T: Send + 'static>(_: T) {}
    let mut client = client::layer().layer(service(Response::new(Script::empty())));
    let future = client.call(Request::new(()));
    fn assert_sync<T: Sync>() {}
    assert_sync::<client::ResponseBody<Bytes>>();
    assert_send(future);
}

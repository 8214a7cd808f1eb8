//! How calls end.

use std::convert::Infallible;
use std::future::pending;

use http::{Request, Response};
use http_body_util::BodyExt;
use tachograph_core::{CallOutcome, Yield, testing};
use tachograph_tower::client::{self, ResponseBody};
use tower::{BoxError, ServiceBuilder, ServiceExt};

use super::{completed, ending, failed, only, record};
use crate::script::{Script, Step, poll_frame};

/// The measured answer of a client that answers at once.
async fn answer(response: Response<Script>) -> Response<ResponseBody<Script>> {
    let mut response = Some(response);
    let service = tower::service_fn(|_: Request<()>| {
        let response = response.take().unwrap();
        async { Ok::<_, Infallible>(response) }
    });
    let client = ServiceBuilder::new().layer(client::layer()).service(service);
    client.oneshot(Request::get("http://partner.example/").body(()).unwrap()).await.unwrap()
}

fn hello() -> Script {
    Script::new([Step::Data(b"hel"), Step::Pending, Step::Data(b"lo")])
}

#[tokio::test]
async fn a_body_is_over_when_it_says_so() {
    let (_, record) = record(async {
        let mut body = answer(Response::new(hello())).await.into_body();
        while !matches!(poll_frame(&mut body), std::task::Poll::Ready(None)) {}
    })
    .await;
    assert_eq!(ending(&record), completed(5));
}

#[tokio::test]
async fn a_body_that_knows_its_end_need_not_be_asked_again() {
    let (body, record) = record(async {
        let mut body = answer(Response::new(hello().knows_its_end())).await.into_body();
        for _ in 0..3 {
            let _ = poll_frame(&mut body);
        }
        body
    })
    .await;
    assert_eq!(ending(&record), completed(5));
    drop(body);
}

#[tokio::test]
async fn trailers_are_the_end() {
    let (body, record) = record(async {
        let mut body = answer(Response::new(Script::new([Step::Data(b"hello"), Step::Trailers]))).await.into_body();
        let _ = poll_frame(&mut body);
        let _ = poll_frame(&mut body);
        body
    })
    .await;
    assert_eq!(ending(&record), completed(5));
    drop(body);
}

#[tokio::test]
async fn an_answer_without_a_body_is_over_with_its_head() {
    let (response, record) = record(answer(Response::new(Script::empty()))).await;
    assert_eq!(ending(&record), completed(0));
    drop(response);
}

#[tokio::test]
async fn an_answer_whose_body_nobody_has_read_yet_is_not_over() {
    let (response, record) = record(answer(Response::new(hello()))).await;
    assert_eq!(record.external().count(), 0, "{:?}", record.calls());
    drop(response);
}

#[tokio::test]
async fn a_body_that_nobody_wanted() {
    let ((), record) = record(async { drop(answer(Response::new(hello())).await) }).await;
    assert_eq!(ending(&record), completed(0));
}

#[tokio::test]
async fn a_body_that_was_given_up() {
    let ((), record) = record(async {
        let mut body = answer(Response::new(hello())).await.into_body();
        let _ = poll_frame(&mut body);
    })
    .await;
    assert_eq!(ending(&record), (CallOutcome::Cancelled, None, Some(200), Yield::Bytes(3)));
}

#[tokio::test]
async fn a_body_that_fails() {
    let script = Script::new([Step::Data(b"hel"), Step::Fail]);
    let (result, record) = record(async { answer(Response::new(script)).await.into_body().collect().await }).await;
    assert_eq!(result.unwrap_err(), "the disk is gone");
    assert_eq!(ending(&record), failed("body", 3));
}

#[tokio::test]
async fn a_status_of_400_and_more_is_an_error_of_a_completed_call() {
    let response = || Response::builder().status(503).body(Script::new([Step::Data(b"hello")])).unwrap();
    let (_, record) = record(async { answer(response()).await.into_body().collect().await.unwrap() }).await;
    assert_eq!(ending(&record), (CallOutcome::Completed, None, Some(503), Yield::Bytes(5)));
    assert_eq!(record.external().errors(), 1);
}

#[tokio::test]
async fn a_future_that_is_dropped_before_the_head() {
    let never = tower::service_fn(|_: Request<()>| pending::<Result<Response<Script>, Infallible>>());
    let ((), record) = record(async {
        let mut client = ServiceBuilder::new().layer(client::layer()).service(never);
        drop(tower::Service::call(&mut client, Request::new(())));
    })
    .await;
    assert_eq!(ending(&record), (CallOutcome::Cancelled, None, None, Yield::Unknown));
    assert_eq!(only(&record).first_byte(), None);
}

#[tokio::test]
async fn a_call_through_a_buffer_belongs_to_the_request_outside_of_it() {
    let partner = tower::service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Script::empty())));
    let told = client::layer().error_types(|error: &BoxError| client::error_type(&**error));
    let buffered = ServiceBuilder::new().layer(told).buffer(1).service(partner);
    let (_, outside) = record(buffered.oneshot(Request::new(()))).await;
    assert_eq!(ending(&outside), completed(0));

    let instance = testing::instance();
    let buffer = ServiceBuilder::new().buffer(1).layer(client::layer()).service(partner);
    let (_, inside) = instance.record(buffer.oneshot(Request::new(()))).await;
    assert_eq!(inside.external().count(), 0, "the buffer's task has no request");
}

//! Whether another service is there, without a trace in the records.

use crate::server::{Server, answer, nobody};
use crate::{client, record};

#[tokio::test]
async fn a_service_that_answers_is_well_and_nothing_is_measured() {
    let server = Server::answering(|_| answer("200 OK", "ok")).await;
    let check = client().health_check(server.url("/livez"));
    let (answers, record) = record(async { [check().await, check().await] }).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!(record.calls().is_empty(), "{:?}", record.calls());
    let lines: Vec<_> = server.received().iter().map(|received| received.request_line().to_owned()).collect();
    assert_eq!(lines, ["GET /livez HTTP/1.1"; 2]);
}

#[tokio::test]
async fn a_service_that_fails_is_not_well() {
    let server = Server::answering(|_| answer("503 Service Unavailable", "")).await;
    let error = client().health_check(server.url("/livez"))().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
    let (url, _kept) = nobody();
    assert!(client().health_check(url)().await.unwrap_err().is_connect());
    assert!(client().health_check("no url")().await.unwrap_err().is_builder());
}

//! What is kept of an answer, and what the caller gets of it.

use futures_util::StreamExt;
use futures_util::future::join_all;
use tachograph_core::{CallKind, CallOutcome, Yield};

use crate::server::{Server, answer, head};
use crate::{client, only, plain, record};

#[tokio::test]
async fn host_method_status_and_bytes_are_kept() {
    let server = Server::answering(|_| answer("200 OK", "hello")).await;
    let (text, record) =
        record(async { client().get(server.url("/a?token=secret#b")).send().await.unwrap().text().await }).await;
    assert_eq!(text.unwrap(), "hello");
    let call = only(&record);
    assert_eq!(call.kind(), CallKind::External);
    assert_eq!(call.operation().target(), server.target());
    assert_eq!(call.operation().summary(), "GET");
    assert_eq!((call.path(), call.has_query()), (Some("/a"), true));
    assert_eq!(call.status_code(), Some(200));
    assert_eq!(call.brought(), Yield::Bytes(5));
    assert_eq!((call.outcome(), call.error_type(), call.is_error()), (CallOutcome::Completed, None, false));
    assert!(call.first_byte().unwrap() <= call.duration());
    assert_eq!(record.external().amount(), 5);
}

#[tokio::test]
async fn each_method_names_itself() {
    let server = Server::answering(|_| answer("200 OK", "")).await;
    let ((), record) = record(async {
        let client = client();
        let url = server.url("/");
        let other = "BREW".parse().unwrap();
        for request in [
            client.get(&url),
            client.post(&url),
            client.put(&url),
            client.patch(&url),
            client.delete(&url),
            client.head(&url),
            client.request(other, &url),
        ] {
            request.send().await.unwrap();
        }
    })
    .await;
    let summaries: Vec<_> = record.calls().iter().map(|call| call.operation().summary()).collect();
    assert_eq!(summaries, ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "_OTHER"]);
    assert!(record.calls().iter().all(|call| (call.path(), call.has_query()) == (Some("/"), false)));
    let originals: Vec<_> = record.calls().iter().filter_map(|call| call.original_method()).collect();
    assert_eq!(originals, ["BREW"]);
    let sent: Vec<_> =
        server.received().iter().map(|one| one.request_line().split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(sent, ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "BREW"]);
}

#[tokio::test]
async fn a_status_of_400_and_more_is_an_error_that_the_caller_may_overlook() {
    for (status, code) in [("404 Not Found", 404), ("500 Internal Server Error", 500)] {
        let server = Server::answering(move |_| answer(status, "sorry")).await;
        let (text, record) = record(async { client().get(server.url("/")).send().await.unwrap().text().await }).await;
        assert_eq!(text.unwrap(), "sorry");
        let call = only(&record);
        assert_eq!(call.status_code(), Some(code));
        assert_eq!((call.outcome(), call.error_type(), call.is_error()), (CallOutcome::Completed, None, true));
        assert_eq!(record.external().errors(), 1);
    }
}

#[tokio::test]
async fn error_for_status_stays_the_callers() {
    let server = Server::answering(|_| answer("503 Service Unavailable", "sorry")).await;
    let (error, record) =
        record(async { client().get(server.url("/a?b")).send().await.unwrap().error_for_status().unwrap_err() }).await;
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(error.url().unwrap().as_str(), server.url("/a?b"));
    assert_eq!((only(&record).outcome(), only(&record).status_code()), (CallOutcome::Completed, Some(503)));
}

#[tokio::test]
async fn an_answer_is_the_same_with_and_without() {
    let server = Server::answering(|_| answer("203 Non-Authoritative Information", "hello")).await;
    let ((measured, plain), _) = record(async {
        let measured = client().get(server.url("/a?b=c")).send().await.unwrap();
        (measured, plain().get(server.url("/a?b=c")).send().await.unwrap())
    })
    .await;
    assert_eq!(measured.status(), plain.status());
    assert_eq!(measured.version(), plain.version());
    assert_eq!(measured.headers(), plain.headers());
    assert_eq!(measured.headers()["x-kept"], "yes");
    assert_eq!(measured.url(), plain.url());
    assert_eq!((measured.content_length(), plain.content_length()), (Some(5), Some(5)));
    assert_eq!(measured.remote_addr().unwrap().to_string(), server.target());
    assert_eq!(measured.extensions().len(), plain.extensions().len());
    assert_eq!(measured.bytes().await.unwrap(), plain.bytes().await.unwrap());
}

#[tokio::test]
async fn a_chunked_body_is_counted_chunk_by_chunk() {
    let server = Server::answering(|_| {
        let mut bytes = head("200 OK", &[("Transfer-Encoding", "chunked")]);
        bytes.extend(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
        bytes
    })
    .await;
    let (chunks, record) = record(async {
        let response = client().get(server.url("/")).send().await.unwrap();
        assert_eq!(response.content_length(), None);
        response.bytes_stream().map(|chunk| chunk.unwrap()).collect::<Vec<_>>().await
    })
    .await;
    assert_eq!(chunks.concat(), b"hello world");
    assert_eq!((only(&record).outcome(), only(&record).brought()), (CallOutcome::Completed, Yield::Bytes(11)));
}

#[tokio::test]
async fn a_big_body_arrives_whole() {
    let body: Vec<u8> = (0..3_000_000_u32).map(|number| number as u8).collect();
    let sent = body.clone();
    let server = Server::answering(move |_| answer("200 OK", &sent)).await;
    let (read, record) = record(async { client().get(server.url("/")).send().await.unwrap().bytes().await }).await;
    assert!(read.unwrap() == body);
    assert_eq!(only(&record).brought(), Yield::Bytes(3_000_000));
}

#[tokio::test]
async fn an_empty_answer_is_complete_with_its_head() {
    let server = Server::answering(|request| match request.request_line().starts_with("HEAD") {
        true => head("200 OK", &[("Content-Length", "5")]),
        false => head("204 No Content", &[]),
    })
    .await;
    let (held, record) = record(async {
        let nothing = client().delete(server.url("/")).send().await.unwrap();
        (nothing, client().head(server.url("/")).send().await.unwrap())
    })
    .await;
    let ends: Vec<_> = record.calls().iter().map(|call| (call.status_code(), call.outcome(), call.brought())).collect();
    assert_eq!(
        ends,
        [(Some(204), CallOutcome::Completed, Yield::Bytes(0)), (Some(200), CallOutcome::Completed, Yield::Bytes(0))]
    );
    assert_eq!(held.1.headers()["content-length"], "5");
}

#[tokio::test]
async fn redirects_are_part_of_one_call() {
    let server = Server::answering(|request| match request.request_line() {
        "GET /first HTTP/1.1" => head("302 Found", &[("Location", "/second"), ("Content-Length", "0")]),
        _ => answer("200 OK", "there"),
    })
    .await;
    let (response, record) = record(async {
        let mut response = client().get(server.url("/first")).send().await.unwrap();
        while response.chunk().await.unwrap().is_some() {}
        response
    })
    .await;
    assert_eq!(response.url().path(), "/second");
    assert_eq!(server.received().len(), 2);
    assert_eq!((only(&record).status_code(), only(&record).brought()), (Some(200), Yield::Bytes(5)));
}

#[tokio::test]
async fn calls_side_by_side_are_all_kept() {
    let server = Server::answering(|request| answer("200 OK", request.request_line())).await;
    let (texts, record) = record(async {
        let client = client();
        join_all((0..10).map(|number| {
            let request = client.get(server.url(&format!("/{number}")));
            async move { request.send().await.unwrap().text().await.unwrap() }
        }))
        .await
    })
    .await;
    for (number, text) in texts.iter().enumerate() {
        assert_eq!(*text, format!("GET /{number} HTTP/1.1"));
    }
    assert_eq!((record.external().count(), record.external().errors()), (10, 0));
    assert_eq!(record.external().amount(), texts.iter().map(|text| text.len() as u64).sum::<u64>());
    let groups = record.call_groups();
    assert_eq!((groups.len(), groups[0].count()), (1, 10));
    assert_eq!(record.breakdown().total(), record.duration());
}

#[cfg(feature = "json")]
#[tokio::test]
async fn json_goes_and_comes() {
    let server = Server::answering(|request| {
        assert_eq!(request.header("content-type"), ["application/json"]);
        answer("201 Created", &request.body)
    })
    .await;
    let sent = serde_json::json!({"name": "dark mode", "variants": [1, 2]});
    let (got, record) = record(async {
        let response = client().post(server.url("/")).json(&sent).send().await.unwrap();
        response.json::<serde_json::Value>().await.unwrap()
    })
    .await;
    assert_eq!(got, sent);
    let call = only(&record);
    assert_eq!((call.operation().summary(), call.status_code()), ("POST", Some(201)));
    assert_eq!(call.brought(), Yield::Bytes(sent.to_string().len() as u64));
}

//! The ways to send are one measurement, and the builder is reqwest's.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, Version};
use tachograph_core::Record;
use tachograph_reqwest::{Client, RequestBuilder, SendMeasured};

use crate::server::{Server, answer, nobody};
use crate::{client, only, plain, record};

/// What a call is apart from its times and its place in the source.
fn essence(record: &Record) -> String {
    let call = only(record);
    let operation = (call.kind(), call.operation().target(), call.operation().summary());
    let end = (call.outcome(), call.status_code(), call.brought(), call.error_type());
    format!("{operation:?} {end:?} {:?}", (call.first_byte().is_some(), call.span_id().is_some()))
}

/// Sends the same request by each way, and gives what each recorded.
async fn by_each_way(url: &str) -> Vec<String> {
    let (_, client) = record(async { client().get(url).send().await?.text().await }).await;
    let (_, executed) = record(async {
        let request = plain().get(url).build()?;
        crate::client().execute(request).await?.text().await
    })
    .await;
    let (_, extension) = record(async { plain().get(url).send_measured().await?.text().await }).await;
    [client, executed, extension].iter().chain(&by_middleware(url).await).map(essence).collect()
}

#[cfg(feature = "middleware")]
async fn by_middleware(url: &str) -> Option<Record> {
    let chain = reqwest_middleware::ClientBuilder::new(plain()).with(tachograph_reqwest::Middleware).build();
    Some(record(async { chain.get(url).send().await.ok()?.text().await.ok() }).await.1)
}

#[cfg(not(feature = "middleware"))]
async fn by_middleware(_: &str) -> Option<Record> {
    None
}

#[tokio::test]
async fn each_way_records_the_same() {
    let server = Server::answering(|_| answer("404 Not Found", "hello")).await;
    let (nobodys, _held) = nobody();
    for url in [server.url("/"), nobodys] {
        let essences = by_each_way(&url).await;
        assert!(essences.len() >= 3);
        assert!(essences.iter().all(|essence| *essence == essences[0]), "{essences:#?}");
    }
}

#[tokio::test]
async fn the_builder_builds_what_reqwests_builds() {
    let url = "http://partner.example/a?b=c";
    let mut headers = HeaderMap::new();
    headers.insert("x-one", HeaderValue::from_static("1"));
    let ours = client()
        .request(Method::PUT, url)
        .header("x-two", "2")
        .headers(headers.clone())
        .basic_auth("user", Some("password"))
        .bearer_auth("token")
        .body("body")
        .timeout(Duration::from_secs(3))
        .version(Version::HTTP_2);
    let theirs = plain()
        .request(Method::PUT, url)
        .header("x-two", "2")
        .headers(headers)
        .basic_auth("user", Some("password"))
        .bearer_auth("token")
        .body("body")
        .timeout(Duration::from_secs(3))
        .version(Version::HTTP_2);
    let copy = ours.try_clone().unwrap().build().unwrap();
    for ours in [ours.build().unwrap(), copy] {
        let theirs = theirs.try_clone().unwrap().build().unwrap();
        assert_eq!((ours.method(), ours.url(), ours.headers()), (theirs.method(), theirs.url(), theirs.headers()));
        assert_eq!((ours.timeout(), ours.version()), (theirs.timeout(), theirs.version()));
        assert_eq!(ours.body().unwrap().as_bytes(), theirs.body().unwrap().as_bytes());
    }
}

#[cfg(all(feature = "query", feature = "form", feature = "multipart"))]
#[tokio::test]
async fn queries_and_forms_are_reqwests() {
    let request =
        client().post("http://partner.example/").query(&[("a", "b c")]).form(&[("d", "e&f")]).build().unwrap();
    assert_eq!(request.url().as_str(), "http://partner.example/?a=b+c");
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(request.body().unwrap().as_bytes().unwrap(), b"d=e%26f");

    let form = reqwest::multipart::Form::new().text("name", "value");
    let request = client().post("http://partner.example/").multipart(form).build().unwrap();
    assert!(request.headers()["content-type"].to_str().unwrap().starts_with("multipart/form-data; boundary="));
}

#[tokio::test]
async fn a_builder_can_be_taken_apart_and_goes_on_measuring() {
    let server = Server::answering(|_| answer("200 OK", "hello")).await;
    let (text, record) = record(async {
        let (client, request) = client().get(server.url("/")).build_split();
        RequestBuilder::from_parts(client, request.unwrap()).send().await.unwrap().text().await.unwrap()
    })
    .await;
    assert_eq!(text, "hello");
    only(&record);
}

#[test]
fn what_can_be_done_with_reqwests_types_can_be_done_with_ours() {
    fn is_shared<T: Clone + Send + Sync + Default>(_: &T) {}
    fn can_be_moved_and_selected<T: Send + Unpin>(_: &T) {}
    let client = Client::new();
    is_shared(&client);
    can_be_moved_and_selected(&client.get("http://partner.example").send());
    can_be_moved_and_selected(&client.as_ref().get("http://partner.example").send_measured());
    let request = client.get("http://partner.example").build().unwrap();
    let sending = client.execute(request);
    // As reqwest's own, it borrows nothing of the client.
    drop(client);
    can_be_moved_and_selected(&sending);
}

#[cfg(feature = "middleware")]
#[tokio::test]
async fn each_attempt_behind_a_retrying_middleware_is_a_call() {
    use http::Extensions;
    use reqwest_middleware::{Middleware, Next};

    struct Twice;
    #[async_trait::async_trait]
    impl Middleware for Twice {
        async fn handle(
            &self,
            request: reqwest::Request,
            extensions: &mut Extensions,
            next: Next<'_>,
        ) -> reqwest_middleware::Result<reqwest::Response> {
            let first = next.clone().run(request.try_clone().unwrap(), extensions).await?;
            if first.status().is_success() { Ok(first) } else { next.run(request, extensions).await }
        }
    }
    struct Refuses;
    #[async_trait::async_trait]
    impl Middleware for Refuses {
        async fn handle(
            &self,
            _: reqwest::Request,
            _: &mut Extensions,
            _: Next<'_>,
        ) -> reqwest_middleware::Result<reqwest::Response> {
            Err(reqwest_middleware::Error::middleware(std::io::Error::other("the circuit is open")))
        }
    }

    let server = Server::answering(|_| answer("503 Service Unavailable", "sorry")).await;
    let ours = || tachograph_reqwest::Middleware;
    let behind = reqwest_middleware::ClientBuilder::new(plain()).with(Twice).with(ours()).build();
    let ((), twice) = record(async { drop(behind.get(server.url("/")).send().await.unwrap()) }).await;
    assert_eq!((twice.calls().len(), twice.external().errors(), server.received().len()), (2, 2, 2));
    let spans: Vec<_> = server.received().iter().map(|received| received.header("traceparent")[0].to_owned()).collect();
    assert_ne!(spans[0], spans[1]);

    let before = reqwest_middleware::ClientBuilder::new(plain()).with(ours()).with(Twice).build();
    let ((), once) = record(async { drop(before.get(server.url("/")).send().await.unwrap()) }).await;
    assert_eq!((once.calls().len(), server.received().len()), (1, 4));

    let refused = reqwest_middleware::ClientBuilder::new(plain()).with(ours()).with(Refuses).build();
    let (_, refused) = record(refused.get(server.url("/")).send()).await;
    assert_eq!(only(&refused).error_type(), Some("middleware"));
}

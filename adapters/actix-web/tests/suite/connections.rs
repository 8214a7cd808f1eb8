//! Many requests on one connection.

use actix_web::web::{self, Bytes, Path};
use actix_web::{App, HttpResponse};
use tachograph_core::Outcome;
use tachograph_loopback::{Recorder, get_and_close, send, talk, within};
use tokio::io::AsyncWriteExt;

use crate::server::{RecorderMiddleware, get, read_until, serve};

async fn slowly(letters: Path<String>) -> String {
    for _ in 0..letters.len() {
        actix_web::rt::task::yield_now().await;
    }
    format!("<{letters}>")
}

#[actix_web::test]
async fn a_connection_that_is_kept_has_a_record_for_each_request() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(App::new().route("/{letters}", web::get().to(slowly)).wrap(middleware.clone()));
    let mut stream = send(address, "").await;
    for letters in ["a", "bb", "ccc"] {
        within(stream.write_all(get(&format!("/{letters}")).as_bytes())).await.unwrap();
        read_until(&mut stream, &format!("<{letters}>")).await;
        let record = recorder.only().await;
        assert_eq!(
            (record.path(), record.response_bytes()),
            (format!("/{letters}").as_str(), 2 + letters.len() as u64)
        );
        assert_eq!((record.outcome(), record.route()), (Outcome::Completed, Some("/{letters}")));
    }
    // An idle connection has no request, so its end is none's.
    drop(stream);
    talk(address, get_and_close("/d")).await;
    assert_eq!(recorder.only().await.path(), "/d");
}

#[actix_web::test]
async fn requests_that_are_sent_at_once_are_told_apart() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(
        App::new()
            .route("/{letters}", web::get().to(slowly))
            .route("/", web::post().to(async |body: Bytes| body.len().to_string()))
            .wrap(middleware.clone())
    );
    let post = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 3\r\n\r\nabc";
    let output = talk(address, [&get("/aaa"), post, &get("/b"), &get_and_close("/cc")].concat()).await;
    let output = String::from_utf8(output).unwrap();
    assert_eq!(output.matches("HTTP/1.1 200").count(), 4);
    for (path, request_bytes, bytes) in [("/aaa", 0, 5), ("/", 3, 1), ("/b", 0, 3), ("/cc", 0, 4)] {
        let record = recorder.next().await;
        assert_eq!((record.path(), record.outcome()), (path, Outcome::Completed));
        assert_eq!((record.request_bytes(), record.response_bytes()), (Some(request_bytes), bytes));
        assert!(output.contains(&record.identity().request_id().to_string()));
    }
    recorder.idle().await;
    assert_eq!(recorder.rest().len(), 0);
}

#[actix_web::test]
async fn a_body_that_waits_to_be_asked_for_is_part_of_its_request() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let read = async |body: Bytes| HttpResponse::Created().body(body);
    let address = serve!(App::new().route("/", web::post().to(read)).wrap(middleware.clone()));
    let head = "POST / HTTP/1.1\r\nhost: test\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    let mut stream = send(address, head).await;
    read_until(&mut stream, "100 Continue\r\n\r\n").await;
    within(stream.write_all(b"hello")).await.unwrap();
    assert!(read_until(&mut stream, "hello").await.starts_with("HTTP/1.1 201"));
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.request_bytes(), record.response_bytes()), (Some(201), Some(5), 5));
}

//! What is sent, and what is received.

use std::io::{self, Cursor};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rocket::data::{Data, ToByteUnit};
use rocket::http::{ContentType, Status};
use rocket::response::stream::{ByteStream, Event, EventStream, TextStream};
use rocket::response::{self, Responder, Response};
use rocket::tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use rocket::{Request, get, post, routes};
use tachograph_core::{ManualClock, Outcome, Share, database_call};
use tachograph_loopback::{Recorder, get_and_close, send, talk};

use crate::server::{RecorderFairing, client, get as fetch, rocket, serve};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[get("/rows/<count>")]
fn rows(count: u32) -> TextStream![String] {
    TextStream! {
        for row in 0..count {
            database_call("sqlite", "main", "SELECT * FROM rows").measure(tokio::task::yield_now()).await;
            yield format!("row {row}\n");
        }
    }
}

#[get("/bytes")]
fn bytes() -> ByteStream![Vec<u8>] {
    ByteStream! {
        for _ in 0..3 {
            yield vec![b'x'; 10_000];
        }
    }
}

#[get("/events")]
fn events() -> EventStream![] {
    let events = EventStream! {
        for number in 0..3 {
            yield Event::data(number.to_string());
        }
    };
    events
}

#[get("/large")]
fn large() -> Vec<u8> {
    vec![b'x'; 3_000_001]
}

#[get("/hello")]
fn hello() -> &'static str {
    "hello"
}

#[get("/status/<code>")]
fn status(code: u16) -> (Status, &'static str) {
    (Status::new(code), "hello")
}

#[get("/empty")]
fn empty() {}

#[get("/nothing")]
fn nothing() -> &'static str {
    ""
}

/// Sends a part, and then what the name says.
struct Breaks {
    sent: bool,
    panics: bool,
}

impl AsyncRead for Breaks {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !std::mem::replace(&mut self.sent, true) {
            buffer.put_slice(b"hello");
            return Poll::Ready(Ok(()));
        }
        assert!(!self.panics, "told to");
        Poll::Ready(Err(io::Error::other("gone")))
    }
}

impl<'r> Responder<'r, 'static> for Breaks {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build().streamed_body(self).ok()
    }
}

#[get("/breaks?<panics>")]
fn breaks(panics: bool) -> Breaks {
    Breaks { sent: false, panics }
}

#[tokio::test]
async fn a_stream_is_counted_to_its_end_and_its_calls_are_the_requests() {
    let mut recorder = Recorder::new();
    let app = || rocket().mount("/", routes![rows, bytes, events, large]).attach(recorder.fairing());
    let client = client(app()).await;
    let server = serve(app()).await;
    for (path, size, queries, streaming) in
        [("/rows/10", 60, 10, false), ("/bytes", 30_000, 0, false), ("/large", 3_000_001, 0, false)]
    {
        assert_eq!(fetch(&client, path).await.1.len(), size);
        let local = recorder.only().await;
        assert!(talk(server.address, get_and_close(path)).await.len() > size);
        for record in [local, recorder.only().await] {
            assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, size as u64), "{path}");
            assert_eq!((record.database().count(), record.is_streaming()), (queries, streaming), "{path}");
        }
    }
    let (_, text) = fetch(&client, "/events").await;
    let record = recorder.only().await;
    assert_eq!((record.is_streaming(), record.outcome()), (true, Outcome::Completed));
    assert_eq!(record.response_bytes(), text.len() as u64);
    assert!(text.contains("data:2"), "{text}");
}

#[tokio::test]
async fn a_stream_lasts_to_its_last_byte() {
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let app = rocket().manage(clock.clone()).mount("/", routes![export]).attach(recorder.fairing());
    let client = client(app).await;
    let mut response = client.get("/export").dispatch().await;
    clock.advance(ms(100));
    let mut body = Vec::new();
    while response.read_buf(&mut body).await.unwrap() > 0 {
        assert_eq!(recorder.rest().len(), 0);
        clock.advance(ms(3));
    }
    clock.advance(ms(1000));
    assert_eq!(body.len(), 60);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 60));
    assert_eq!((record.duration(), record.first_byte()), (ms(150), Some(Duration::ZERO)));
    assert_eq!(record.breakdown().share(Share::Own), ms(20));
    assert_eq!(record.breakdown().share(Share::Body), ms(130));
}

#[get("/export")]
fn export(clock: &rocket::State<ManualClock>) -> TextStream![String + '_] {
    TextStream! {
        for row in 0..10 {
            clock.advance(ms(2));
            yield format!("row {row}\n");
        }
    }
}

#[tokio::test]
async fn what_has_no_body_is_complete_with_its_head() {
    let mut recorder = Recorder::new();
    let app = rocket().mount("/", routes![hello, status, empty, nothing]).attach(recorder.fairing());
    let server = serve(app).await;
    for (method, path, status, length) in [
        ("HEAD", "/hello", 200, Some("5")),
        ("HEAD", "/status/404", 404, Some("5")),
        ("GET", "/status/204", 204, None),
        ("GET", "/status/304", 304, Some("5")),
        ("GET", "/empty", 200, Some("0")),
        ("GET", "/nothing", 200, Some("0")),
    ] {
        let request = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        let output = String::from_utf8(talk(server.address, request).await).unwrap();
        let announced = output.lines().find_map(|line| line.strip_prefix("content-length: "));
        assert_eq!(announced, length, "{output}");
        assert!(output.ends_with("\r\n\r\n"), "{output}");
        let record = recorder.only().await;
        assert_eq!((record.method(), record.path()), (method, path));
        assert_eq!((record.status_code(), record.outcome()), (Some(status), Outcome::Completed), "{path}");
        assert_eq!(record.response_bytes(), 0, "{method} {path}");
    }
}

/// Says itself how long it is, and does not end there.
struct Announced;

impl<'r> Responder<'r, 'static> for Announced {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let body = Cursor::new("helloagain").chain(Silent);
        Response::build().raw_header("content-length", "10").streamed_body(body).ok()
    }
}

/// Neither sends nor ends.
struct Silent;

impl AsyncRead for Silent {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[get("/announced")]
fn announced() -> Announced {
    Announced
}

#[tokio::test]
async fn what_the_head_announces_is_all() {
    let mut recorder = Recorder::new();
    let server = serve(rocket().mount("/", routes![announced]).attach(recorder.fairing())).await;
    assert!(talk(server.address, get_and_close("/announced")).await.ends_with(b"\r\n\r\nhelloagain"));
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 10));
}

#[tokio::test]
async fn a_body_can_fail_or_panic() {
    let mut recorder = Recorder::new();
    let server = serve(rocket().mount("/", routes![breaks]).attach(recorder.fairing())).await;
    for (panics, outcome) in [(false, Outcome::BodyFailed), (true, Outcome::Panicked)] {
        let output = talk(server.address, get_and_close(&format!("/breaks?panics={panics}"))).await;
        assert!(output.ends_with(b"0\r\n\r\n"), "rocket does not let the client know");
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.status_code(), record.response_bytes()), (outcome, Some(200), 5));
    }
}

#[post("/read", data = "<body>")]
async fn read(body: Data<'_>) -> String {
    body.open(1.mebibytes()).into_bytes().await.unwrap().len().to_string()
}

#[post("/unread")]
fn unread() {}

#[tokio::test]
async fn a_request_body_is_believed_where_it_is_announced_or_seen_whole() {
    let mut recorder = Recorder::new();
    let server = serve(rocket().mount("/", routes![read, unread]).attach(recorder.fairing())).await;
    let (medium, long) = ("x".repeat(100), "x".repeat(100_000));
    for path in ["/read", "/unread"] {
        for body in ["", "hello", &medium[..13], &medium[..14], &medium, &long] {
            let head = format!("POST {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
            talk(server.address, format!("{head}content-length: {}\r\n\r\n{body}", body.len())).await;
            assert_eq!(recorder.only().await.request_bytes(), Some(body.len() as u64));
            talk(server.address, format!("{head}transfer-encoding: chunked\r\n\r\n{}", chunked(body))).await;
            // rocket lets nobody wrap the body, but it has read the first bytes already.
            let seen = (body.len() < 14).then_some(body.len() as u64);
            assert_eq!(recorder.only().await.request_bytes(), seen);
        }
    }
    talk(server.address, get_and_close("/unread")).await;
    assert_eq!(recorder.only().await.request_bytes(), Some(0), "without a body there are no bytes");

    let client = client(rocket().mount("/", routes![read, unread]).attach(recorder.fairing())).await;
    for (body, known) in [("", Some(0)), (&"x".repeat(511), Some(511)), (&"x".repeat(512), None)] {
        let response = client.post("/read").body(body).dispatch().await;
        assert_eq!(response.into_string().await.unwrap(), body.len().to_string());
        assert_eq!(recorder.only().await.request_bytes(), known);
    }
}

#[tokio::test]
async fn a_request_begins_when_rocket_has_seen_whether_its_body_is_a_form() {
    let mut recorder = Recorder::new();
    let server = serve(rocket().mount("/", routes![unread]).attach(recorder.fairing())).await;
    let head = "POST /unread HTTP/1.1\r\nhost: test\r\ncontent-length: 1000\r\n\r\n";
    let _stream = send(server.address, format!("{head}{}", "x".repeat(14))).await;
    assert_eq!(recorder.only().await.request_bytes(), Some(1000));
}

fn chunked(body: &str) -> String {
    let chunk = if body.is_empty() { String::new() } else { format!("{:x}\r\n{body}\r\n", body.len()) };
    format!("{chunk}0\r\n\r\n")
}

/// A body whose size rocket has to find out by seeking, in chunks of an unusual size.
struct Sought;

impl<'r> Responder<'r, 'static> for Sought {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let body = Cursor::new(vec![b'x'; 1000]);
        Response::build().header(ContentType::Binary).sized_body(None, body).max_chunk_size(7).ok()
    }
}

#[get("/sought")]
fn sought() -> Sought {
    Sought
}

#[tokio::test]
async fn a_size_is_found_and_the_chunks_stay_as_they_were() {
    let mut recorder = Recorder::new();
    let client = client(rocket().mount("/", routes![sought]).attach(recorder.fairing())).await;
    let response = client.get("/sought").dispatch().await;
    assert_eq!(response.body().preset_size(), Some(1000));
    assert_eq!(response.body().max_chunk_size(), 7);
    assert_eq!(response.into_bytes().await.unwrap().len(), 1000);
    assert_eq!(recorder.only().await.response_bytes(), 1000);
}

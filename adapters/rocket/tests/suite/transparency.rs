//! A response with the fairing is byte for byte the response without it, but for the request id.

use std::io::Cursor;
use std::net::SocketAddr;
use std::path::PathBuf;

use rocket::data::{Data, ToByteUnit};
use rocket::fs::{FileServer, NamedFile};
use rocket::http::{CookieJar, Header, Status};
use rocket::request::Request;
use rocket::response::stream::TextStream;
use rocket::response::{self, Redirect, Responder, Response};
use rocket::{Build, Catcher, Rocket, Route, catch, catchers, get, head, post, routes};
use tachograph_loopback::{Recorder, talk};
use tachograph_rocket::{measure, measure_catchers};

use crate::server::{RecorderFairing, rocket, serve};

#[get("/sized")]
fn sized() -> &'static str {
    "hello"
}

#[get("/large")]
fn large() -> String {
    "x".repeat(300_000)
}

#[get("/chunks")]
fn chunks() -> TextStream![String] {
    TextStream! {
        for row in 0..50 {
            yield format!("row {row}\n");
        }
    }
}

#[get("/file")]
async fn file() -> Option<NamedFile> {
    NamedFile::open(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).await.ok()
}

#[get("/status/<code>")]
fn status(code: u16) -> (Status, &'static str) {
    (Status::new(code), "hello")
}

#[get("/no-body/<code>")]
fn no_body(code: u16) -> (Status, ()) {
    (Status::new(code), ())
}

#[get("/redirect")]
fn redirect() -> Redirect {
    Redirect::to("/sized")
}

#[get("/cookies")]
fn cookies(jar: &CookieJar<'_>) -> &'static str {
    jar.add(("a", "1"));
    jar.add(("b", "2"));
    "x"
}

#[get("/panic")]
fn panic() -> &'static str {
    panic!("told to")
}

#[get("/caught")]
fn refused() -> Status {
    Status::Gone
}

#[head("/head")]
fn head_only() -> &'static str {
    "hello"
}

#[post("/echo", data = "<body>")]
async fn echo(body: Data<'_>) -> String {
    body.open(1.kibibytes()).into_string().await.unwrap().into_inner()
}

/// Says itself how long it is, or how it is encoded; comes in chunks of its own.
struct Announced(Header<'static>, Option<usize>);

impl<'r> Responder<'r, 'static> for Announced {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::build();
        response.header(self.0).max_chunk_size(3);
        match self.1 {
            Some(size) => response.sized_body(size, Cursor::new("hellohello")),
            None => response.streamed_body(Cursor::new("hellohello")),
        };
        response.ok()
    }
}

#[get("/announced")]
fn announced() -> Announced {
    Announced(Header::new("content-length", "10"), None)
}

#[get("/encoded")]
fn encoded() -> Announced {
    Announced(Header::new("transfer-encoding", "chunked"), Some(10))
}

#[get("/small-chunks")]
fn small_chunks() -> Announced {
    Announced(Header::new("x-chunks", "3"), None)
}

#[catch(410)]
fn gone() -> &'static str {
    "gone"
}

fn handlers() -> Vec<Route> {
    routes![
        sized,
        large,
        chunks,
        file,
        status,
        no_body,
        redirect,
        cookies,
        panic,
        refused,
        head_only,
        echo,
        announced,
        encoded,
        small_chunks
    ]
}

fn application(routes: Vec<Route>, catchers: Vec<Catcher>) -> Rocket<Build> {
    let files = FileServer::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    rocket().mount("/", routes).register("/", catchers).mount("/files", files)
}

/// The answer without what may differ, the request id and the second in which it was written, and how many ids it has.
async fn answer(address: SocketAddr, request: &str) -> (String, usize) {
    let output = String::from_utf8(talk(address, request).await).unwrap();
    let (head, body) = output.split_once("\r\n\r\n").unwrap_or((&output, ""));
    let is = |line: &&str, name: &str| line.starts_with(name);
    let ids = head.lines().filter(|line| is(line, "x-request-id: ")).count();
    let mut kept: Vec<_> =
        head.split("\r\n").filter(|line| !is(line, "x-request-id: ") && !is(line, "date: ")).collect();
    // rocket keeps cookies and its own headers in maps, so their order is chance. The status line comes first as before.
    kept.sort_unstable();
    (format!("{}\r\n\r\n{body}", kept.join("\r\n")), ids)
}

const PATHS: [&str; 24] = [
    "/sized",
    "/large",
    "/chunks",
    "/file",
    "/status/204",
    "/status/304",
    "/status/205",
    "/status/500",
    "/no-body/200",
    "/no-body/204",
    "/no-body/304",
    "/no-body/404",
    "/redirect",
    "/cookies",
    "/panic",
    "/caught",
    "/head",
    "/echo",
    "/announced",
    "/encoded",
    "/small-chunks",
    "/files/body.rs",
    "/files/none.rs",
    "/unknown",
];

#[tokio::test]
async fn the_fairing_changes_nothing_but_the_request_id() {
    let mut recorder = Recorder::new();
    let without = serve(application(handlers(), catchers![gone])).await;
    let with = serve(application(handlers(), catchers![gone]).attach(recorder.fairing())).await;
    let measured = application(measure(handlers()), measure_catchers(catchers![gone])).attach(recorder.fairing());
    let measured = serve(measured).await;
    for path in PATHS {
        for method in ["GET", "HEAD", "POST", "OPTIONS"] {
            for version in ["1.1", "1.0"] {
                let request = format!(
                    "{method} {path} HTTP/{version}\r\nhost: test\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc"
                );
                let (theirs, none) = answer(without.address, &request).await;
                for ours in [&with, &measured] {
                    let (ours, ids) = answer(ours.address, &request).await;
                    assert_eq!(ours, theirs, "{request}");
                    assert_eq!((ids, none), (1, 0), "{request}");
                    let record = recorder.only().await;
                    assert_eq!((record.path(), record.method()), (path, method));
                }
            }
        }
    }
}

#[tokio::test]
async fn what_rocket_cannot_parse_goes_past_every_fairing() {
    let mut recorder = Recorder::new();
    let without = serve(application(handlers(), catchers![])).await;
    let with = serve(application(handlers(), catchers![]).attach(recorder.fairing())).await;
    for request in [
        "BREW /sized HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n",
        "rubbish\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ] {
        let (ours, ids) = answer(with.address, request).await;
        assert_eq!((ours, ids), answer(without.address, request).await, "{request}");
    }
    assert_eq!(recorder.rest().len(), 0);
    assert_eq!(recorder.handle.in_flight(), 0);
}

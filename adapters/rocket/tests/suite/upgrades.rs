//! Connections that become something else.

use std::io;
use std::pin::Pin;

use rocket::data::{IoHandler, IoStream};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{get, routes};
use tachograph_core::Outcome;
use tachograph_loopback::{Recorder, send, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{RecorderFairing, rocket, serve};

/// Says what it is told.
struct Echo;

#[rocket::async_trait]
impl IoHandler for Echo {
    async fn io(self: Pin<Box<Self>>, stream: IoStream) -> io::Result<()> {
        let (mut from, mut to) = tokio::io::split(stream);
        tokio::io::copy(&mut from, &mut to).await?;
        Ok(())
    }
}

impl<'r> Responder<'r, 'static> for Echo {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build().upgrade("echo", self).ok()
    }
}

#[get("/echo")]
fn echo() -> Echo {
    Echo
}

#[tokio::test]
async fn an_upgrade_is_recorded_at_once_as_streaming() {
    let mut recorder = Recorder::new();
    let server = serve(rocket().mount("/", routes![echo]).attach(recorder.fairing())).await;
    let request = "GET /echo HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: other, echo\r\n\r\n";
    let mut stream = send(server.address, request).await;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        within(stream.read_buf(&mut head)).await.unwrap();
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.is_streaming()), (Some(101), true));
    assert_eq!((record.outcome(), record.route()), (Outcome::Completed, Some("/echo")));
    stream.write_all(b"hello").await.unwrap();
    let mut echoed = [0; 5];
    within(stream.read_exact(&mut echoed)).await.unwrap();
    assert_eq!(&echoed, b"hello");

    // Who asks for something else, or for nothing, is answered without.
    for upgrade in ["", "connection: upgrade\r\nupgrade: other\r\n"] {
        let request = format!("GET /echo HTTP/1.1\r\nhost: test\r\n{upgrade}\r\n");
        let _stream = send(server.address, request).await;
        let record = recorder.only().await;
        assert_eq!((record.status_code(), record.is_streaming()), (Some(200), false));
    }
}

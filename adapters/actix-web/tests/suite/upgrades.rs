//! Connections that become something else.

use actix_web::web::{self, Payload};
use actix_web::{App, Error, HttpRequest, HttpResponse};
use actix_ws::Message;
use futures_util::StreamExt;
use tachograph_core::{Outcome, request};
use tachograph_loopback::{Recorder, send, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{RecorderMiddleware, read_until, serve};

async fn echo(head: HttpRequest, body: Payload) -> Result<HttpResponse, Error> {
    request().field("room", "lobby");
    let (response, mut session, mut messages) = actix_ws::handle(&head, body)?;
    actix_web::rt::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            if let Message::Text(text) = message {
                session.text(text).await.unwrap();
            }
        }
    });
    Ok(response)
}

#[actix_web::test]
async fn a_web_socket_is_recorded_at_once_and_works() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(App::new().route("/socket", web::get().to(echo)).wrap(middleware.clone()));
    let handshake = "GET /socket HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                     sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut stream = send(address, handshake).await;
    let head = read_until(&mut stream, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 101") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::Completed, Some(101)));
    assert_eq!((record.is_streaming(), record.request_bytes(), record.response_bytes()), (true, Some(0), 0));
    assert_eq!(record.route(), Some("/socket"));
    assert!(record.field("room").is_some());

    // "Hi", masked with zeros, comes back.
    within(stream.write_all(&[0x81, 0x82, 0, 0, 0, 0, b'H', b'i'])).await.unwrap();
    let mut answer = [0; 4];
    within(stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(answer, [0x81, 2, b'H', b'i']);
    drop(stream);
    assert_eq!(recorder.rest().len(), 0);
}

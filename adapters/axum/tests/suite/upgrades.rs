//! Connections that become something else.

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::routing::get;
use tachograph_core::{Outcome, request};
use tachograph_loopback::{Recorder, send, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{RecorderLayer, serve};

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_)) {
            socket.send(message).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_web_socket_is_recorded_at_once_and_works() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/socket",
            get(|upgrade: WebSocketUpgrade| async {
                request().field("room", "lobby");
                upgrade.on_upgrade(echo)
            }),
        )
        .layer(recorder.layer());
    let handshake = "GET /socket HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                     sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut stream = send(serve(app).await, handshake).await;
    let mut output = Vec::new();
    while !output.ends_with(b"\r\n\r\n") {
        within(stream.read_buf(&mut output)).await.unwrap();
    }
    let head = String::from_utf8(output).unwrap();
    assert!(head.starts_with("HTTP/1.1 101") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::Completed, Some(101)));
    assert_eq!((record.is_streaming(), record.response_bytes()), (true, 0));
    assert!(record.field("room").is_some());

    // "Hi", masked with zeros, comes back.
    within(stream.write_all(&[0x81, 0x82, 0, 0, 0, 0, b'H', b'i'])).await.unwrap();
    let mut answer = [0; 4];
    within(stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(answer, [0x81, 2, b'H', b'i']);
    assert_eq!(recorder.rest().len(), 0);
}

//! A client that sends and receives bytes as they are, and so can send what no client of HTTP would.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::within;

/// Sends a request, and does nothing more.
///
/// # Panics
/// When nobody listens there, or the connection breaks.
pub async fn send(address: SocketAddr, request: impl AsRef<[u8]>) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_ref()).await.unwrap();
    stream
}

/// What comes back until the server closes the connection.
///
/// # Panics
/// As [`send`], and when the server does not close in time.
pub async fn talk(address: SocketAddr, request: impl AsRef<[u8]>) -> Vec<u8> {
    let mut stream = send(address, request).await;
    let mut output = Vec::new();
    // A server that closes before it has read everything resets; what came before counts.
    let _ = within(stream.read_to_end(&mut output)).await;
    output
}

/// A GET on a connection that the server closes after it.
#[must_use]
pub fn get_and_close(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
}

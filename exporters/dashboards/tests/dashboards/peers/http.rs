//! As much of HTTP as is needed to ask somebody on this machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// The status and the body of an answer. By HTTP 1.0, so that it is over when the connection is.
pub(super) fn ask(
    to: SocketAddr,
    method: &str,
    target: &str,
    kind: &str,
    body: &str,
) -> std::io::Result<(u16, String)> {
    let mut connection = TcpStream::connect(to)?;
    let head = format!(
        "{method} {target} HTTP/1.0\r\nHost: {to}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all((head + body).as_bytes())?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok((status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()))
}

/// As it stands in a form.
pub(super) fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

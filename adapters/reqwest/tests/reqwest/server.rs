//! A server on loopback that writes, byte by byte, what the test says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// What a client has sent.
#[derive(Clone)]
pub(crate) struct Received {
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// `GET /path?query HTTP/1.1`
    pub(crate) fn request_line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    /// All values of a header.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let headers = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        headers.filter(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

/// One connection, whose request has been read. It is closed when this is dropped.
pub(crate) struct Exchange {
    pub(crate) received: Received,
    stream: TcpStream,
}

impl Exchange {
    async fn read(mut stream: TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let head_end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        };
        let body = bytes.split_off(head_end);
        let mut received = Received { head: String::from_utf8(bytes).unwrap(), body };
        let length = received.header("content-length").first().map_or(0, |length| length.parse().unwrap());
        while received.body.len() < length {
            if stream.read_buf(&mut received.body).await.ok()? == 0 {
                return None;
            }
        }
        Some(Exchange { received, stream })
    }

    /// Writes a part of the answer; a client that has gone is no error.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Waits until the client has hung up.
    pub(crate) async fn closed(&mut self) {
        let _ = self.stream.read(&mut [0]).await;
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Runs `script` for each request, each on a connection of its own.
    pub(crate) async fn scripted<F>(script: impl Fn(Exchange) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server { address: listener.local_addr().unwrap(), received: Arc::default() };
        let received = Arc::clone(&server.received);
        let script = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (received, script) = (Arc::clone(&received), Arc::clone(&script));
                tokio::spawn(async move {
                    if let Some(exchange) = Exchange::read(stream).await {
                        received.lock().unwrap().push(exchange.received.clone());
                        script(exchange).await;
                    }
                });
            }
        });
        server
    }

    /// Answers each request with what `answer` makes of it.
    pub(crate) async fn answering(answer: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::scripted(move |mut exchange| {
            let bytes = answer(&exchange.received);
            async move { exchange.write(bytes).await }
        })
        .await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `host:port`, as calls name it.
    pub(crate) fn target(&self) -> String {
        self.address.to_string()
    }

    /// What came in so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

/// The head of an answer whose connection closes after it.
pub(crate) fn head(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// A whole answer of known length.
pub(crate) fn answer(status: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let length = body.as_ref().len().to_string();
    let mut bytes = head(status, &[("Content-Length", &length), ("X-Kept", "yes")]);
    bytes.extend(body.as_ref());
    bytes
}

/// An address of loopback where nobody listens, nor anybody else can while the socket is kept.
pub(crate) fn nobody() -> (String, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    (format!("http://{}/", socket.local_addr().unwrap()), socket)
}

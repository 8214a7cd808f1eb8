//! A service on a loopback port, a client of bare bytes, and the records as they come in.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use tachograph_axum::Layer;
use tachograph_core::{Capture, Clock, Exporter, Handle, Record, SystemClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::ServiceExt;

/// An instance whose records can be waited for.
pub(crate) struct Recorder {
    pub(crate) handle: Handle,
    records: UnboundedReceiver<Record>,
}

#[derive(Debug)]
struct Sender(UnboundedSender<Record>);

impl Exporter for Sender {
    fn name(&self) -> &str {
        "sender"
    }

    fn record(&self, record: &Record) {
        let _ = self.0.send(record.clone());
    }
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    pub(crate) fn with_clock(clock: impl Clock) -> Self {
        let (sender, records) = unbounded_channel();
        // Nothing is ignored: the paths of these tests mean nothing.
        let mut capture = Capture::default();
        capture.ignore = tachograph_core::Ignore::default();
        let handle = Handle::builder().capture(capture).clock(clock).exporter(Sender(sender)).build();
        Recorder { handle, records }
    }

    pub(crate) fn layer(&self) -> Layer {
        Layer::new(&self.handle)
    }

    /// The next record, however long the server takes to notice that its request is over.
    pub(crate) async fn next(&mut self) -> Record {
        within(self.records.recv()).await.unwrap()
    }

    /// The next record, which is the last, and nothing is in flight any more.
    pub(crate) async fn only(&mut self) -> Record {
        let record = self.next().await;
        assert_eq!((self.rest().len(), self.handle.in_flight()), (0, 0));
        record
    }

    /// The records that are there already.
    pub(crate) fn rest(&mut self) -> Vec<Record> {
        std::iter::from_fn(|| self.records.try_recv().ok()).collect()
    }
}

/// Serves a router for the rest of the test.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

/// Sends a request, and does nothing more.
pub(crate) async fn send(address: SocketAddr, request: impl AsRef<[u8]>) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_ref()).await.unwrap();
    stream
}

/// What comes back until the server closes the connection.
pub(crate) async fn talk(address: SocketAddr, request: impl AsRef<[u8]>) -> Vec<u8> {
    let mut stream = send(address, request).await;
    let mut output = Vec::new();
    // A server that closes before it has read everything resets; what came before counts.
    let _ = within(stream.read_to_end(&mut output)).await;
    output
}

/// A GET on a connection that the server closes after it.
pub(crate) fn get_and_close(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
}

/// A GET in process: the response, collected.
pub(crate) async fn get(router: &Router, path: &str) -> Response<Bytes> {
    request(router, Request::get(path).body(Body::empty()).unwrap()).await
}

/// A request in process: the response, collected.
pub(crate) async fn request(router: &Router, request: Request) -> Response<Bytes> {
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

/// Nothing here takes long; a test that hangs should say so.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it should not take this long")
}

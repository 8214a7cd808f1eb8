//! A service on a loopback port, a client of bare bytes, and the records as they come in.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::rt::task::yield_now;
use actix_web::rt::time::timeout;
use tachograph_actix_web::Middleware;
use tachograph_core::{Capture, Clock, Exporter, Handle, Record, SystemClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

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

    pub(crate) fn middleware(&self) -> Middleware {
        Middleware::new(&self.handle)
    }

    /// The next record, however long the server takes to notice that its request is over.
    pub(crate) async fn next(&mut self) -> Record {
        within(self.records.recv()).await.unwrap()
    }

    /// The next record, which is the last, and nothing is in flight any more.
    pub(crate) async fn only(&mut self) -> Record {
        let record = self.next().await;
        self.nothing_in_flight().await;
        assert_eq!(self.rest().len(), 0);
        record
    }

    /// A worker hands a record over before it forgets the request.
    pub(crate) async fn nothing_in_flight(&self) {
        within(async {
            while self.handle.in_flight() > 0 {
                yield_now().await;
            }
        })
        .await;
    }

    /// The records that are there already.
    pub(crate) fn rest(&mut self) -> Vec<Record> {
        std::iter::from_fn(|| self.records.try_recv().ok()).collect()
    }
}

/// An application in process.
macro_rules! in_process {
    ($app:expr) => {
        actix_web::test::init_service($app).await
    };
}

/// The address of a server that serves an application for the rest of the test. What the application uses has to be
/// cloned in it, for each worker makes one.
macro_rules! serve {
    ($app:expr) => {
        $crate::server::serve!($app, 1, |server| server.bind("127.0.0.1:0"))
    };
    ($app:expr, $workers:expr, |$server:ident| $bound:expr) => {{
        let $server = actix_web::HttpServer::new(move || $app)
            .workers($workers)
            .disable_signals()
            // A connection that it closes is closed at once, whatever has not been read of it.
            .client_disconnect_timeout(std::time::Duration::ZERO);
        let server = $bound.unwrap();
        let address = server.addrs()[0];
        actix_web::rt::spawn(server.run());
        address
    }};
}

pub(crate) use {in_process, serve};

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

/// What comes back until it ends so.
pub(crate) async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut output = Vec::new();
    while !output.ends_with(end.as_bytes()) {
        assert!(within(stream.read_buf(&mut output)).await.unwrap() > 0, "{}", String::from_utf8_lossy(&output));
    }
    String::from_utf8(output).unwrap()
}

/// A GET on a connection that the server closes after it.
pub(crate) fn get_and_close(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
}

/// A GET on a connection that stays.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")
}

/// Nothing here takes long; a test that hangs should say so.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(20), future).await.expect("it should not take this long")
}

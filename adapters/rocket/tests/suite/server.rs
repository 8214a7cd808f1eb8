//! An application on a loopback port, a client of bare bytes, and the records as they come in.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rocket::config::{LogLevel, Shutdown};
use rocket::fairing::AdHoc;
use rocket::local::asynchronous::Client;
use rocket::{Build, Config, Ignite, Rocket};
use tachograph_core::{Capture, Clock, Exporter, Handle, Ignore, Record, SystemClock};
use tachograph_rocket::Fairing;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

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
        capture.ignore = Ignore::default();
        let handle = Handle::builder().capture(capture).clock(clock).exporter(Sender(sender)).build();
        Recorder { handle, records }
    }

    pub(crate) fn fairing(&self) -> Fairing {
        Fairing::new(&self.handle)
    }

    /// The next record, however long the server takes to notice that its request is over.
    pub(crate) async fn next(&mut self) -> Record {
        within(self.records.recv()).await.unwrap()
    }

    /// The next record, which is the last, and nothing is in flight any more.
    pub(crate) async fn only(&mut self) -> Record {
        let record = self.next().await;
        self.idle().await;
        assert_eq!(self.rest().len(), 0);
        record
    }

    /// Until nothing is in flight: a request that ends on another thread hands out its record a moment before.
    pub(crate) async fn idle(&self) {
        within(async {
            while self.handle.in_flight() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// The records that are there already.
    pub(crate) fn rest(&mut self) -> Vec<Record> {
        std::iter::from_fn(|| self.records.try_recv().ok()).collect()
    }
}

/// rocket without a log, and with no hand on the signals of the test.
pub(crate) fn rocket() -> Rocket<Build> {
    let shutdown = Shutdown { ctrlc: false, signals: Default::default(), grace: 1, mercy: 0, ..Shutdown::default() };
    let address = Ipv4Addr::LOCALHOST.into();
    let log_level = LogLevel::Off;
    rocket::custom(Config { address, port: 0, log_level, shutdown, cli_colors: false, ..Config::debug_default() })
}

pub(crate) async fn client(rocket: Rocket<Build>) -> Client {
    Client::untracked(rocket).await.unwrap()
}

/// A GET in process, to the last byte: status and body.
pub(crate) async fn get(client: &Client, path: &str) -> (u16, String) {
    let response = client.get(path).dispatch().await;
    (response.status().code, response.into_string().await.unwrap_or_default())
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: rocket::Shutdown,
    pub(crate) launched: JoinHandle<Result<Rocket<Ignite>, rocket::Error>>,
}

/// Serves an application for the rest of the test.
pub(crate) async fn serve(rocket: Rocket<Build>) -> Server {
    let (tell, told) = oneshot::channel();
    let tell = Arc::new(Mutex::new(Some(tell)));
    let rocket = rocket.attach(AdHoc::on_liftoff("address", move |rocket| {
        let address = SocketAddr::new(rocket.config().address, rocket.config().port);
        let _ = tell.lock().unwrap().take().unwrap().send(address);
        Box::pin(async {})
    }));
    let rocket = rocket.ignite().await.unwrap();
    let shutdown = rocket.shutdown();
    let launched = tokio::spawn(rocket.launch());
    Server { address: within(told).await.unwrap(), shutdown, launched }
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

/// Nothing here takes long; a test that hangs should say so.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it should not take this long")
}

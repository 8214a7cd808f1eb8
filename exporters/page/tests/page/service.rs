//! A service with a page, whose clock stands still.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use serde_json::Value;
use tachograph_core::endpoint::{Endpoint, Request, Response};
use tachograph_core::{
    Callsite, Exporter, Handle, ManualClock, OpenRequest, Operation, Record, RequestHead, SequentialIds, Service, lock,
    start_call,
};
use tachograph_page::{Page, Settings};

/// Keeps what the page was given.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<Record>>>);

impl Exporter for Kept {
    fn name(&self) -> &str {
        "kept"
    }

    fn record(&self, record: &Record) {
        lock(&self.0).push(record.clone());
    }
}

pub(crate) struct Shop {
    pub(crate) clock: ManualClock,
    pub(crate) handle: Handle,
    pub(crate) page: Page,
    kept: Kept,
}

/// What a request of the shop does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) route: Option<&'a str>,
    pub(crate) status: u16,
    /// In microseconds.
    pub(crate) own: u64,
    pub(crate) queries: usize,
    /// Each, in microseconds.
    pub(crate) query: u64,
}

impl Default for Visit<'_> {
    fn default() -> Self {
        Visit {
            method: "GET",
            path: "/orders/7",
            route: Some("/orders/{id}"),
            status: 200,
            own: 1000,
            queries: 0,
            query: 500,
        }
    }
}

impl Shop {
    pub(crate) fn new() -> Self {
        Shop::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Shop::of_version("1.0.0", settings, ManualClock::new())
    }

    pub(crate) fn of_version(version: &str, settings: Settings, clock: ManualClock) -> Self {
        let service = Service::new("shop").version(version).environment("test");
        let page = Page::new(&service, settings).unwrap();
        let kept = Kept::default();
        let handle = Handle::builder()
            .service(service)
            .clock(clock.clone())
            .ids(SequentialIds::default())
            .exporter(page.clone())
            .exporter(kept.clone())
            .build();
        Shop { clock, handle, page, kept }
    }

    /// One request from its beginning to its end.
    pub(crate) fn visit(&self, visit: Visit<'_>) {
        let Visit { method, path, route, .. } = visit;
        let head = RequestHead { method, path, route, scheme: "http", ..RequestHead::default() };
        let mut request = OpenRequest::open(&self.handle, head).unwrap();
        request.poll(|| {
            self.clock.advance(Duration::from_micros(visit.own));
            // Said, lest it be looked for beside where other tests of the workspace want that, and become known in between.
            let here = Some(Callsite::caller());
            for _ in 0..visit.queries {
                let sql = "SELECT * FROM items WHERE order_id = 7";
                let call = start_call(Operation::database("sqlite", "main", sql), here);
                self.clock.advance(Duration::from_micros(visit.query));
                call.completed();
            }
        });
        request.respond(visit.status, Some(0), false);
        request.complete();
    }

    /// Everything that was recorded.
    pub(crate) fn records(&self) -> Vec<Record> {
        lock(&self.kept.0).clone()
    }

    /// They hold the instance that they come from.
    pub(crate) fn forget_records(&self) {
        lock(&self.kept.0).clear();
    }

    pub(crate) fn ask<'a>(&'a self, request: Request<'a>) -> Response {
        wait(self.page.get(request.of(&self.handle)))
    }

    /// The answer below the page, from this machine.
    pub(crate) fn get(&self, address: &str) -> Response {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let path = format!("/tachograph{path}");
        self.ask(Request::new("GET", &path, query).from_peer(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_host("localhost:8080"))
    }

    pub(crate) fn json(&self, address: &str) -> Value {
        let response = self.get(address);
        assert_eq!(response.status, 200, "{address}: {}", String::from_utf8_lossy(&response.body));
        assert_eq!(response.value("content-type"), Some("application/json"));
        serde_json::from_slice(&response.body).unwrap_or_else(|error| panic!("{address}: {error}"))
    }
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// What a future comes to, which another thread brings about.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park_timeout(Duration::from_secs(10)),
        }
    }
}

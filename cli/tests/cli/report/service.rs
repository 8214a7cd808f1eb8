//! A service whose requests take as long as a test says, and whose lines are those of the real exporter.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tachograph_core::{
    Callsite, Handle, ManualClock, OpenRequest, Operation, RequestHead, SequentialIds, Service as Named, Yield,
    start_call, start_connection_wait,
};
use tachograph_json::delivery::{SendError, Sink};
use tachograph_json::{Json, Settings};

/// Reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Sink for Collected {
    fn describe(&self) -> String {
        "collected".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        self.0.lock().unwrap().extend_from_slice(batch);
        Ok(())
    }
}

pub(super) struct Service {
    pub(super) handle: Handle,
    clock: ManualClock,
    collected: Collected,
}

impl Service {
    pub(super) fn new(settings: Settings) -> Self {
        let (clock, collected) = (ManualClock::new(), Collected::default());
        let named = Named::new("experiments-api").version("1.4.2").environment("production");
        let json = Json::with_sink(&named, settings, Box::new(collected.clone())).unwrap();
        let handle = Handle::builder().clock(clock.clone()).ids(SequentialIds::default()).exporter(json).build();
        Service { handle, clock, collected }
    }

    pub(super) fn advance(&self, micros: u64) {
        self.clock.advance(Duration::from_micros(micros));
    }

    /// `GET /experiments/{id}`: 500 µs of its own, 250 of waiting for a connection, two queries of the same time, an
    /// answer of 100 bytes.
    pub(super) fn experiment(&self, query_micros: u64, status: u16) {
        let head = RequestHead {
            method: "GET",
            path: "/experiments/7",
            route: Some("/experiments/{id}"),
            ..RequestHead::default()
        };
        let mut open = OpenRequest::open(&self.handle, head).unwrap();
        open.poll(|| self.advance(500));
        let wait = open.poll(start_connection_wait);
        self.advance(250);
        open.poll(|| drop(wait));
        for _ in 0..2 {
            let statement = "SELECT * FROM experiments WHERE id = 7";
            let mut call = open.poll(|| start_call(Operation::database("sqlite", "main", statement), None));
            self.advance(query_micros);
            call.brought(Yield::Rows(3));
            open.poll(|| call.completed());
        }
        open.respond(status, Some(100), false);
        open.sent(100);
        open.complete();
    }

    /// `GET /report`: asks a partner for so long, from a known place.
    pub(super) fn report(&self, partner_micros: u64) {
        let head = RequestHead { method: "GET", path: "/report", route: Some("/report"), ..RequestHead::default() };
        let mut open = OpenRequest::open(&self.handle, head).unwrap();
        let here = Callsite::caller();
        let call = open.poll(|| start_call(Operation::external("partner.example", "GET"), Some(here)));
        self.advance(partner_micros);
        open.poll(|| call.failed("timeout"));
        open.respond(200, Some(0), false);
        open.complete();
    }

    pub(super) fn task(&self, name: &str, micros: u64) {
        let mut task = Box::pin(self.handle.task(name, async { self.advance(micros) }));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(task.as_mut().poll(&mut context).is_ready());
    }

    /// All lines so far.
    pub(super) fn lines(&self) -> String {
        assert!(self.handle.flush(PATIENCE));
        String::from_utf8(self.collected.0.lock().unwrap().clone()).unwrap()
    }
}

//! An instance with a clock and ids that a test knows, whose lines stay in memory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tachograph_core::{
    CallKind, Handle, HandleBuilder, Level, LogEvent, ManualClock, OpenRequest, Operation, RequestHead, SequentialIds,
    Service, start_call,
};
use tachograph_json::delivery::{SendError, Sink};
use tachograph_json::{Json, Settings};

/// Reached only when something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
pub(crate) struct Collected(Arc<Mutex<Vec<u8>>>);

impl Sink for Collected {
    fn describe(&self) -> String {
        "collected".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        self.0.lock().unwrap().extend_from_slice(batch);
        Ok(())
    }
}

impl Collected {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

pub(crate) struct Bench {
    pub(crate) handle: Handle,
    pub(crate) clock: ManualClock,
    collected: Collected,
}

impl Bench {
    pub(crate) fn new(settings: Settings) -> Self {
        Self::build(&service(), settings, |builder| builder)
    }

    pub(crate) fn build(
        service: &Service,
        settings: Settings,
        configure: impl FnOnce(HandleBuilder) -> HandleBuilder,
    ) -> Self {
        let (clock, collected) = (ManualClock::new(), Collected::default());
        let json = Json::with_sink(service, settings, Box::new(collected.clone())).unwrap();
        let builder = Handle::builder().clock(clock.clone()).ids(SequentialIds::default()).exporter(json);
        Bench { handle: configure(builder).build(), clock, collected }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        assert!(self.handle.flush(PATIENCE));
        let text = self.collected.text();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.split_terminator('\n').map(str::to_owned).collect()
    }

    pub(crate) fn open(&self, method: &str, path: &str, route: Option<&str>) -> OpenRequest {
        let head = RequestHead { method, path, route, ..RequestHead::default() };
        OpenRequest::open(&self.handle, head).unwrap()
    }

    /// A request that is answered with an empty body.
    pub(crate) fn request(&self, path: &str, status: u16, work: impl FnOnce()) {
        let mut request = self.open("GET", path, Some(path));
        request.poll(work);
        request.respond(status, Some(0), false);
        request.complete();
    }

    pub(crate) fn task(&self, name: &str, work: impl FnOnce()) {
        let mut task = Box::pin(self.handle.task(name, async { work() }));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(task.as_mut().poll(&mut context).is_ready());
    }

    /// A line of the application's log, to be changed where something else is wanted.
    pub(crate) fn event(&self, message: &'static str) -> LogEvent<'static> {
        let time = self.handle.now();
        LogEvent { time, level: Level::Info, target: "test", message, fields: &[], recording: None }
    }

    pub(crate) fn call(&self, kind: CallKind, what: &str, micros: u64) {
        let operation = match kind {
            CallKind::Database => Operation::database("sqlite", "experiments", what),
            CallKind::External => Operation::external("partner:8080", what),
            CallKind::Cache => Operation::cache("flags", what),
            CallKind::Other => Operation::other("lock", what),
        };
        let call = start_call(operation, None);
        self.advance(micros);
        call.completed();
    }

    pub(crate) fn advance(&self, micros: u64) {
        self.clock.advance(Duration::from_micros(micros));
    }
}

pub(crate) fn service() -> Service {
    Service::new("experiments-api").version("1.4.2").environment("production")
}

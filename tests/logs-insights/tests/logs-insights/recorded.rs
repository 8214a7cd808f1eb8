//! Lines that the exporter wrote about requests of which everything is known.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use tachograph_core::{
    CallKind, Callsite, Capture, Handle, Ignore, ManualClock, OpenCall, OpenRequest, Operation, RequestHead,
    SequentialIds, Service, start_call,
};
use tachograph_json::delivery::{SendError, Sink};
use tachograph_json::{Calls, Format, Json, Settings};
use tachograph_logs_insights::Event;

/// Reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// An instance with a clock that stands at 1 January 2026, a Thursday, until it is moved.
pub(crate) struct Recorded {
    pub(crate) handle: Handle,
    pub(crate) clock: ManualClock,
    lines: Arc<Mutex<Vec<u8>>>,
}

impl Recorded {
    /// All that there is to be written about requests, in this format.
    pub(crate) fn new(format: Format) -> Self {
        Self::of_version("1.4.2", format)
    }

    pub(crate) fn of_version(version: &str, format: Format) -> Self {
        let service = Service::new("experiments-api").version(version).environment("production");
        let (clock, lines) = (ManualClock::new(), Arc::default());
        let settings = Settings { format, calls: Calls::All, ..Settings::default() };
        let json = Json::with_sink(&service, settings, Box::new(Collected(Arc::clone(&lines)))).unwrap();
        // Requests of the method OPTIONS would pass unmeasured.
        let mut capture = Capture::default();
        capture.ignore = Ignore::new([""; 0]).unwrap();
        let builder = Handle::builder().clock(clock.clone()).ids(SequentialIds::default()).capture(capture);
        Recorded { handle: builder.exporter(json).service(service).build(), clock, lines }
    }

    pub(crate) fn pass(&self, millis: u64) {
        self.clock.advance(Duration::from_millis(millis));
    }

    /// A request that does this and is answered so.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, work: impl FnOnce()) {
        let head = RequestHead { method, path: route, route: Some(route), ..RequestHead::default() };
        let mut request = OpenRequest::open(&self.handle, head).unwrap();
        request.poll(work);
        request.respond(status, Some(0), false);
        request.complete();
    }

    /// One that only takes so long.
    pub(crate) fn taking(&self, route: &str, millis: u64) {
        self.request("GET", route, 200, || self.pass(millis));
    }

    /// An event stream, which lasts as long as somebody listens.
    pub(crate) fn stream(&self, route: &str, millis: u64) {
        let head = RequestHead { method: "GET", path: route, route: Some(route), ..RequestHead::default() };
        let mut request = OpenRequest::open(&self.handle, head).unwrap();
        request.respond(200, None, true);
        self.pass(millis);
        request.complete();
    }

    pub(crate) fn task(&self, name: &str, work: impl FnOnce()) {
        let mut task = Box::pin(self.handle.task(name, async { work() }));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(task.as_mut().poll(&mut context).is_ready());
    }

    /// A call that takes so long, from the place of the caller.
    #[track_caller]
    pub(crate) fn call(&self, kind: CallKind, target: &str, what: &str, millis: u64) -> OpenCall {
        let operation = match kind {
            CallKind::Database => Operation::database("sqlite", target, what),
            _ => Operation::external(target, what),
        };
        let call = start_call(operation, Some(Callsite::caller()));
        self.pass(millis);
        call
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        assert!(self.handle.flush(PATIENCE));
        let text = String::from_utf8(self.lines.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The lines as they are in a group of logs.
    pub(crate) fn events(&self) -> Vec<Event> {
        let event = |line: String| {
            let time = tachograph_json::time_of(line.as_bytes()).map(|time| time.duration_since(UNIX_EPOCH).unwrap());
            Event::new(time.map_or(0, |time| time.as_millis() as i64), line)
        };
        self.lines().into_iter().map(event).collect()
    }
}

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

//! One instance of tachograph: its exporters, its clocks, its counts. Adapters hold a handle of it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use crate::capture::Capture;
use crate::clock::{Clock, SystemClock};
use crate::context;
use crate::counters::{Counters, LiveCounters};
use crate::exporter::{Exporter, LogEvent};
use crate::ids::{IdSource, RandomIds};
use crate::limits::Limits;
use crate::record::Record;
use crate::recording::Recording;
use crate::service::Service;
use crate::shard::Shard;
use crate::sharded::Sharded;

/// A handle of one instance: cheap to clone, and all that adapters need.
///
/// ```
/// use tachograph_core::{Handle, Service};
///
/// let handle = Handle::builder().service(Service::new("experiments-api").version("1.4.2")).build();
/// assert_eq!(handle.service().name, "experiments-api");
/// assert_eq!(handle.in_flight(), 0);
/// ```
#[derive(Clone)]
pub struct Handle(Instance);

/// An instance that lives as long as the process is not counted: a count would be written by every request on every
/// core.
#[derive(Clone)]
enum Instance {
    Static(&'static Inner),
    Counted(Arc<Inner>),
}

struct Inner {
    service: Service,
    capture: Capture,
    limits: Limits,
    clock: Box<dyn Clock>,
    ids: Box<dyn IdSource>,
    exporters: Vec<Box<dyn Exporter>>,
    shards: Sharded<Shard>,
    counters: LiveCounters,
    companions: OnceLock<Box<dyn Companions>>,
    reported_calls: AtomicBool,
    shut_down: AtomicBool,
}

/// Gives each request a companion: something that is entered and left with every poll of it, such as a tracing span.
pub trait Companions: Send + Sync + 'static {
    /// A request was opened. None: it goes alone.
    fn accompany(&self, recording: &Arc<Recording>) -> Option<Box<dyn Companion>>;
}

/// What is entered and left with every poll of one request.
pub trait Companion: Send + Sync {
    /// The request is about to be polled, or dropped, on this thread.
    fn enter(&self);
    /// It is no longer.
    fn exit(&self);
    /// The request has ended. What is left of its future may still be dropped inside it.
    fn end(&self) {}
}

impl Handle {
    /// An instance is configured here, and nothing is installed anywhere.
    pub fn builder() -> HandleBuilder {
        HandleBuilder::default()
    }

    /// The instance for everything that names none. There is none until [`make_global`](Self::make_global).
    pub fn global() -> Option<&'static Handle> {
        GLOBAL.get()
    }

    /// The instance of the running code: that of its [`scope`](Self::scope), else the global one.
    pub fn current() -> Option<Handle> {
        context::scoped().or_else(|| GLOBAL.get().cloned())
    }

    /// Makes this the instance for everything that names none; false where there is one already. It then lives as
    /// long as the process.
    pub fn make_global(&self) -> bool {
        GLOBAL.set(self.clone().for_ever()).is_ok()
    }

    /// The same instance, never to be freed; its clones cost nothing.
    pub fn for_ever(self) -> Handle {
        match self.0 {
            Instance::Static(_) => self,
            Instance::Counted(inner) => {
                let inner: &'static Arc<Inner> = Box::leak(Box::new(inner));
                Handle(Instance::Static(inner))
            }
        }
    }

    /// Runs `future` with this instance as the current one: for tests, and for several services in one process.
    pub fn scope<F: Future>(&self, future: F) -> context::Scoped<F> {
        context::Scoped::new(self.clone(), future)
    }

    /// The service that is measured.
    pub fn service(&self) -> &Service {
        &self.inner().service
    }

    /// Which requests are measured.
    pub fn capture(&self) -> &Capture {
        &self.inner().capture
    }

    /// How much of a request is kept.
    pub fn limits(&self) -> &Limits {
        &self.inner().limits
    }

    /// Where its times come from.
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner().clock
    }

    /// The wall clock's time.
    pub fn now(&self) -> SystemTime {
        self.clock().wall()
    }

    /// Where its ids come from.
    pub fn ids(&self) -> &dyn IdSource {
        &*self.inner().ids
    }

    /// Its exporters, by name with what each has dropped.
    pub fn exporters(&self) -> impl Iterator<Item = &dyn Exporter> {
        self.inner().exporters.iter().map(|exporter| &**exporter)
    }

    /// Requests and tasks that are open.
    pub fn in_flight(&self) -> u64 {
        self.inner().shards.iter().map(Shard::count).sum()
    }

    /// How often each bound was hit.
    pub fn counters(&self) -> Counters {
        self.inner().counters.read()
    }

    /// Every request opened from now on gets a companion; false where there is a source of them already.
    pub fn accompany(&self, companions: impl Companions) -> bool {
        self.inner().companions.set(Box::new(companions)).is_ok()
    }

    /// Says that calls will be reported after their end ([`Recording::report_call`]), so that requests remember enough
    /// to charge them exactly.
    pub fn expect_reported_calls(&self) {
        self.inner().reported_calls.store(true, Ordering::Relaxed);
    }

    /// Hands a line of the application's log to every exporter.
    pub fn log(&self, event: &LogEvent<'_>) {
        self.each_exporter(|exporter| exporter.event(event));
    }

    /// Sends what was recorded before the call; false where some of it was not sent after `deadline`. Waits: not for
    /// the thread of an asynchronous runtime.
    pub fn flush(&self, deadline: Duration) -> bool {
        self.within(deadline, |exporter, left| exporter.flush(left))
    }

    /// Closes what is open as [`OpenAtShutdown`](crate::Outcome::OpenAtShutdown), sends everything, and ends what runs
    /// in the background; false where some was not sent after `deadline`.
    pub fn shutdown(&self, deadline: Duration) -> bool {
        self.inner().shut_down.store(true, Ordering::Relaxed);
        for shard in self.inner().shards.iter() {
            for recording in shard.all_open() {
                recording.close(crate::outcome::Outcome::OpenAtShutdown, None);
            }
        }
        self.within(deadline, |exporter, left| exporter.shutdown(left))
    }

    /// Whether it was shut down: what is recorded from then on is not sent.
    pub fn is_shut_down(&self) -> bool {
        self.inner().shut_down.load(Ordering::Relaxed)
    }

    /// One instance, or another?
    pub fn is_same(&self, other: &Handle) -> bool {
        std::ptr::eq(self.inner(), other.inner())
    }

    pub(crate) fn live_counters(&self) -> &LiveCounters {
        &self.inner().counters
    }

    pub(crate) fn shards(&self) -> &Sharded<Shard> {
        &self.inner().shards
    }

    pub(crate) fn companions(&self) -> Option<&dyn Companions> {
        self.inner().companions.get().map(|companions| &**companions)
    }

    pub(crate) fn expects_reported_calls(&self) -> bool {
        self.inner().reported_calls.load(Ordering::Relaxed)
    }

    pub(crate) fn export(&self, record: &Record) {
        self.each_exporter(|exporter| exporter.record(record));
    }

    /// A panic of one exporter is its own loss: the others have their record, and the request goes on.
    fn each_exporter(&self, mut show: impl FnMut(&dyn Exporter)) {
        for exporter in &self.inner().exporters {
            if catch_unwind(AssertUnwindSafe(|| show(&**exporter))).is_err() {
                self.live_counters().exporter_panics.one();
            }
        }
    }

    /// All exporters share one deadline, and one that uses it up leaves the others a last chance without waiting.
    fn within(&self, deadline: Duration, mut send: impl FnMut(&dyn Exporter, Duration) -> bool) -> bool {
        let until = Instant::now() + deadline;
        let mut sent = true;
        for exporter in &self.inner().exporters {
            let left = until.saturating_duration_since(Instant::now());
            sent &= catch_unwind(AssertUnwindSafe(|| send(&**exporter, left))).unwrap_or(false);
        }
        sent
    }

    fn inner(&self) -> &Inner {
        match &self.0 {
            Instance::Static(inner) => inner,
            Instance::Counted(inner) => inner,
        }
    }
}

static GLOBAL: OnceLock<Handle> = OnceLock::new();

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        f.debug_struct("Handle")
            .field("service", &inner.service)
            .field("exporters", &inner.exporters)
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}

/// Configures an instance.
#[derive(Debug)]
pub struct HandleBuilder {
    service: Service,
    capture: Capture,
    limits: Limits,
    clock: Box<dyn Clock>,
    ids: Box<dyn IdSource>,
    exporters: Vec<Box<dyn Exporter>>,
}

impl Default for HandleBuilder {
    fn default() -> Self {
        HandleBuilder {
            service: Service::default(),
            capture: Capture::default(),
            limits: Limits::default(),
            clock: Box::new(SystemClock),
            ids: Box::new(RandomIds),
            exporters: Vec::new(),
        }
    }
}

impl HandleBuilder {
    /// The service that is measured.
    pub fn service(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    /// Which requests are measured.
    pub fn capture(mut self, capture: Capture) -> Self {
        self.capture = capture;
        self
    }

    /// How much of a request is kept.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Other clocks than the machine's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Other ids than random ones.
    pub fn ids(mut self, ids: impl IdSource + 'static) -> Self {
        self.ids = Box::new(ids);
        self
    }

    /// One more exporter. Each sees every record, in the order they were added.
    pub fn exporter(mut self, exporter: impl Exporter) -> Self {
        self.exporters.push(Box::new(exporter));
        self
    }

    /// The instance.
    pub fn build(self) -> Handle {
        // The machine's clock takes its origin when it is first asked; a request should not be the first.
        self.clock.monotonic();
        Handle(Instance::Counted(Arc::new(Inner {
            service: self.service,
            capture: self.capture,
            limits: self.limits,
            clock: self.clock,
            ids: self.ids,
            exporters: self.exporters,
            shards: Sharded::new(Shard::default),
            counters: LiveCounters::default(),
            companions: OnceLock::new(),
            reported_calls: AtomicBool::new(false),
            shut_down: AtomicBool::new(false),
        })))
    }
}

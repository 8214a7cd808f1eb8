//! One instance of tachograph: its exporters, its clocks, its counts. Adapters hold a handle of it.

mod builder;
mod drain;
mod flush;
mod weak;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

pub use builder::HandleBuilder;
pub use drain::Draining;
pub use weak::WeakHandle;

use self::drain::Drain;
use crate::capture::Capture;
use crate::clock::Clock;
use crate::companion::Companions;
use crate::context;
use crate::counters::{Counters, LiveCounters};
use crate::endpoint::{Endpoint, Endpoints, PathError, Places};
use crate::exporter::{Exporter, LogEvent};
use crate::ids::IdSource;
use crate::limits::Limits;
use crate::lock::lock;
use crate::method;
use crate::pool::{PoolUse, Pools};
use crate::record::{Record, RecordKind};
use crate::sampling::Sampler;
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
    sampler: Sampler,
    exporters: Vec<Box<dyn Exporter>>,
    endpoints: Mutex<Endpoints>,
    stream_places: Places,
    pools: Pools,
    shards: Sharded<Shard>,
    counters: LiveCounters,
    /// At most two can want to go with requests: the tracing layer, and who else keeps spans.
    companions: [OnceLock<Box<dyn Companions>>; 2],
    reported_calls: AtomicBool,
    drain: Arc<Drain>,
    shut_down: AtomicBool,
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

    /// The way to this instance for what it holds itself.
    pub fn downgrade(&self) -> WeakHandle {
        WeakHandle::of(self)
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

    /// Which traces are sampled.
    pub fn sampler(&self) -> &Sampler {
        &self.inner().sampler
    }

    /// One more page that the service serves of itself: wherever its endpoints are mounted after this call, and on the
    /// listener that it may have for them.
    ///
    /// # Errors
    /// Where one of its paths cannot be routed, or is another's already.
    pub fn serve(&self, endpoint: impl Endpoint) -> Result<(), PathError> {
        let mut endpoints = lock(&self.inner().endpoints);
        *endpoints = endpoints.clone().with(endpoint)?;
        Ok(())
    }

    /// What the service serves of itself, as of now.
    pub fn endpoints(&self) -> Endpoints {
        lock(&self.inner().endpoints).clone()
    }

    /// Shows how busy a pool of connections is, under this name, until `read` says that there is none any more. It is called
    /// when somebody asks, and must not wait. A pool that was watched under the same name is no longer.
    pub fn watch_pool(&self, name: &str, read: impl Fn() -> Option<PoolUse> + Send + Sync + 'static) {
        self.inner().pools.watch(name.into(), read);
    }

    /// How busy each pool is that is watched, by its name.
    pub fn pools(&self) -> Vec<(Box<str>, PoolUse)> {
        self.inner().pools.read()
    }

    /// Asks for no new requests: those who tell a load balancer whether the service is ready say from now on that it is not.
    /// What is open, and what still comes, is measured as before.
    pub fn drain(&self) {
        self.inner().drain.begin();
    }

    /// Whether [`drain`](Self::drain) was called, or the instance shut down.
    pub fn is_draining(&self) -> bool {
        self.inner().drain.has_begun()
    }

    /// Ready once [`drain`](Self::drain) is called, or the instance shut down: for what would not end by itself, and keep
    /// a server from ending.
    pub fn draining(&self) -> Draining {
        self.inner().drain.waited_for()
    }

    /// Its exporters, by name with what each has dropped.
    pub fn exporters(&self) -> impl Iterator<Item = &dyn Exporter> {
        self.inner().exporters.iter().map(|exporter| &**exporter)
    }

    /// Requests and tasks that are open.
    pub fn in_flight(&self) -> u64 {
        self.inner().shards.iter().map(Shard::count).sum()
    }

    /// Requests that are open, by OpenTelemetry's method (`_OTHER` where it is not known) and scheme. It looks at each, so
    /// it is for those who ask now and then.
    pub fn active_requests(&self) -> Vec<(&'static str, &'static str, u64)> {
        let mut counts = BTreeMap::new();
        for recording in self.inner().shards.iter().flat_map(Shard::all_open) {
            let kept = recording.change(|record| {
                let method = method::known(record.method()).unwrap_or("_OTHER");
                (record.kind() == RecordKind::Request).then(|| (method, record.scheme()))
            });
            if let Some(of) = kept.flatten() {
                *counts.entry(of).or_default() += 1;
            }
        }
        counts.into_iter().map(|((method, scheme), count)| (method, scheme, count)).collect()
    }

    /// Tasks that are open. It looks at each request and task, so it is for those who ask now and then.
    pub fn active_tasks(&self) -> u64 {
        let open = self.inner().shards.iter().flat_map(Shard::all_open);
        open.filter(|recording| recording.kind() == Some(RecordKind::Task)).count() as u64
    }

    /// The requests and tasks that have been open for this long, as records of what is known by now: as if they had ended at
    /// this moment, but without a breakdown. It looks at each, so it is for those who ask now and then.
    pub fn underway(&self, for_at_least: Duration) -> Vec<Record> {
        let open = self.inner().shards.iter().flat_map(Shard::all_open);
        open.filter_map(|recording| recording.underway(for_at_least)).collect()
    }

    /// How often each bound was hit.
    pub fn counters(&self) -> Counters {
        self.inner().counters.read()
    }

    /// Every request opened from now on gets a companion; false where this source of them is there already, or two others
    /// are. Each request enters that of the first source first and leaves it last, or that which
    /// [goes around](Companions::goes_around).
    pub fn accompany<C: Companions>(&self, companions: C) -> bool {
        if self.companions().any(|present| (present as &dyn Any).is::<C>()) {
            return false;
        }
        let mut companions: Box<dyn Companions> = Box::new(companions);
        for place in &self.inner().companions {
            match place.set(companions) {
                Ok(()) => return true,
                Err(taken) => companions = taken,
            }
        }
        false
    }

    /// Says that calls will be reported after their end ([`report_call`](crate::Recording::report_call)), so that requests
    /// remember enough to charge them exactly.
    pub fn expect_reported_calls(&self) {
        self.inner().reported_calls.store(true, Ordering::Relaxed);
    }

    /// Hands a line of the application's log to every exporter.
    pub fn log(&self, event: &LogEvent<'_>) {
        self.each_exporter(|exporter| exporter.event(event));
    }

    /// Whether it was shut down: what is recorded from then on is not sent.
    pub fn is_shut_down(&self) -> bool {
        self.inner().shut_down.load(Ordering::Relaxed)
    }

    /// One instance, or another?
    pub fn is_same(&self, other: &Handle) -> bool {
        std::ptr::eq(self.inner(), other.inner())
    }

    pub(crate) fn stream_places(&self) -> &Places {
        &self.inner().stream_places
    }

    pub(crate) fn live_counters(&self) -> &LiveCounters {
        &self.inner().counters
    }

    pub(crate) fn shards(&self) -> &Sharded<Shard> {
        &self.inner().shards
    }

    pub(crate) fn companions(&self) -> impl Iterator<Item = &dyn Companions> {
        self.inner().companions.iter().map_while(OnceLock::get).map(|companions| &**companions)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{Answering, Request, Response};
    use crate::open_request::{OpenRequest, RequestHead};

    #[derive(Debug)]
    struct Version;

    impl Endpoint for Version {
        fn paths(&self) -> Vec<String> {
            vec!["/version".to_owned()]
        }

        fn get<'a>(&'a self, _: Request<'a>) -> Answering<'a> {
            Box::pin(async { Response::new(200, "text/plain", *b"1") })
        }
    }

    #[test]
    fn a_path_is_served_once() {
        let handle = Handle::builder().build();
        assert_eq!(handle.endpoints().paths().count(), 0);
        handle.serve(Version).unwrap();
        assert!(handle.serve(Version).unwrap_err().to_string().contains("/version"));
        assert_eq!(handle.endpoints().paths().collect::<Vec<_>>(), ["/version"]);
    }

    #[test]
    fn open_requests_are_told_apart_by_method_and_scheme_and_tasks_are_none() {
        let handle = Handle::builder().build();
        let open = |method, scheme| {
            OpenRequest::open(&handle, RequestHead { method, scheme, path: "/a", ..RequestHead::default() }).unwrap()
        };
        let requests = [open("GET", "http"), open("GET", "http"), open("BREW", "http"), open("GET", "https")];
        let task = OpenRequest::open_task(&handle, "rollup", None);
        let active = [("GET", "http", 2), ("GET", "https", 1), ("_OTHER", "http", 1)];
        assert_eq!((handle.active_requests(), handle.active_tasks(), handle.in_flight()), (active.to_vec(), 1, 5));
        drop((requests, task));
        assert_eq!((handle.active_requests(), handle.active_tasks(), handle.in_flight()), (vec![], 0, 0));
    }

    #[test]
    fn what_takes_long_can_be_looked_at_before_its_end() {
        let clock = crate::clock::ManualClock::new();
        let handle = Handle::builder().clock(clock.clone()).build();
        let open =
            |path| OpenRequest::open(&handle, RequestHead { method: "GET", path, ..RequestHead::default() }).unwrap();
        let old = open("/old");
        clock.advance(Duration::from_secs(20));
        let young = open("/young");
        clock.advance(Duration::from_secs(9));
        let underway = handle.underway(Duration::from_secs(10));
        let seen: Vec<_> =
            underway.iter().map(|record| (record.path(), record.duration(), record.status_code())).collect();
        assert_eq!(seen, [("/old", Duration::from_secs(29), None)]);
        assert_eq!(underway[0].identity().span_id(), old.recording().identity().span_id());
        assert_eq!(underway[0].ended(), clock.wall());
        drop((old, young));
        assert!(handle.underway(Duration::ZERO).is_empty());
    }

    #[test]
    fn exporters_are_given_a_way_to_their_instance_that_does_not_hold_it() {
        #[derive(Debug, Default, Clone)]
        struct Keeping(Arc<OnceLock<WeakHandle>>);
        impl Exporter for Keeping {
            fn name(&self) -> &str {
                "keeping"
            }
            fn attached(&self, handle: &WeakHandle) {
                assert!(self.0.set(handle.clone()).is_ok());
            }
            fn record(&self, _: &Record) {}
        }
        let exporter = Keeping::default();
        let handle = Handle::builder().exporter(exporter.clone()).build();
        let weak = exporter.0.get().unwrap();
        assert!(weak.upgrade().unwrap().is_same(&handle));
        drop(handle);
        assert!(weak.upgrade().is_none());
    }
}

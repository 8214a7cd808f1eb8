//! The daemon as tests see it.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use crate::document::Document;
use crate::received::Received;
use crate::sampling::{Answer, Answers, Rule, Statistics, Target, Targets};
use crate::server::{Port, Shared, Sockets};
use crate::trace::Trace;

/// Nothing that a test waits for takes so long; one that hangs should say what is missing.
const LIMIT: Duration = Duration::from_secs(20);

/// A daemon of X-Ray on one port of this machine, for both UDP and TCP.
pub struct Daemon {
    shared: Arc<Shared>,
    address: SocketAddr,
    port: Mutex<Option<Port>>,
    /// Always there until this is dropped.
    runtime: Option<Runtime>,
}

impl Daemon {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// Where the machine has no ports or threads.
    pub fn start() -> Self {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into()).expect("there is a free port")
    }

    /// Listens at this address; at a free port where its port is 0.
    ///
    /// # Errors
    /// When it is taken.
    pub fn start_at(address: SocketAddr) -> io::Result<Self> {
        // Its own thread: a test may block the one that it runs on.
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("xray-daemon").enable_all().build()?;
        let (sockets, address) = Sockets::bind(address)?;
        let shared = Arc::<Shared>::default();
        let entered = runtime.enter();
        let port = Mutex::new(Some(sockets.open(&shared)?));
        drop(entered);
        Ok(Daemon { shared, address, port, runtime: Some(runtime) })
    }

    /// Where it listens, for `AWS_XRAY_DAEMON_ADDRESS`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and all connections, as a process does that is killed. Whoever sends is refused, and what was received
    /// is kept.
    pub fn stop(&self) {
        if let Some(port) = lock(&self.port).take() {
            let closed = self.runtime().spawn(port.close());
            // Not `block_on`, which a test that runs in a runtime may not call.
            let until = Instant::now() + LIMIT;
            while !closed.is_finished() && Instant::now() < until {
                std::thread::yield_now();
            }
        }
    }

    /// Opens the port again that [`stop`](Self::stop) closed.
    ///
    /// # Panics
    /// Where somebody else has taken it meanwhile.
    pub fn restart(&self) {
        let mut port = lock(&self.port);
        if port.is_none() {
            let _entered = self.runtime().enter();
            let (sockets, _) = Sockets::bind(self.address).expect("nobody has taken the port");
            *port = Some(sockets.open(&self.shared).expect("it is bound"));
        }
    }

    /// Waits until so many documents are there, complained of or not.
    ///
    /// # Panics
    /// After 20 seconds: with what there is.
    #[track_caller]
    pub fn wait_for(&self, documents: usize) {
        self.until(|received| received.datagrams.len() >= documents);
    }

    /// Waits until it is so, which is looked at whenever something arrives.
    ///
    /// # Panics
    /// After 20 seconds: with what there is.
    #[track_caller]
    pub fn until(&self, is_so: impl FnMut(&Received) -> bool) {
        assert!(self.is_within(LIMIT, is_so), "not within {LIMIT:?}; there is {self:?}");
    }

    /// Whether it is so before this time has passed.
    pub fn is_within(&self, time: Duration, mut is_so: impl FnMut(&Received) -> bool) -> bool {
        let until = Instant::now() + time;
        let mut received = lock(&self.shared.received);
        while !is_so(&received) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let woken = self.shared.changed.wait_timeout(received, left);
            received = woken.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
        true
    }

    /// Looks at all that arrived.
    pub fn look<T>(&self, at: impl FnOnce(&Received) -> T) -> T {
        at(&lock(&self.shared.received))
    }

    /// Every document that could be read, in order.
    pub fn documents(&self) -> Vec<Document> {
        self.look(|received| received.documents.clone())
    }

    /// The trace of this id, in X-Ray's form or as 32 digits; with no segments where nothing arrived of it.
    pub fn trace(&self, id: &str) -> Trace {
        self.look(|received| received.trace(id))
    }

    /// Every trace, in the order they were first heard of.
    pub fn traces(&self) -> Vec<Trace> {
        self.look(Received::traces)
    }

    /// All that the daemon or X-Ray would refuse or leave out: of each document, of each request, and of the traces as they are
    /// now.
    pub fn complaints(&self) -> Vec<String> {
        self.look(Received::all_complaints)
    }

    /// Says that somebody else sends the segment or subsegment of this id, so that what hangs under it is not lost.
    pub fn segment_elsewhere(&self, id: &str) {
        self.shared.change(|received| received.elsewhere.insert(id.to_owned()));
    }

    /// Forgets what arrived, and complaints too. What is served stays.
    pub fn clear(&self) {
        self.shared.change(std::mem::take);
    }

    /// What both calls about sampling are answered from now on.
    pub fn answer_with(&self, answer: Answer) {
        lock(&self.shared.answers).answer = answer;
    }

    /// The sampling rules from now on.
    pub fn serve_rules(&self, rules: Vec<Rule>) {
        self.serve_rules_in_pages(vec![rules]);
    }

    /// The sampling rules from now on, so many at once as a page has.
    pub fn serve_rules_in_pages(&self, pages: Vec<Vec<Rule>>) {
        lock(&self.shared.answers).pages = pages;
    }

    /// The sampling targets from now on. A request gets those that it tells of.
    pub fn serve_targets(&self, targets: Vec<Target>) {
        lock(&self.shared.answers).targets = Answers::fixed(targets);
    }

    /// The sampling targets from now on, made from what a request tells. It must not look at this daemon.
    pub fn answer_targets(&self, answer: impl Fn(&[Statistics]) -> Targets + Send + Sync + 'static) {
        lock(&self.shared.answers).targets = Arc::new(answer);
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is there until this is dropped")
    }
}

/// How much there is, not what.
impl fmt::Debug for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let received = lock(&self.shared.received);
        f.debug_struct("Daemon")
            .field("address", &self.address)
            .field("datagrams", &received.datagrams.len())
            .field("names", &received.documents.iter().take(20).map(Document::name).collect::<Vec<_>>())
            .field("rules_requests", &received.rules_requests)
            .field("statistics", &received.statistics.len())
            .field("complaints", &received.complaints)
            .finish_non_exhaustive()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A test may drop this where it must not block.
            runtime.shutdown_background();
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

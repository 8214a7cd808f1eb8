//! The receiver as tests see it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{self, Future};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::HeaderMap;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::answer::{Answer, Reply};
use crate::aws::Aws;
use crate::log::Log;
use crate::metric::Metric;
use crate::received::{Export, Received, Signal, Transport};
use crate::rules;
use crate::server::{self, Port};
use crate::span::Span;

/// Nothing that a test waits for takes so long; one that hangs should say what is missing.
const LIMIT: Duration = Duration::from_secs(20);

/// A receiver of OTLP on two free ports of 127.0.0.1.
pub struct Collector {
    shared: Arc<Shared>,
    ports: Mutex<[(Transport, SocketAddr, Option<Port>); 2]>,
    /// Always there until this is dropped.
    runtime: Option<Runtime>,
}

/// What the ports' tasks work on.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    received: Mutex<Received>,
    answer: Mutex<Answer>,
    aws: Mutex<Option<Arc<Aws>>>,
    changed: watch::Sender<()>,
}

impl Collector {
    /// Listens on ports that are free.
    pub async fn start() -> Self {
        Self::start_blocking()
    }

    /// As [`start`](Self::start), for tests that are not async; see [`block_on`](Self::block_on).
    ///
    /// # Panics
    /// Where the machine has no ports or threads.
    pub fn start_blocking() -> Self {
        Self::start_at(0, 0).expect("there are free ports")
    }

    /// Listens on these ports of 127.0.0.1.
    ///
    /// # Errors
    /// When one of them is taken.
    pub fn start_at(grpc: u16, http: u16) -> std::io::Result<Self> {
        // Its own threads: a test may block the one that it runs on.
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("collector").enable_all().build()?;
        let shared = Arc::<Shared>::default();
        let _entered = runtime.enter();
        let open = |transport, port| {
            let socket = server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
            let address = socket.local_addr()?;
            Ok::<_, std::io::Error>((transport, address, Some(server::open(socket, transport, &shared))))
        };
        let ports = Mutex::new([open(Transport::Grpc, grpc)?, open(Transport::Http, http)?]);
        drop(_entered);
        Ok(Collector { shared, ports, runtime: Some(runtime) })
    }

    /// Where gRPC is served: `http://127.0.0.1:4317`.
    pub fn endpoint_grpc(&self) -> String {
        format!("http://{}", lock(&self.ports)[0].1)
    }

    /// Where HTTP is served: `http://127.0.0.1:4318`, without the path of a signal.
    pub fn endpoint_http(&self) -> String {
        format!("http://{}", lock(&self.ports)[1].1)
    }

    /// What exporters are answered from now on.
    pub fn answer_with(&self, answer: Answer) {
        *lock(&self.shared.answer) = answer;
    }

    /// Takes what AWS would from now on; see [`Aws`].
    pub fn play(&self, aws: Aws) {
        *lock(&self.shared.aws) = Some(Arc::new(aws));
    }

    /// Closes the ports and all connections, as a process does that is killed. Whoever connects is refused, and what was
    /// received is kept.
    pub async fn kill(&self) {
        let mut closed = Vec::new();
        for (_, _, port) in lock(&self.ports).iter_mut() {
            match port.take() {
                Some(Port::Open(task)) => {
                    task.abort();
                    closed.push(task);
                }
                other => *port = other,
            }
        }
        for task in closed {
            let _ = task.await;
        }
        for (_, address, port) in lock(&self.ports).iter_mut().filter(|(_, _, port)| port.is_none()) {
            *port = Some(Port::Closed(server::bind(*address).expect("the port is ours")));
        }
    }

    /// Opens the ports again that [`kill`](Self::kill) closed.
    pub async fn restart(&self) {
        let _entered = self.runtime().enter();
        for (transport, _, port) in lock(&self.ports).iter_mut() {
            *port = match port.take() {
                Some(Port::Closed(socket)) => Some(server::open(socket, *transport, &self.shared)),
                other => other,
            };
        }
    }

    /// Waits until it is so, which is looked at whenever something arrives.
    ///
    /// # Panics
    /// After 20 seconds: with what there is, and with what was refused.
    pub async fn wait_for(&self, mut is_so: impl FnMut(&Received) -> bool) {
        let mut changes = self.shared.changed.subscribe();
        // On the collector's own runtime, as the clock of the test's may be stopped; a sleep is of the one that it is made on.
        let mut limit = AbortOnDrop(self.runtime().spawn(async { tokio::time::sleep(LIMIT).await }));
        while !is_so(&lock(&self.shared.received)) {
            tokio::select! {
                changed = changes.changed() => changed.expect("the collector is there"),
                _ = &mut limit.0 => panic!("not within {LIMIT:?}; there is {self:?}"),
            }
        }
    }

    /// Runs a future of this collector in a test that is not async.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime().block_on(future)
    }

    /// Adds the complaints that are only to be known when nothing more will come: parents that never arrived.
    pub fn finish(&self) {
        let mut received = lock(&self.shared.received);
        let found = rules::whole_traces(&received);
        received.complaints.extend(found);
    }

    /// Looks at all that arrived.
    pub fn look<T>(&self, at: impl FnOnce(&Received) -> T) -> T {
        at(&lock(&self.shared.received))
    }

    /// Every request, in order.
    pub fn exports(&self) -> Vec<Export> {
        self.look(|received| received.exports.clone())
    }

    /// Every span that was accepted, in order.
    pub fn spans(&self) -> Vec<Span> {
        self.look(|received| received.spans.clone())
    }

    /// Every log record that was accepted, in order.
    pub fn logs(&self) -> Vec<Log> {
        self.look(|received| received.logs.clone())
    }

    /// The metric of this name, of the process that was heard of last, with the latest point of each series.
    pub fn metric(&self, name: &str) -> Option<Metric> {
        self.look(|received| received.metric(name).cloned())
    }

    /// What was refused, and why. See [`finish`](Self::finish).
    pub fn complaints(&self) -> Vec<String> {
        self.look(|received| received.complaints.clone())
    }

    /// Forgets what arrived, and complaints too.
    pub fn clear(&self) {
        *lock(&self.shared.received) = Received::default();
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is there until this is dropped")
    }
}

/// How much there is, not what.
impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let received = lock(&self.shared.received);
        f.debug_struct("Collector")
            .field("exports", &received.exports.len())
            .field("spans", &received.spans.len())
            .field("logs", &received.logs.len())
            .field("metrics", &received.metrics.iter().map(|metric| &metric.name).collect::<Vec<_>>())
            .field("complaints", &received.complaints)
            .finish_non_exhaustive()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A test may drop this where it must not block.
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    /// Answers an export, and takes it where that is the answer.
    pub(crate) async fn export(
        &self,
        signal: Signal,
        transport: Transport,
        headers: &HeaderMap,
        bytes: &[u8],
    ) -> Reply {
        let answer = lock(&self.answer).clone();
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: BTreeMap<_, _> =
            headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let reply = {
            let mut received = lock(&self.received);
            let reply = match &answer {
                Answer::Truth => received.take(signal, bytes),
                other => other.reply(),
            };
            let taken = answer == Answer::Truth && matches!(reply, Reply::Success(_));
            received.exports.push(Export { signal, transport, headers, size: bytes.len(), taken });
            reply
        };
        self.changed.send_replace(());
        if answer == Answer::Hang {
            future::pending::<()>().await;
        }
        reply
    }

    /// The part of AWS that is played, if one is.
    pub(crate) fn aws(&self) -> Option<Arc<Aws>> {
        lock(&self.aws).clone()
    }

    pub(crate) fn complain(&self, complaint: String) {
        lock(&self.received).complaints.push(complaint);
        self.changed.send_replace(());
    }
}

struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

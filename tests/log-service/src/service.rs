//! The service as tests see it.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::answer::Answer;
use crate::call::Call;
use crate::kept::{Kept, Made};
use crate::perform::{group_of, perform};
use crate::protocol::{self, Asked};
use crate::rules::Refused;
use crate::server::{self, Port};

/// Nothing that a test waits for takes so long; one that hangs should say what is missing.
const LIMIT: Duration = Duration::from_secs(60);

/// CloudWatch Logs on a free port of 127.0.0.1.
pub struct LogService {
    shared: Arc<Shared>,
    address: SocketAddr,
    port: Mutex<Option<Port>>,
    /// Always there until this is dropped.
    runtime: Option<Runtime>,
}

/// What the port's tasks work on.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    kept: Mutex<Kept>,
    answers: Mutex<Answers>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Answers {
    /// Before those that always hold.
    next: BTreeMap<Call, VecDeque<Answer>>,
    always: BTreeMap<Call, Answer>,
}

impl LogService {
    /// Listens on a port that is free.
    pub async fn start() -> Self {
        Self::start_blocking()
    }

    /// As [`start`](Self::start), for tests that are not async; see [`block_on`](Self::block_on).
    ///
    /// # Panics
    /// Where the machine has no ports or threads.
    pub fn start_blocking() -> Self {
        Self::start_at(0).expect("there is a free port")
    }

    /// Listens on this port of 127.0.0.1.
    ///
    /// # Errors
    /// When it is taken.
    pub fn start_at(port: u16) -> std::io::Result<Self> {
        // Its own thread: a test may block the one that it runs on.
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("log-service").enable_all().build()?;
        let shared = Arc::<Shared>::default();
        let (address, port) = {
            let _entered = runtime.enter();
            let socket = server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
            (socket.local_addr()?, server::open(socket, &shared))
        };
        Ok(LogService { shared, address, port: Mutex::new(Some(port)), runtime: Some(runtime) })
    }

    /// Where it is: `http://127.0.0.1:4580`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What calls of this kind are answered from now on, but for what [`answer_next`](Self::answer_next) says.
    pub fn answer_with(&self, call: Call, answer: Answer) {
        lock(&self.shared.answers).always.insert(call, answer);
    }

    /// What the next calls of this kind are answered, one after the other.
    pub fn answer_next(&self, call: Call, answers: impl IntoIterator<Item = Answer>) {
        lock(&self.shared.answers).next.entry(call).or_default().extend(answers);
    }

    /// Closes the port and all connections, as a process does that is killed. Whoever connects is refused, and what was
    /// kept is kept.
    pub async fn kill(&self) {
        let open = match lock(&self.port).take() {
            Some(Port::Open(task)) => task,
            other => return *lock(&self.port) = other,
        };
        open.abort();
        let _ = open.await;
        *lock(&self.port) = Some(Port::Closed(server::bind(self.address).expect("the port is ours")));
    }

    /// Opens the port again that [`kill`](Self::kill) closed.
    pub async fn restart(&self) {
        let _entered = self.runtime().enter();
        let mut port = lock(&self.port);
        *port = match port.take() {
            Some(Port::Closed(socket)) => Some(server::open(socket, &self.shared)),
            other => other,
        };
    }

    /// Makes a group with a stream, as somebody else does.
    pub fn create(&self, group: &str, stream: &str) {
        let mut kept = lock(&self.shared.kept);
        kept.groups.entry(group.to_owned()).or_default().streams.entry(stream.to_owned()).or_default();
    }

    /// Deletes a group with all that it has, as somebody else does.
    pub fn delete(&self, group: &str) {
        lock(&self.shared.kept).groups.remove(group);
    }

    /// Waits until it is so, which is looked at whenever a call was made.
    ///
    /// # Panics
    /// After a minute: with what there is, and with what was refused.
    pub async fn wait_for(&self, mut is_so: impl FnMut(&Kept) -> bool) {
        let mut changes = self.shared.changed.subscribe();
        // On the service's own runtime, as the clock of the test's may be stopped.
        let mut limit = AbortOnDrop(self.runtime().spawn(tokio::time::sleep(LIMIT)));
        while !is_so(&lock(&self.shared.kept)) {
            tokio::select! {
                changed = changes.changed() => changed.expect("the service is there"),
                _ = &mut limit.0 => panic!("not within {LIMIT:?}; there is {self:?}"),
            }
        }
    }

    /// Runs a future of this service in a test that is not async.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime().block_on(future)
    }

    /// Looks at all that there is.
    pub fn look<T>(&self, at: impl FnOnce(&Kept) -> T) -> T {
        at(&lock(&self.shared.kept))
    }

    /// The messages of a group in order of time; see [`Kept::events`].
    pub fn messages(&self, group: &str) -> Vec<String> {
        self.look(|kept| kept.events(group).into_iter().map(|event| event.message.to_string()).collect())
    }

    /// Every call, in order.
    pub fn calls(&self) -> Vec<Made> {
        self.look(|kept| kept.calls.clone())
    }

    /// What no client should have asked for, and why.
    pub fn complaints(&self) -> Vec<String> {
        self.look(|kept| kept.complaints.clone())
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is there until this is dropped")
    }
}

/// How much there is, not what.
impl fmt::Debug for LogService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = lock(&self.shared.kept);
        let groups: BTreeMap<&str, usize> = kept.groups.keys().map(|name| (name.as_str(), kept.count(name))).collect();
        f.debug_struct("LogService")
            .field("events", &groups)
            .field("calls", &kept.calls.len())
            .field("last_calls", &&kept.calls[kept.calls.len().saturating_sub(10)..])
            .field("complaints", &kept.complaints)
            .finish_non_exhaustive()
    }
}

impl Drop for LogService {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A test may drop this where it must not block.
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    /// Answers a request; none where the connection is to end without an answer.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Option<Response<Full<Bytes>>> {
        let asked = match protocol::read(request).await {
            Ok(asked) => asked,
            Err(complaint) => {
                lock(&self.kept).complaints.push(complaint.clone());
                self.changed.send_replace(());
                return Some(protocol::refusal(&Refused::new("UnknownOperationException", complaint)));
            }
        };
        let answer = self.next_answer(asked.call);
        let Reply { answered, events, response } = self.respond(&asked, &answer);
        {
            let Asked { call, region, format, body } = asked;
            let made = Made { call, group: group_of(&body), region, format, events, answered };
            lock(&self.kept).calls.push(made);
        }
        self.changed.send_replace(());
        match answer {
            Answer::Hang => std::future::pending().await,
            Answer::Slow(time) => tokio::time::sleep(time).await,
            _ => {}
        }
        response
    }

    fn next_answer(&self, call: Call) -> Answer {
        let mut answers = lock(&self.answers);
        let next = answers.next.get_mut(&call).and_then(VecDeque::pop_front);
        next.or_else(|| answers.always.get(&call).cloned()).unwrap_or_default()
    }

    fn respond(&self, asked: &Asked, answer: &Answer) -> Reply {
        match answer {
            Answer::Hang | Answer::HangUp => Reply::default(),
            Answer::Error(name) => Reply::refusal(&Refused::new(name, AS_WANTED)),
            Answer::Throttled { retry_after } => {
                let mut reply = Reply::refusal(&Refused::new("ThrottlingException", AS_WANTED));
                if let (Some(after), Some(response)) = (retry_after, &mut reply.response) {
                    response.headers_mut().insert("retry-after", HeaderValue::from(after.as_secs()));
                }
                reply
            }
            Answer::Status(status) => {
                let status = StatusCode::from_u16(*status).expect("a test knows what is a status");
                Reply::new(status.as_str(), 0, protocol::answer(status, "<html>"))
            }
            Answer::Truth | Answer::Slow(_) | Answer::Rejecting { .. } => self.perform(asked, answer),
            Answer::DoneAndHangUp => {
                let done = self.perform(asked, answer);
                Reply { events: done.events, ..Reply::default() }
            }
        }
    }

    fn perform(&self, asked: &Asked, answer: &Answer) -> Reply {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64;
        let mut kept = lock(&self.kept);
        match perform(&mut kept, asked.call, &asked.body, now, answer) {
            Ok(done) => Reply::new("ok", done.events, protocol::answer(StatusCode::OK, done.body)),
            Err(refused) => {
                if !refused.is_expected() {
                    kept.complaints.push(format!("{:?}: {}", asked.call, refused.message));
                }
                Reply::refusal(&refused)
            }
        }
    }
}

const AS_WANTED: &str = "as the test wants it";

/// What came of a call.
#[derive(Default)]
struct Reply {
    /// See [`Made::answered`].
    answered: Option<String>,
    events: usize,
    response: Option<Response<Full<Bytes>>>,
}

impl Reply {
    fn new(answered: &str, events: usize, response: Response<Full<Bytes>>) -> Self {
        Reply { answered: Some(answered.to_owned()), events, response: Some(response) }
    }

    fn refusal(refused: &Refused) -> Self {
        Reply::new(refused.name, 0, protocol::refusal(refused))
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

//! A call while it is being made.

use std::num::{NonZeroU16, NonZeroU32, NonZeroU64};
use std::panic::Location;
use std::sync::Arc;

use crate::call::{Call, CallOutcome, Yield};
use crate::call_details::{CallDetails, MOST, MOST_OF_METHOD, kept};
use crate::callsite::Callsite;
use crate::context;
use crate::handle::Handle;
use crate::ids::SpanId;
use crate::kept_path::KeptPath;
use crate::operation::Operation;
use crate::own_thread::is_own_thread;
use crate::parent::Parent;
use crate::pool_name::PoolName;
use crate::prepared_call::{Known, PreparedCall};
use crate::recording::Recording;
use crate::text;

/// A call that is being made, from [`start_call`].
///
/// It ends when it is told to, or as [`Cancelled`](CallOutcome::Cancelled) when it is dropped.
#[derive(Debug)]
#[must_use = "a call ends when this is dropped"]
pub struct OpenCall {
    recording: Option<Arc<Recording>>,
    operation: Option<Arc<Operation>>,
    started: u64,
    first_byte: Option<NonZeroU64>,
    status: Option<NonZeroU16>,
    brought: Yield,
    texts: Option<Box<str>>,
    path: KeptPath,
    location: Option<&'static Location<'static>>,
    known: Known,
    span_id: Option<SpanId>,
    parent: Parent,
    details: Option<Box<CallDetails>>,
}

/// A call begins, for the request that is current. Outside any request it is counted as unattributed.
pub fn start_call(operation: Arc<Operation>, callsite: Option<Callsite>) -> OpenCall {
    let recording = context::current();
    OpenCall::start(PreparedCall::new(recording.as_deref(), operation, callsite), recording)
}

/// Counts a call that belongs to no request, unless it is one of an exporter of ours.
pub fn unattributed() {
    if is_own_thread() {
        return;
    }
    if let Some(handle) = Handle::current() {
        handle.live_counters().unattributed_calls.one();
    }
}

impl OpenCall {
    pub(crate) fn start(prepared: PreparedCall, recording: Option<Arc<Recording>>) -> Self {
        let PreparedCall { operation, callsite, known, .. } = prepared;
        let (mut started, mut parent) = (0, Parent::Request);
        match &recording {
            Some(recording) => {
                started = recording.now();
                parent = Parent::current(recording);
                recording.call_started(operation.kind(), started);
            }
            None => unattributed(),
        }
        OpenCall {
            recording,
            operation: Some(operation),
            started,
            first_byte: None,
            status: None,
            brought: Yield::Unknown,
            texts: None,
            path: KeptPath::default(),
            location: callsite.and_then(Callsite::location),
            known,
            span_id: None,
            parent,
            details: None,
        }
    }

    /// The request it belongs to.
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.recording.as_ref()
    }

    /// What is asked, of whom.
    pub fn operation(&self) -> Option<&Operation> {
        self.operation.as_deref()
    }

    /// A span id for this call, to be sent along; the same each time.
    pub fn span_id(&mut self) -> Option<SpanId> {
        if let (None, Some(recording)) = (self.span_id, &self.recording) {
            self.span_id = Some(recording.handle().ids().span_id());
        }
        self.span_id
    }

    /// The head of the answer is there, with this HTTP status (0: none).
    pub fn responded(&mut self, status: u16) {
        self.status = NonZeroU16::new(status);
        if let Some(recording) = &self.recording {
            self.first_byte = NonZeroU64::new(recording.now().saturating_sub(self.started));
        }
    }

    /// The client begins its attempt of this number, from 1. What an earlier one was answered is no longer the answer.
    pub fn attempt(&mut self, number: u32) {
        self.detail(|details| details.attempts = NonZeroU32::new(number));
        self.status = None;
        self.first_byte = None;
    }

    /// What it works on, as it is named to the service: a table, the URL of a queue.
    pub fn set_resource(&mut self, name: &str) {
        self.detail(|details| details.resource = kept(name));
    }

    /// The region of the cloud that it goes to.
    pub fn set_region(&mut self, region: &str) {
        self.detail(|details| details.region = kept(region));
    }

    /// The id that the called service has given it.
    pub fn set_request_id(&mut self, id: &str) {
        self.detail(|details| details.request_id = kept(id));
    }

    /// The path of its URL, up to 1 KiB of it, with neither what follows a `?` nor a fragment: those can be private. Of a
    /// `?`, only that it is there is kept, as by [`set_has_query`](Self::set_has_query).
    pub fn set_path(&mut self, path: &str) {
        if self.recording.is_some() {
            let end = path.find(['?', '#']).unwrap_or(path.len());
            if path[end..].starts_with('?') {
                self.set_has_query();
            }
            let path = text::cut(&path[..end], MOST);
            self.path.set_bytes(path.len());
            self.texts = Some(path.into());
        }
    }

    /// Its URL has a query string, for clients that know it apart from the path. Nothing of what it says is kept.
    pub fn set_has_query(&mut self) {
        self.path.set_has_query();
    }

    /// The method as it was sent, of a call whose operation has none but OpenTelemetry's `_OTHER`.
    pub fn set_original_method(&mut self, method: &str) {
        self.detail(|details| details.original_method = Some(text::cut(method, MOST_OF_METHOD).into()));
    }

    fn detail(&mut self, set: impl FnOnce(&mut CallDetails)) {
        // A call of no request keeps nothing.
        if self.recording.is_some() {
            set(self.details.get_or_insert_default());
        }
    }

    /// What it has brought so far; replaces what was said before.
    pub fn brought(&mut self, brought: Yield) {
        self.brought = brought;
    }

    /// It failed. `error_type` is a name of low cardinality: `timeout`, a database's error code.
    pub fn failed(mut self, error_type: &str) {
        let path = self.texts.take().unwrap_or_default();
        self.texts = Some([&path, text::cut(error_type, 255)].concat().into());
        self.end(CallOutcome::Failed);
    }

    /// It is over.
    pub fn completed(mut self) {
        self.end(CallOutcome::Completed);
    }

    /// It is over, and whoever knows that does not know how it ended.
    pub fn ended(mut self) {
        self.end(CallOutcome::Unknown);
    }

    /// It turned out to be no call, or one that somebody else measures: it is not kept.
    pub fn withdraw(mut self) {
        if let (Some(recording), Some(operation)) = (self.recording.take(), self.operation.take()) {
            recording.call_withdrawn(operation.kind(), recording.now());
        }
    }

    fn end(&mut self, outcome: CallOutcome) {
        let (Some(recording), Some(operation)) = (self.recording.take(), self.operation.take()) else { return };
        let now = recording.now();
        if self.location.is_none() {
            self.known.locate_if_long(&recording, &operation, now.saturating_sub(self.started));
        }
        let parent = self.parent.keep(&mut self.details);
        let call = Call {
            operation,
            start: self.started,
            end: 0,
            first_byte: self.first_byte,
            outcome,
            status: self.status,
            brought: self.brought,
            texts: self.texts.take(),
            path: self.path,
            location: self.location,
            found: self.known.found,
            parameters: self.known.parameters,
            deliberate: self.known.deliberate,
            span_id: self.span_id,
            parent,
            details: self.details.take(),
        };
        recording.call_ended(now, call);
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.end(CallOutcome::Cancelled);
    }
}

/// The current request waits for a connection of a pool until this is dropped.
#[derive(Debug)]
#[must_use = "the waiting ends when this is dropped"]
pub struct ConnectionWait {
    recording: Option<Arc<Recording>>,
    pool: PoolName,
    started: u64,
}

/// The current request begins to wait for a database connection, of a pool that has no name:
/// [`start_connection_wait_for`] tells pools apart.
pub fn start_connection_wait() -> ConnectionWait {
    start_connection_wait_for(PoolName::default())
}

/// The current request begins to wait for a connection of this pool.
pub fn start_connection_wait_for(pool: PoolName) -> ConnectionWait {
    let recording = context::current();
    let mut started = 0;
    if let Some(recording) = &recording {
        started = recording.now();
        recording.wait_started(started);
    }
    ConnectionWait { recording, pool, started }
}

impl Drop for ConnectionWait {
    fn drop(&mut self) {
        if let Some(recording) = self.recording.take() {
            recording.wait_ended(self.pool, self.started, recording.now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::breakdown::Share;
    use crate::clock::ManualClock;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::record::Record;
    use crate::testing::Instance;

    const MS: Duration = Duration::from_millis(1);

    fn recorded(make: impl FnOnce(OpenCall, &ManualClock)) -> Record {
        let clock = ManualClock::new();
        let instance = Instance::with_clock(clock.clone());
        let mut request = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        request.call(|| make(start_call(Operation::rpc("aws-api", "SQS", "SendMessage", None), None), &clock));
        drop(request);
        instance.take().remove(0)
    }

    #[test]
    fn the_last_attempt_is_the_one_that_was_answered() {
        let record = recorded(|mut call, clock| {
            call.set_resource("https://sqs.example/1/orders");
            call.set_region("eu-west-1");
            call.attempt(1);
            clock.advance(MS);
            call.responded(500);
            call.attempt(2);
            clock.advance(MS);
            call.failed("connect");
        });
        let [call] = record.calls() else { panic!("one call") };
        assert_eq!((call.status_code(), call.first_byte()), (None, None), "nobody has answered the second");
        assert_eq!((call.attempts(), call.request_id()), (Some(2), None));
        assert_eq!((call.resource(), call.region()), (Some("https://sqs.example/1/orders"), Some("eu-west-1")));
    }

    #[test]
    fn what_a_service_says_is_cut() {
        let record = recorded(|mut call, _| {
            call.set_request_id(&"x".repeat(5000));
            call.ended();
        });
        assert_eq!(record.calls()[0].request_id().map(str::len), Some(1024));
        assert_eq!(record.calls()[0].outcome(), CallOutcome::Unknown);
    }

    #[test]
    fn of_a_url_only_the_path_is_kept() {
        for (path, expected, has_query) in [
            ("/benchmarks/7", "/benchmarks/7", false),
            ("/benchmarks?token=secret", "/benchmarks", true),
            ("/benchmarks?#secret", "/benchmarks", true),
            ("/#secret?", "/", false),
            (&format!("/{}", "ä".repeat(1000)), &format!("/{}", "ä".repeat(511)), false),
            (&format!("/{}?", "ä".repeat(1000)), &format!("/{}", "ä".repeat(511)), true),
        ] {
            let record = recorded(|mut call, _| {
                call.set_path(path);
                call.set_original_method(&"M".repeat(100));
                call.failed("connect");
            });
            let call = &record.calls()[0];
            assert_eq!((call.path(), call.error_type()), (Some(expected), Some("connect")));
            assert_eq!(call.has_query(), has_query, "{path}");
            assert_eq!(call.original_method().map(str::len), Some(64));
        }
        let mut outside = start_call(Operation::external("partner", "GET"), None);
        outside.set_path("/benchmarks/7");
        assert!(outside.texts.is_none(), "a call of no request keeps nothing");
    }

    #[test]
    fn a_query_that_is_told_apart_from_the_path_is_known_in_either_order() {
        let set: [fn(&mut OpenCall); 3] = [OpenCall::set_has_query, |call| call.set_path("/benchmarks"), |_| {}];
        for order in [[0, 1], [1, 0], [0, 2]] {
            let record = recorded(|mut call, _| order.into_iter().for_each(|place| set[place](&mut call)));
            assert!(record.calls()[0].has_query(), "{order:?}");
            assert_eq!(record.calls()[0].path(), order.contains(&1).then_some("/benchmarks"));
        }
    }

    #[test]
    fn a_call_that_was_none_is_not_kept_and_takes_no_more_time() {
        let record = recorded(|call, clock| {
            clock.advance(MS);
            call.withdraw();
            clock.advance(2 * MS);
        });
        assert!(record.calls().is_empty());
        assert_eq!(record.external().count(), 0);
        let share = |share| record.breakdown().share(share);
        assert_eq!((share(Share::External), share(Share::Own)), (MS, 2 * MS));
    }
}

//! The finished record of one request: what every exporter renders.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use crate::breakdown::Breakdown;
use crate::by_place::ByPlace;
use crate::call::{Call, CallGroup};
use crate::callsite::Callsite;
use crate::conclusion::Conclusion;
use crate::database::Database;
use crate::error_info::ErrorInfo;
use crate::field::FieldValue;
use crate::identity::Identity;
use crate::level::Level;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::pool_waits::PoolWaits;
use crate::recording::Recording;
use crate::span::Span;
use crate::text;
use crate::totals::{CacheTotals, CallTotals};

/// The longest name that there is in the DNS, and a port.
const MOST_OF_HOST: usize = 255 + 6;

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// A request that came in.
    Request,
    /// Work that no request started: [`task`](crate::task).
    Task,
}

impl RecordKind {
    /// The `event` of the JSON line: `request` or `task`.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordKind::Request => "request",
            RecordKind::Task => "task",
        }
    }
}

/// One request, or one task, after its end. Nothing changes in it any more.
#[derive(Debug, Clone)]
pub struct Record {
    pub(crate) recording: Option<Arc<Recording>>,
    pub(crate) kind: RecordKind,
    pub(crate) method: Cow<'static, str>,
    pub(crate) place: Place,
    pub(crate) scheme: &'static str,
    pub(crate) protocol_version: &'static str,
    pub(crate) host: Option<Box<str>>,
    pub(crate) status: Option<u16>,
    pub(crate) outcome: Outcome,
    pub(crate) streaming: bool,
    pub(crate) ended: SystemTime,
    pub(crate) duration: u64,
    pub(crate) first_byte: Option<u64>,
    pub(crate) request_bytes: Option<u64>,
    pub(crate) response_bytes: u64,
    pub(crate) user_id: Option<Box<str>>,
    pub(crate) action: Option<Box<str>>,
    pub(crate) fields: Vec<(Cow<'static, str>, FieldValue)>,
    pub(crate) metadata: Vec<(Cow<'static, str>, String)>,
    pub(crate) error: Option<Box<ErrorInfo>>,
    pub(crate) database: CallTotals,
    pub(crate) external: CallTotals,
    pub(crate) cache: CacheTotals,
    pub(crate) connection_waits: u32,
    pub(crate) pool_waits: Vec<PoolWaits>,
    /// Counted when the first exporter asks, for all of them.
    pub(crate) repeats: OnceLock<u32>,
    pub(crate) calls: Vec<Call>,
    pub(crate) groups: Vec<CallGroup>,
    pub(crate) calls_ungrouped: u32,
    pub(crate) spans: Vec<Span>,
    pub(crate) breakdown: Breakdown,
    pub(crate) polled: u64,
    pub(crate) polls: u32,
    pub(crate) longest_poll: u64,
    /// Of a request that is worth a look.
    pub(crate) conclusion: Option<Arc<Conclusion>>,
    /// One of the findings makes it a warning.
    pub(crate) is_loud: bool,
    /// Kinds of findings that the application does not want of this request.
    pub(crate) allowed: u16,
}

/// What is known of a request when it is opened.
pub(crate) struct Head<'a> {
    pub(crate) kind: RecordKind,
    pub(crate) method: Cow<'static, str>,
    pub(crate) path: &'a str,
    pub(crate) route: Option<&'a str>,
    pub(crate) scheme: &'static str,
    pub(crate) protocol_version: &'static str,
    pub(crate) host: Option<&'a [u8]>,
    pub(crate) request_bytes: Option<u64>,
}

impl Record {
    /// Room for a record.
    pub(crate) fn blank() -> Self {
        Record {
            recording: None,
            kind: RecordKind::Request,
            method: Cow::Borrowed(""),
            place: Place::default(),
            scheme: "",
            protocol_version: "",
            host: None,
            status: None,
            outcome: Outcome::Completed,
            streaming: false,
            ended: SystemTime::UNIX_EPOCH,
            duration: 0,
            first_byte: None,
            request_bytes: None,
            response_bytes: 0,
            user_id: None,
            action: None,
            fields: Vec::new(),
            metadata: Vec::new(),
            error: None,
            database: CallTotals::default(),
            external: CallTotals::default(),
            cache: CacheTotals::default(),
            connection_waits: 0,
            pool_waits: Vec::new(),
            repeats: OnceLock::new(),
            calls: Vec::new(),
            groups: Vec::new(),
            calls_ungrouped: 0,
            spans: Vec::new(),
            breakdown: Breakdown::default(),
            polled: 0,
            polls: 0,
            longest_poll: 0,
            conclusion: None,
            is_loud: false,
            allowed: 0,
        }
    }

    /// A request begins. True where its path or route had to be cut.
    pub(crate) fn begin(&mut self, head: Head<'_>, most: usize) -> bool {
        self.kind = head.kind;
        self.method = head.method;
        self.scheme = head.scheme;
        self.protocol_version = head.protocol_version;
        self.host = head.host.map(|host| text::cut(&String::from_utf8_lossy(host), MOST_OF_HOST).into());
        self.request_bytes = head.request_bytes;
        self.place.set(head.path, head.route, most)
    }

    /// Makes it blank again, for another request. What requests usually need keeps its room; the rest is freed.
    pub(crate) fn clear(&mut self) {
        // Every field is named, so that none is forgotten that will be added.
        let Record {
            recording,
            kind: _,
            method: _,
            place,
            scheme: _,
            protocol_version: _,
            host: _,
            status,
            outcome,
            streaming,
            ended: _,
            duration: _,
            first_byte,
            request_bytes: _,
            response_bytes: _,
            user_id,
            action,
            fields,
            metadata,
            error,
            database,
            external,
            cache,
            connection_waits,
            pool_waits,
            repeats,
            calls,
            groups,
            calls_ungrouped,
            spans,
            breakdown: _,
            polled: _,
            polls,
            longest_poll,
            conclusion,
            is_loud,
            allowed,
        } = self;
        // What is not cleared here is set when a request begins, or when it ends.
        *recording = None;
        place.clear();
        *status = None;
        *outcome = Outcome::Completed;
        *streaming = false;
        *first_byte = None;
        *user_id = None;
        *action = None;
        fields.clear();
        fields.shrink_to(8);
        *metadata = Vec::new();
        *error = None;
        *database = CallTotals::default();
        *external = CallTotals::default();
        *cache = CacheTotals::default();
        *connection_waits = 0;
        pool_waits.clear();
        pool_waits.shrink_to(16);
        *repeats = OnceLock::new();
        calls.clear();
        calls.shrink_to(12);
        *groups = Vec::new();
        *calls_ungrouped = 0;
        *spans = Vec::new();
        *polls = 0;
        *longest_poll = 0;
        *conclusion = None;
        *is_loud = false;
        *allowed = 0;
    }

    /// Whether it is a request or a task.
    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    /// Its request id, trace and span.
    pub fn identity(&self) -> &Identity {
        match &self.recording {
            Some(recording) => recording.identity(),
            None => Identity::none(),
        }
    }

    /// The method as it came, `GET`; empty for a task. Unbounded in number: metrics use
    /// [`known_method`](Self::known_method).
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The method if it is one of HTTP's own, else OpenTelemetry's `_OTHER`.
    pub fn known_method(&self) -> &'static str {
        crate::method::known(&self.method).unwrap_or("_OTHER")
    }

    /// The template that matched, `/experiments/{id}`; none where nothing matched.
    pub fn route(&self) -> Option<&str> {
        self.place.route()
    }

    /// The path as it came, without the query. A task has its name here.
    pub fn path(&self) -> &str {
        self.place.path()
    }

    /// A task's name.
    pub fn task_name(&self) -> Option<&str> {
        (self.kind == RecordKind::Task).then(|| self.place.path())
    }

    /// `http` or `https`, as the server saw it: behind something that ends TLS, that is `http`. Empty for a task.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// OpenTelemetry's `network.protocol.version`: `1.1`, `2`.
    pub fn protocol_version(&self) -> &'static str {
        self.protocol_version
    }

    /// The host that was asked for, with its port where one was named, as the client wrote it: unbounded in number. Only where
    /// the instance [asks for it](crate::Sampler::asks_for_host).
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The status of the answer, where one was given.
    pub fn status_code(&self) -> Option<u16> {
        self.status
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// An upgrade or an event stream: its duration says nothing about latency.
    pub fn is_streaming(&self) -> bool {
        self.streaming
    }

    /// OpenTelemetry's `error.type`: the type of the error that the application gave, else the outcome where it was
    /// no good one, else the status from 500 on.
    pub fn error_type(&self) -> Option<Cow<'_, str>> {
        match (&self.error, self.outcome, self.status) {
            (Some(error), ..) => Some(Cow::Borrowed(error.type_name())),
            (None, Outcome::Completed, Some(status @ 500..)) => Some(Cow::Owned(status.to_string())),
            (None, Outcome::Completed, _) => None,
            (None, outcome, _) => Some(Cow::Borrowed(outcome.as_str())),
        }
    }

    /// The error that the application attached.
    pub fn error(&self) -> Option<&ErrorInfo> {
        self.error.as_deref()
    }

    /// How loud its line is: a panic is critical, 5xx and a failed body are errors, 4xx is a warning, and so is a finding that
    /// costs [much](crate::Thresholds::warning). A task that told of an
    /// error failed, for it has no status that would say so; and so did what was stopped with one.
    pub fn level(&self) -> Level {
        let is_task = self.kind == RecordKind::Task;
        match (self.outcome, self.status) {
            (Outcome::Panicked, _) => Level::Critical,
            (Outcome::BodyFailed, _) | (_, Some(500..)) => Level::Error,
            (outcome, _) if self.error.is_some() && (is_task || outcome == Outcome::OpenAtShutdown) => Level::Error,
            (_, Some(400..)) => Level::Warning,
            _ if self.is_loud => Level::Warning,
            _ => Level::Info,
        }
    }

    /// When it began, by the wall clock.
    pub fn started(&self) -> SystemTime {
        self.ended.checked_sub(self.duration()).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// When it ended, by the wall clock.
    pub fn ended(&self) -> SystemTime {
        self.ended
    }

    /// From the call of the service to the last byte of the body.
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.duration)
    }

    /// From the beginning to the head of the answer.
    pub fn first_byte(&self) -> Option<Duration> {
        self.first_byte.map(Duration::from_nanos)
    }

    /// The size of the request's body: as announced, or else as read.
    pub fn request_bytes(&self) -> Option<u64> {
        self.request_bytes
    }

    /// Bytes of the answer's body that were handed over, as they go on the wire; 0 for HEAD.
    pub fn response_bytes(&self) -> u64 {
        self.response_bytes
    }

    /// Who asked, as the application said.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// What for, as the application said.
    pub fn action(&self) -> Option<&str> {
        self.action.as_deref()
    }

    /// The application's own fields, in the order they were first set.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&str, &FieldValue)> {
        self.fields.iter().map(|(name, value)| (&**name, value))
    }

    /// One of the application's own fields.
    pub fn field(&self, name: &str) -> Option<&FieldValue> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// The application's metadata, each value as JSON text.
    pub fn metadata(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.metadata.iter().map(|(name, json)| (&**name, json.as_str()))
    }

    /// The database part.
    pub fn database(&self) -> Database<'_> {
        Database { record: self }
    }

    /// Calls to other services.
    pub fn external(&self) -> &CallTotals {
        &self.external
    }

    /// Calls to caches.
    pub fn cache(&self) -> &CacheTotals {
        &self.cache
    }

    /// The calls that were kept one by one, in the order they ended.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The calls beyond those that were kept one by one, taken together by operation and callsite.
    pub fn calls_grouped(&self) -> &[CallGroup] {
        &self.groups
    }

    /// All calls, taken together by operation and callsite, as [findings](Self::findings) take them.
    pub fn call_groups(&self) -> Vec<CallGroup> {
        let mut groups = ByPlace::new();
        for call in &self.calls {
            let group = groups.of(&call.operation, call.made_at(), || CallGroup::empty(&call.operation));
            group.callsite = group.callsite.or(call.callsite());
            group.add(call);
        }
        for calls in &self.groups {
            let empty = || CallGroup::empty(&calls.operation);
            groups.of(&calls.operation, calls.callsite(), empty).merge(calls.clone());
        }
        let located = |(callsite, group): (Option<Callsite>, CallGroup)| CallGroup {
            callsite: callsite.or(group.callsite),
            ..group
        };
        groups.gathered(CallGroup::merge).into_iter().map(located).collect()
    }

    /// Calls that are in the totals only: neither kept nor in a group.
    pub fn calls_ungrouped(&self) -> u32 {
        self.calls_ungrouped
    }

    /// The application's own spans inside the request.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Where the time went.
    pub fn breakdown(&self) -> &Breakdown {
        &self.breakdown
    }

    /// The time being polled, calls included.
    pub fn polled(&self) -> Duration {
        Duration::from_nanos(self.polled)
    }

    /// How often it was polled.
    pub fn polls(&self) -> u32 {
        self.polls
    }

    /// The longest single poll: how long it kept its thread from everybody else.
    pub fn longest_poll(&self) -> Duration {
        Duration::from_nanos(self.longest_poll)
    }
}

//! What a request asked of others: a finished call, and the same calls taken together.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use crate::breakdown::Share;
use crate::call_details::CallDetails;
use crate::callsite::{Callsite, Found};
use crate::ids::SpanId;
use crate::kept_path::KeptPath;
use crate::operation::Operation;
use crate::parameters::Parameters;
use crate::parent::{KeptParent, Parent};

/// Whom a call went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// A database.
    Database,
    /// Another service.
    External,
    /// A cache.
    Cache,
    /// Anything else that was timed by hand. Its time stays with the request's own code or its waiting.
    Other,
}

impl CallKind {
    /// The name in `call` lines: `database`, `external`, `cache` or `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            CallKind::Database => "database",
            CallKind::External => "external",
            CallKind::Cache => "cache",
            CallKind::Other => "other",
        }
    }

    pub(crate) fn share(self) -> Option<Share> {
        match self {
            CallKind::Database => Some(Share::Database),
            CallKind::External => Some(Share::External),
            CallKind::Cache => Some(Share::Cache),
            CallKind::Other => None,
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// It answered.
    Completed,
    /// It answered with an error, or could not be made.
    Failed,
    /// The caller dropped it before it was over.
    Cancelled,
    /// It is over, and who told of it did not say how it ended.
    Unknown,
}

impl CallOutcome {
    /// `completed`, `failed`, `cancelled` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            CallOutcome::Completed => "completed",
            CallOutcome::Failed => "failed",
            CallOutcome::Cancelled => "cancelled",
            CallOutcome::Unknown => "unknown",
        }
    }
}

/// What a call brought back, in the unit of its kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Yield {
    /// Not known.
    #[default]
    Unknown,
    /// Rows that a database returned, or changed where it returns none.
    Rows(u64),
    /// Bytes of an answer's body, as the client sees them: after decompression.
    Bytes(u64),
    /// Keys that a cache had and had not.
    Lookups {
        /// Keys found.
        hits: u32,
        /// Keys not found.
        misses: u32,
    },
}

/// One finished call of a request.
#[derive(Debug, Clone)]
pub struct Call {
    pub(crate) operation: Arc<Operation>,
    /// Nanoseconds since the request began.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) first_byte: Option<std::num::NonZeroU64>,
    pub(crate) outcome: CallOutcome,
    pub(crate) status: Option<std::num::NonZeroU16>,
    pub(crate) brought: Yield,
    /// The path of the URL, and behind it the type of the error: one allocation, and no more room in calls with neither.
    pub(crate) texts: Option<Box<str>>,
    pub(crate) path: KeptPath,
    /// Where it was made, as whoever made it said.
    pub(crate) location: Option<&'static Location<'static>>,
    /// Where it was made, as the stack said.
    pub(crate) found: Option<Found>,
    pub(crate) parameters: Option<Parameters>,
    /// It is the application's will that it is made as it is: no finding is made of it.
    pub(crate) deliberate: bool,
    pub(crate) span_id: Option<SpanId>,
    pub(crate) parent: KeptParent,
    pub(crate) details: Option<Box<CallDetails>>,
}

impl Call {
    /// Whom it went to.
    pub fn kind(&self) -> CallKind {
        self.operation.kind()
    }

    /// What was asked, of whom.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The same, for whoever keeps it beyond the record. Calls that ask the same have one and the same, mostly: each thread
    /// makes its own.
    pub fn shared_operation(&self) -> &Arc<Operation> {
        &self.operation
    }

    /// From the beginning of the request to the beginning of the call.
    pub fn start(&self) -> Duration {
        Duration::from_nanos(self.start)
    }

    /// From the beginning of the request to the end of the call.
    pub fn end(&self) -> Duration {
        Duration::from_nanos(self.end)
    }

    /// From the beginning of the call to its end.
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.end - self.start)
    }

    /// From the beginning of the call to the head of the answer, for clients that show it.
    pub fn first_byte(&self) -> Option<Duration> {
        self.first_byte.map(|at| Duration::from_nanos(at.get()))
    }

    /// How it ended.
    pub fn outcome(&self) -> CallOutcome {
        self.outcome
    }

    /// The HTTP status of the answer.
    pub fn status_code(&self) -> Option<u16> {
        self.status.map(|status| status.get())
    }

    /// What it brought back.
    pub fn brought(&self) -> Yield {
        self.brought
    }

    /// A low-cardinality name of the error (`timeout`, `connect`, a type, a database's code), where it failed.
    pub fn error_type(&self) -> Option<&str> {
        let (_, error) = self.texts.as_deref()?.split_at_checked(self.path.bytes())?;
        Some(error).filter(|error| !error.is_empty())
    }

    /// Where in the service's own code it was made, where that is known.
    pub fn callsite(&self) -> Option<Callsite> {
        self.location.map(Callsite::written).or_else(|| self.found?.callsite())
    }

    /// Where it was made, if that is known for certain: it may have ended elsewhere.
    pub(crate) fn made_at(&self) -> Option<Callsite> {
        if self.found.is_some_and(Found::is_at_end) { self.location.map(Callsite::written) } else { self.callsite() }
    }

    /// Whether the application said that it is meant to be made as it is ([`deliberate`](crate::deliberate)), so that no
    /// finding is made of it.
    pub fn is_deliberate(&self) -> bool {
        self.deliberate
    }

    /// The span id that was sent to the called service, where one was.
    pub fn span_id(&self) -> Option<SpanId> {
        self.span_id
    }

    /// The application's span that it was made in, as its place in [`Record::spans`](crate::Record::spans).
    pub fn span(&self) -> Option<usize> {
        match self.parent() {
            Parent::Span(place) => Some(place as usize),
            Parent::Request | Parent::Elsewhere(_) => None,
        }
    }

    pub(crate) fn parent(&self) -> Parent {
        match self.details().and_then(|details| details.parent) {
            Some(elsewhere) => Parent::Elsewhere(elsewhere),
            None => self.parent.get(),
        }
    }

    /// The path of the URL of a call by HTTP, for clients that show it: no query, no fragment, at most 1 KiB.
    pub fn path(&self) -> Option<&str> {
        let (path, _) = self.texts.as_deref()?.split_at_checked(self.path.bytes())?;
        Some(path).filter(|path| !path.is_empty())
    }

    /// Whether its URL had a query string, for clients that show it. What that said is not kept.
    pub fn has_query(&self) -> bool {
        self.path.has_query()
    }

    /// The method as it was sent, where OpenTelemetry knows it as `_OTHER`.
    pub fn original_method(&self) -> Option<&str> {
        self.details()?.original_method.as_deref()
    }

    /// What it worked on, as it was named to the service: a table, the URL of a queue, a topic's ARN.
    pub fn resource(&self) -> Option<&str> {
        self.details()?.resource.as_deref()
    }

    /// The region of the cloud that it went to.
    pub fn region(&self) -> Option<&str> {
        self.details()?.region.as_deref()
    }

    /// The id that the called service gave it, for asking there.
    pub fn request_id(&self) -> Option<&str> {
        self.details()?.request_id.as_deref()
    }

    /// How often the client tried, from 1, for clients that try again by themselves.
    pub fn attempts(&self) -> Option<u32> {
        self.details()?.attempts.map(|attempts| attempts.get())
    }

    fn details(&self) -> Option<&CallDetails> {
        self.details.as_deref()
    }

    /// Whether it counts as an error: it failed, or was answered with a status of 400 or more.
    pub fn is_error(&self) -> bool {
        self.outcome == CallOutcome::Failed || self.status.is_some_and(|status| status.get() >= 400)
    }
}

/// The calls of one request that asked the same thing from the same place.
#[derive(Debug, Clone)]
pub struct CallGroup {
    pub(crate) operation: Arc<Operation>,
    pub(crate) callsite: Option<Callsite>,
    pub(crate) deliberate: bool,
    pub(crate) count: u32,
    pub(crate) errors: u32,
    pub(crate) error_type: Option<Box<str>>,
    pub(crate) total: u64,
    pub(crate) slowest: u64,
}

impl CallGroup {
    pub(crate) fn of(call: &Call) -> Self {
        let mut group =
            CallGroup { callsite: call.callsite(), deliberate: call.deliberate, ..CallGroup::empty(&call.operation) };
        group.add(call);
        group
    }

    pub(crate) fn empty(operation: &Arc<Operation>) -> Self {
        CallGroup {
            operation: Arc::clone(operation),
            callsite: None,
            deliberate: false,
            count: 0,
            errors: 0,
            error_type: None,
            total: 0,
            slowest: 0,
        }
    }

    pub(crate) fn merge(&mut self, other: CallGroup) {
        self.count = self.count.saturating_add(other.count);
        self.errors = self.errors.saturating_add(other.errors);
        self.error_type = self.error_type.take().or(other.error_type);
        self.total = self.total.saturating_add(other.total);
        self.slowest = self.slowest.max(other.slowest);
    }

    pub(crate) fn takes(&self, call: &Call) -> bool {
        self.deliberate == call.deliberate
            && self.callsite == call.callsite()
            && self.operation.is_same(&call.operation)
    }

    pub(crate) fn add(&mut self, call: &Call) {
        let nanos = call.end - call.start;
        self.count = self.count.saturating_add(1);
        if call.is_error() {
            self.errors += 1;
            self.error_type.get_or_insert_with(|| match (call.error_type(), call.status) {
                (None, Some(status)) => status.to_string().into(),
                (name, _) => name.unwrap_or_default().into(),
            });
        }
        self.total += nanos;
        self.slowest = self.slowest.max(nanos);
    }

    /// What was asked, of whom.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Where in the service's own code.
    pub fn callsite(&self) -> Option<Callsite> {
        self.callsite
    }

    /// How many calls.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many of them were errors.
    pub fn errors(&self) -> u32 {
        self.errors
    }

    /// Why the first of those failed: its type, or the status that it was answered with.
    pub fn error_type(&self) -> Option<&str> {
        self.error_type.as_deref()
    }

    /// The sum of their durations; more than the request's where they overlap.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.total)
    }

    /// The longest of their durations.
    pub fn slowest(&self) -> Duration {
        Duration::from_nanos(self.slowest)
    }
}

//! A call while it is being made.

use std::num::{NonZeroU16, NonZeroU64};
use std::sync::Arc;

use crate::call::{Call, CallOutcome, Callsite, Yield};
use crate::context;
use crate::handle::Handle;
use crate::ids::SpanId;
use crate::operation::Operation;
use crate::recording::Recording;

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
    error: Option<Box<str>>,
    callsite: Option<Callsite>,
    span_id: Option<SpanId>,
}

/// A call begins, for the request that is current. Outside any request it is counted as unattributed.
pub fn start_call(operation: Arc<Operation>, callsite: Option<Callsite>) -> OpenCall {
    let recording = context::current();
    let mut started = 0;
    match &recording {
        Some(recording) => {
            started = recording.now();
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
        error: None,
        callsite,
        span_id: None,
    }
}

/// Counts a call that belongs to no request.
pub fn unattributed() {
    if let Some(handle) = Handle::current() {
        handle.live_counters().unattributed_calls.one();
    }
}

impl OpenCall {
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

    /// What it has brought so far; replaces what was said before.
    pub fn brought(&mut self, brought: Yield) {
        self.brought = brought;
    }

    /// It failed. `error_type` is a name of low cardinality: `timeout`, a database's error code.
    pub fn failed(mut self, error_type: &str) {
        self.error = Some(crate::text::cut(error_type, 255).into());
        self.end(CallOutcome::Failed);
    }

    /// It is over.
    pub fn completed(mut self) {
        self.end(CallOutcome::Completed);
    }

    fn end(&mut self, outcome: CallOutcome) {
        let (Some(recording), Some(operation)) = (self.recording.take(), self.operation.take()) else { return };
        let call = Call {
            operation,
            start: self.started,
            end: 0,
            first_byte: self.first_byte,
            outcome,
            status: self.status,
            brought: self.brought,
            error: self.error.take(),
            callsite: self.callsite,
            span_id: self.span_id,
        };
        recording.call_ended(recording.now(), call);
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.end(CallOutcome::Cancelled);
    }
}

/// The current request waits for a database connection until this is dropped.
#[derive(Debug)]
#[must_use = "the waiting ends when this is dropped"]
pub struct ConnectionWait(Option<Arc<Recording>>);

/// The current request begins to wait for a database connection.
pub fn start_connection_wait() -> ConnectionWait {
    let recording = context::current();
    if let Some(recording) = &recording {
        recording.wait_started(recording.now());
    }
    ConnectionWait(recording)
}

impl Drop for ConnectionWait {
    fn drop(&mut self) {
        if let Some(recording) = self.0.take() {
            recording.wait_ended(recording.now());
        }
    }
}

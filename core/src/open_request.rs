//! The inbound adapter's side of a request: opens it, polls it, and closes it exactly once, however it ends.

use std::borrow::Cow;
use std::sync::Arc;
use std::task::Poll;

use crate::context::Scope;
use crate::current_request::CurrentRequest;
use crate::field::FieldValue;
use crate::handle::Handle;
use crate::identity::Identity;
use crate::outcome::Outcome;
use crate::record::{Head, RecordKind};
use crate::recording::Recording;
use crate::request_id::RequestId;
use crate::surroundings::{Surroundings, surroundings};
use crate::trace::{Extracted, TraceContext};

/// What an adapter knows of a request when it comes in.
#[derive(Debug, Clone, Default)]
pub struct RequestHead<'a> {
    /// The method as it came.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The template that matched, where routing is done already.
    pub route: Option<&'a str>,
    /// `http` or `https`; empty, which is `http`, where nothing is known of TLS.
    pub scheme: &'static str,
    /// `1.1`, `2`, where it is known.
    pub protocol_version: &'static str,
    /// The `Host` header, or HTTP/2's `:authority`, where the instance [asks for it](crate::Sampler::asks_for_host).
    pub host: Option<&'a [u8]>,
    /// The value of `x-request-id`.
    pub request_id: Option<&'a [u8]>,
    /// What [`trace::extract`](crate::trace::extract) made of the trace headers.
    pub trace: Extracted,
    /// The size of the body, where it is announced.
    pub body_bytes: Option<u64>,
}

/// A request that an inbound adapter has opened and has to see to its end.
///
/// Dropped before [`complete`](Self::complete), it closes by what was going on: a poll that never returned was a
/// panic, anything else is a client that left.
#[derive(Debug)]
pub struct OpenRequest {
    recording: Arc<Recording>,
    /// When the poll began that is running.
    polling: Option<u64>,
    /// Whether control is with the request's own code. Still so when this is dropped: it panicked.
    working: bool,
    task: bool,
    responded: bool,
    /// The size of the answer's body, where it was known.
    announced: Option<u64>,
}

impl OpenRequest {
    /// Opens a request; none where it is to pass unmeasured.
    pub fn open(handle: &Handle, head: RequestHead<'_>) -> Option<Self> {
        if handle.capture().ignore.matches(head.method, head.path) {
            return None;
        }
        let counters = handle.live_counters();
        counters.trace_headers_malformed.one_if(head.trace.malformed);
        let given = head.request_id.and_then(RequestId::given);
        counters.request_ids_refused.one_if(given.is_none() && head.request_id.is_some());
        let mut head = head;
        let surroundings = surroundings();
        let mut trace = trace_of(handle, head.trace.context.take(), surroundings.as_deref());
        let decision = handle.sampler().decide(&trace, &head);
        trace.sampled = Some(decision.sampled);
        let identity = Identity {
            request_id: given.unwrap_or_else(|| RequestId::made(handle.ids().request_id())),
            trace,
            span_id: handle.ids().span_id(),
            decision,
        };
        let head = Head {
            kind: RecordKind::Request,
            method: match crate::method::known(head.method) {
                Some(method) => Cow::Borrowed(method),
                None => Cow::Owned(crate::text::cut(head.method, 64).to_owned()),
            },
            path: head.path,
            route: head.route,
            // A server that was not told of TLS has seen none, and the conventions want one of the two.
            scheme: if head.scheme.is_empty() { "http" } else { head.scheme },
            protocol_version: head.protocol_version,
            host: head.host.filter(|_| handle.sampler().asks_for_host()),
            request_bytes: head.body_bytes,
        };
        Some(Self::new(Recording::open(handle, identity, head), false, surroundings))
    }

    /// Opens a task that is worked on from now; [`Task::resumed`](crate::Task::resumed) sees it to its end. Inside a request
    /// it belongs to the request's trace.
    pub fn open_task(handle: &Handle, name: &str, parent: Option<&Recording>) -> Self {
        let surroundings = surroundings();
        let mut trace = match parent.map(Recording::identity) {
            Some(parent) => TraceContext { parent_span_id: Some(parent.span_id()), ..parent.trace().clone() },
            None => trace_of(handle, None, surroundings.as_deref()),
        };
        // What was decided for the request around it, by whomever, holds for the task.
        let decision = match parent {
            Some(parent) => parent.identity().decision(),
            None => handle.sampler().decide(&trace, &RequestHead { path: name, ..RequestHead::default() }),
        };
        trace.sampled = Some(decision.sampled);
        let identity = Identity {
            request_id: match parent {
                Some(parent) => parent.identity().request_id().clone(),
                None => RequestId::made(handle.ids().request_id()),
            },
            trace,
            span_id: handle.ids().span_id(),
            decision,
        };
        let head = Head {
            kind: RecordKind::Task,
            method: Cow::Borrowed(""),
            path: name,
            route: None,
            scheme: "",
            protocol_version: "",
            host: None,
            request_bytes: None,
        };
        Self::new(Recording::open(handle, identity, head), true, surroundings)
    }

    fn new(recording: Arc<Recording>, task: bool, surroundings: Option<Arc<Surroundings>>) -> Self {
        if let Some(surroundings) = surroundings {
            surroundings.opened(&recording);
        }
        let polling = Some(recording.start());
        OpenRequest { recording, polling, working: false, task, responded: false, announced: None }
    }

    /// The value of a request header that the configuration allows ([`Capture::request_headers`](crate::Capture)), which
    /// becomes the field `header_<name>`, with `_` for `-`.
    pub fn header(&self, name: &str, value: &[u8]) {
        let mut field = String::with_capacity("header_".len() + name.len());
        field.push_str("header_");
        field.extend(name.chars().map(|letter| if letter == '-' { '_' } else { letter }));
        CurrentRequest::of(&self.recording).field(field, FieldValue::from(String::from_utf8_lossy(value)));
    }

    /// What outbound adapters add to.
    pub fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }

    /// Runs a piece of the request's work, as one poll of it. A panic in it is remembered.
    pub fn poll<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let result = self.call(work);
        self.pause();
        result
    }

    /// Polls a future of the request. A result does not end the poll by itself: what an adapter does with it is part of
    /// the poll, until it says [`respond`](Self::respond), [`complete`](Self::complete) or [`pause`](Self::pause).
    pub fn poll_future<R>(&mut self, work: impl FnOnce() -> Poll<R>) -> Poll<R> {
        let result = self.call(work);
        if result.is_pending() {
            self.pause();
        }
        result
    }

    /// Runs a piece of the request's work in a poll that goes on afterwards: a request is being polled from its opening,
    /// so that calling the service and polling its future for the first time are one.
    pub fn call<R>(&mut self, work: impl FnOnce() -> R) -> R {
        self.polling.get_or_insert_with(|| self.recording.start_poll());
        self.working = true;
        let scope = Scope::enter(Some(Arc::clone(&self.recording)));
        let result = work();
        drop(scope);
        self.working = false;
        result
    }

    /// Ends the poll that is running: whatever comes next is not the request's own doing.
    pub fn pause(&mut self) {
        if let Some(started) = self.polling.take() {
            self.recording.end_poll(Some(started));
        }
    }

    /// Runs what drops a part of the request, so that what happens on the way still belongs to it.
    pub fn drop_inside(&self, drop: impl FnOnce()) {
        let _scope = Scope::enter(Some(Arc::clone(&self.recording)));
        drop();
    }

    /// The head of the answer is ready. `body_bytes`: the size of the body where it is known; `streaming`: an upgrade
    /// or an event stream.
    pub fn respond(&mut self, status: u16, body_bytes: Option<u64>, streaming: bool) {
        self.announced = body_bytes;
        self.responded = true;
        self.recording.respond(status, streaming, self.polling.take());
    }

    /// A part of the body was handed over.
    pub fn sent(&mut self, bytes: usize) {
        self.recording.sent(bytes as u64);
    }

    /// The last byte was handed over.
    pub fn complete(&mut self) {
        self.close(Outcome::Completed);
    }

    /// Producing the body failed.
    pub fn body_failed(&mut self) {
        self.close(Outcome::BodyFailed);
    }

    /// The service returned an error of this type where an answer was due: it failed as a body does, but without a
    /// status. An error that the application has told of is kept.
    pub fn service_failed(&mut self, error_type: &'static str) {
        self.recording.failed(error_type, &"the service returned an error instead of a response", None);
        self.close(Outcome::BodyFailed);
    }

    fn close(&mut self, outcome: Outcome) {
        self.recording.close(outcome, self.polling.take());
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let outcome = if self.working {
            Outcome::Panicked
        } else if self.responded && self.announced == Some(self.recording.sent_bytes()) {
            // A body of known size may be dropped without ever having said that it is over.
            Outcome::Completed
        } else if self.task {
            Outcome::Cancelled
        } else {
            Outcome::ClientDisconnected
        };
        self.close(outcome);
    }
}

/// The place in a trace of what is being opened, where its caller has named this one.
fn trace_of(handle: &Handle, given: Option<TraceContext>, surroundings: Option<&Surroundings>) -> TraceContext {
    let mut given = surroundings.and_then(Surroundings::place_in_trace).cloned().or(given);
    handle.companions().for_each(|companions| companions.place_in_trace(&mut given));
    given.unwrap_or_else(|| TraceContext::new(handle.ids().trace_id()))
}

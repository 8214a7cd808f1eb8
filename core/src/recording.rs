//! A request in flight: what adapters add to, from any thread, until it closes and becomes a [`Record`].

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Display};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::asked::Asked;
use crate::breakdown::{Breakdown, Share};
use crate::call::{Call, CallGroup, CallKind, CallOutcome, Yield};
use crate::clock::nanos;
use crate::companion::{Companion, companion};
use crate::context::{self, Scope};
use crate::error_info::ErrorInfo;
use crate::handle::Handle;
use crate::identity::Identity;
use crate::kept_path::KeptPath;
use crate::lock::lock;
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::parent::Parent;
use crate::polling::Polling;
use crate::pool_name::PoolName;
use crate::pool_waits::PoolWaits;
use crate::prepared_call::Known;
use crate::record::{Head, Record, RecordKind};
use crate::server_timing::server_timing;
use crate::span::Span;
use crate::timeline::Timeline;

/// A request, or a task, that has not ended.
///
/// It is shared by whatever works for the request. After its end everything here still can be called and does
/// nothing; calls that come too late are counted.
pub struct Recording {
    handle: Handle,
    identity: Identity,
    start: u64,
    shard: usize,
    place: u32,
    companion: OnceLock<Box<dyn Companion>>,
    /// Bytes of the answer's body that were handed over: written by each frame, so not behind the lock.
    sent: AtomicU64,
    state: Mutex<Option<Box<State>>>,
}

/// What changes while the request runs.
///
/// It is large, so it is made once and then used again by one request after the other: moving it about would cost more
/// than all that is written into it.
#[derive(Debug)]
pub(crate) struct State {
    timeline: Timeline,
    asked: Asked,
    record: Record,
}

impl Recording {
    /// It begins being polled: that takes no reading of the clock then, and whoever opens a request goes on with it.
    pub(crate) fn open(handle: &Handle, identity: Identity, head: Head<'_>) -> Arc<Self> {
        let start = handle.clock().monotonic();
        let shard = handle.shards().index();
        let mut cut = false;
        let recording = handle.shards().at(shard).open(|place, spare| {
            let mut state = spare.unwrap_or_else(State::blank);
            state.timeline = Timeline::new(start, handle.expects_reported_calls());
            state.asked = Asked::default();
            cut = state.record.begin(head, handle.limits().path_bytes);
            Arc::new(Recording {
                handle: handle.clone(),
                identity,
                start,
                shard,
                place,
                companion: OnceLock::new(),
                sent: AtomicU64::new(0),
                state: Mutex::new(Some(state)),
            })
        });
        handle.live_counters().texts_cut.one_if(cut);
        if let Some(companion) = companion(&recording) {
            let _ = recording.companion.set(companion);
        }
        recording
    }

    /// The instance that records it.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Its request id, trace and span.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether it has not ended yet.
    pub fn is_open(&self) -> bool {
        lock(&self.state).is_some()
    }

    /// The user's id, if the application has told it by now.
    pub fn user_id(&self) -> Option<Box<str>> {
        self.change(|record| record.user_id.clone()).flatten()
    }

    /// Says which route matched, for those who learn it late.
    pub fn set_route(&self, route: &str) {
        let most = self.handle.limits().path_bytes;
        let cut = self.change(|record| record.place.set_route(route, most)).unwrap_or(false);
        self.handle.live_counters().texts_cut.one_if(cut);
    }

    /// Says which route matched, unless one is known already.
    pub fn learn_route(&self, route: &str) {
        if self.change(|record| record.place.route().is_none()) == Some(true) {
            self.set_route(route);
        }
    }

    /// A panic was caught that is the request's own: it will have panicked, whatever its answer is. For frameworks that
    /// make an answer of a panic.
    pub fn panicked(&self) {
        self.change(|record| record.outcome = Outcome::Panicked);
    }

    /// What went wrong, as an adapter saw it: the error's type, its message, and the first of its sources. An error that the
    /// application has told of is kept.
    pub fn failed(
        &self,
        error_type: impl Into<Cow<'static, str>>,
        message: &dyn Display,
        source: Option<&(dyn Error + 'static)>,
    ) {
        let info = ErrorInfo::new(&self.handle, error_type.into(), message, source, None);
        self.change(|record| {
            record.error.get_or_insert(info);
        });
    }

    /// What it will be a record of; none after its end.
    pub fn kind(&self) -> Option<RecordKind> {
        self.change(|record| record.kind)
    }

    /// A part of the request's own body was read, where its size was not announced.
    pub fn received(&self, bytes: u64) {
        self.change(|record| *record.request_bytes.get_or_insert(0) += bytes);
    }

    /// Runs `work` for this request: it is current on the thread meanwhile, and the time counts as being polled.
    ///
    /// Where it is current already, the work is part of the poll that is running.
    pub fn poll<R>(self: &Arc<Self>, work: impl FnOnce() -> R) -> R {
        self.run(Polling::start, work)
    }

    /// Runs `work` for this request on a thread that may be blocked, as one is that was made for that. It is as a
    /// [`poll`](Self::poll), but not one that can be too [long](crate::Record::longest_poll).
    pub(crate) fn work<R>(self: &Arc<Self>, work: impl FnOnce() -> R) -> R {
        self.run(Polling::aside, work)
    }

    fn run<R>(self: &Arc<Self>, polling: fn(Arc<Self>) -> Polling, work: impl FnOnce() -> R) -> R {
        if context::is_current(self) {
            return work();
        }
        let _polling = polling(Arc::clone(self));
        let _scope = Scope::enter(Some(Arc::clone(self)));
        work()
    }

    /// For one who enters and leaves by calls of its own, as a tracing span does: until it is dropped, the request is
    /// current on this thread and counts as being polled. None where it is current already.
    ///
    /// Nobody knows what thread that is, and it may be one that is there to be blocked. So it is no poll that can be too
    /// [long](crate::Record::longest_poll).
    pub fn enter_poll(self: &Arc<Self>) -> Option<(Scope, Polling)> {
        if context::is_current(self) {
            return None;
        }
        // The order matters: they are dropped in it.
        Some((Scope::aside(Some(Arc::clone(self))), Polling::aside(Arc::clone(self))))
    }

    /// A call that began in the past and is over, for those who only hear of it at its end. It ended now.
    pub fn report_call(
        self: &Arc<Self>,
        operation: Arc<Operation>,
        duration: Duration,
        outcome: CallOutcome,
        brought: Yield,
    ) {
        let now = self.now();
        let begun = now.saturating_sub(nanos(duration)).max(self.start);
        let counters = self.handle.live_counters();
        let mut details = None;
        let parent = Parent::current(self).keep(&mut details);
        let (mut known, _) = Known::of(self, &operation, true);
        known.locate_if_long(self, &operation, now - begun);
        let exact = self.with(|state, handle| {
            let share = operation.kind().share();
            let exact = share.is_none_or(|share| state.timeline.call_reported(share, begun, now, now));
            let call = Call {
                operation,
                start: begun - self.start,
                end: now - self.start,
                first_byte: None,
                outcome,
                status: None,
                brought,
                texts: None,
                path: KeptPath::default(),
                location: None,
                found: known.found,
                parameters: known.parameters,
                deliberate: known.deliberate,
                span_id: None,
                parent,
                details,
            };
            state.keep(call, handle);
            exact
        });
        match exact {
            Some(exact) => counters.calls_estimated.one_if(!exact),
            None => counters.late_calls.one(),
        }
    }

    /// Time that was spent waiting for a database connection of this pool, until now.
    pub fn report_connection_wait(&self, pool: PoolName, duration: Duration) {
        let now = self.now();
        let begun = now.saturating_sub(nanos(duration)).max(self.start);
        let exact = self.with(|state, handle| {
            state.record.connection_waits += 1;
            state.keep_wait(pool, now.saturating_sub(begun), handle);
            state.timeline.call_reported(Share::ConnectionWait, begun, now, now)
        });
        self.handle.live_counters().calls_estimated.one_if(exact == Some(false));
    }

    /// Where its time went so far, as the value of the header `Server-Timing` ([`SERVER_TIMING`](crate::inbound::SERVER_TIMING))
    /// for the head of its answer, where the configuration [allows that](crate::Capture::server_timing).
    pub fn server_timing(&self) -> Option<String> {
        if !self.handle.capture().server_timing {
            return None;
        }
        let now = self.now();
        self.with(|state, _| server_timing(&state.timeline.so_far(now), &state.record))
    }

    /// A span of the application begins. Its place, for [`end_span`](Self::end_span) and as the parent of others; none
    /// where it is not kept.
    pub fn start_span(&self, name: impl Into<Cow<'static, str>>, parent: Option<u32>) -> Option<u32> {
        let at = self.now().saturating_sub(self.start);
        let most = self.handle.limits().spans;
        let place = self.change(|record| {
            (record.spans.len() < most).then(|| {
                record.spans.push(Span { name: name.into(), parent, start: at, end: None });
                record.spans.len() as u32 - 1
            })
        });
        self.handle.live_counters().spans_dropped.one_if(place == Some(None));
        place.flatten()
    }

    /// The span at this place has ended.
    pub fn end_span(&self, place: u32) {
        let at = self.now().saturating_sub(self.start);
        self.change(|record| {
            if let Some(span) = record.spans.get_mut(place as usize) {
                span.end = Some(at);
            }
        });
    }

    pub(crate) fn companion(&self) -> Option<&dyn Companion> {
        self.companion.get().map(|companion| &**companion)
    }

    pub(crate) fn now(&self) -> u64 {
        self.handle.clock().monotonic()
    }

    /// Changes the record if the request is still open.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut Record) -> R) -> Option<R> {
        lock(&self.state).as_mut().map(|state| change(&mut state.record))
    }

    fn with<R>(&self, change: impl FnOnce(&mut State, &Handle) -> R) -> Option<R> {
        lock(&self.state).as_mut().map(|state| change(state, &self.handle))
    }

    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// What has this hash is asked once more; how often that makes it.
    pub(crate) fn asked(&self, hash: u64) -> u8 {
        self.with(|state, _| state.asked.again(hash)).unwrap_or(1)
    }

    /// A poll begins; when, for [`end_poll`](Self::end_poll).
    pub(crate) fn start_poll(&self) -> u64 {
        let now = self.now();
        self.with(|state, _| state.timeline.poll_started(now));
        now
    }

    /// `started`: none where however long it took has kept nobody else from working.
    pub(crate) fn end_poll(&self, started: Option<u64>) {
        let now = self.now();
        self.with(|state, _| state.end_poll(started.unwrap_or(now), now));
    }

    /// The head of the answer is ready, which ends the poll that brought it: what follows is the body.
    pub(crate) fn respond(&self, status: u16, streaming: bool, polling: Option<u64>) {
        let now = self.now();
        self.with(|state, _| {
            state.timeline.body_started(now);
            if let Some(started) = polling {
                state.end_poll(started, now);
            }
            state.record.status = Some(status);
            state.record.streaming |= streaming;
            state.record.first_byte = Some(now.saturating_sub(self.start));
        });
    }

    pub(crate) fn sent(&self, bytes: u64) {
        // One body has one sender, so nobody adds in between.
        self.sent.store(self.sent.load(Ordering::Relaxed) + bytes, Ordering::Relaxed);
    }

    pub(crate) fn sent_bytes(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Ends the request, and the poll that is running, and hands its record to the exporters. Only the first time:
    /// later ones return false.
    pub(crate) fn close(self: &Arc<Self>, outcome: Outcome, polling: Option<u64>) -> bool {
        let now = self.now();
        let Some(mut state) = lock(&self.state).take() else { return false };
        if let Some(started) = polling {
            state.end_poll(started, now);
        }
        let (duration, breakdown) = state.timeline.finish(now);
        let record = &mut state.record;
        // A panic that was caught stays one.
        if record.outcome != Outcome::Panicked {
            record.outcome = outcome;
        }
        record.duration = duration;
        record.breakdown = breakdown;
        record.polled = state.timeline.polled();
        record.ended = self.handle.clock().wall_at(now);
        record.response_bytes = self.sent_bytes();
        record.recording = Some(Arc::clone(self));
        record.conclude(&self.handle);
        self.handle.export(record);
        state.record.clear();
        self.handle.shards().at(self.shard).close(self.place, state);
        if let Some(companion) = self.companion() {
            companion.end();
        }
        true
    }

    /// What it would be a record of if it ended now, where it has been open for this long.
    pub(crate) fn underway(self: &Arc<Self>, for_at_least: Duration) -> Option<Record> {
        let now = self.now();
        let duration = now.saturating_sub(self.start);
        if duration < nanos(for_at_least) {
            return None;
        }
        let record = self.change(|record| record.clone())?;
        Some(Record {
            duration,
            ended: self.handle.clock().wall_at(now),
            response_bytes: self.sent_bytes(),
            recording: Some(Arc::clone(self)),
            breakdown: Breakdown::default(),
            ..record
        })
    }

    pub(crate) fn call_started(&self, kind: CallKind, now: u64) {
        if let Some(share) = kind.share() {
            self.with(|state, _| state.timeline.call_started(share, now));
        }
    }

    pub(crate) fn call_ended(&self, now: u64, mut call: Call) {
        // Times arrive by the clock and are kept from the beginning of the request.
        call.start = call.start.saturating_sub(self.start);
        call.end = now.saturating_sub(self.start).max(call.start);
        let kept = self.with(|state, handle| {
            if let Some(share) = call.kind().share() {
                state.timeline.call_ended(share, now);
            }
            state.keep(call, handle);
        });
        if kept.is_none() {
            self.handle.live_counters().late_calls.one();
        }
    }

    /// The call that began is not to be kept. What it took until now stays in its share.
    pub(crate) fn call_withdrawn(&self, kind: CallKind, now: u64) {
        if let Some(share) = kind.share() {
            self.with(|state, _| state.timeline.call_ended(share, now));
        }
    }

    pub(crate) fn wait_started(&self, now: u64) {
        self.with(|state, _| {
            state.record.connection_waits += 1;
            state.timeline.call_started(Share::ConnectionWait, now);
        });
    }

    pub(crate) fn wait_ended(&self, pool: PoolName, started: u64, now: u64) {
        self.with(|state, handle| {
            state.timeline.call_ended(Share::ConnectionWait, now);
            state.keep_wait(pool, now.saturating_sub(started), handle);
        });
    }
}

impl State {
    fn blank() -> Box<Self> {
        Box::new(State { timeline: Timeline::new(0, false), asked: Asked::default(), record: Record::blank() })
    }

    fn end_poll(&mut self, started: u64, now: u64) {
        self.timeline.poll_ended(now);
        self.record.polls = self.record.polls.saturating_add(1);
        self.record.longest_poll = self.record.longest_poll.max(now.saturating_sub(started));
    }

    fn keep_wait(&mut self, pool: PoolName, nanos: u64, handle: &Handle) {
        if !PoolWaits::keep(&mut self.record.pool_waits, pool, nanos, handle.limits()) {
            handle.live_counters().calls_ungrouped.one();
        }
    }

    fn keep(&mut self, call: Call, handle: &Handle) {
        let record = &mut self.record;
        match call.kind() {
            CallKind::Database => record.database.add(&call),
            CallKind::External => record.external.add(&call),
            CallKind::Cache => record.cache.add(&call),
            CallKind::Other => {}
        }
        let limits = handle.limits();
        if record.calls.len() < limits.calls {
            // Most requests make a few calls; growing by a half from four wastes less than the usual growth.
            if record.calls.capacity() == record.calls.len() {
                let more = if record.calls.is_empty() { 4 } else { (record.calls.len() / 2).max(3) };
                record.calls.reserve_exact(more);
            }
            record.calls.push(call);
            return;
        }
        handle.live_counters().calls_grouped.one();
        if let Some(group) = record.groups.iter_mut().find(|group| group.takes(&call)) {
            group.add(&call);
        } else if record.groups.len() < limits.groups {
            record.groups.push(CallGroup::of(&call));
        } else {
            record.calls_ungrouped += 1;
            handle.live_counters().calls_ungrouped.one();
        }
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("identity", &self.identity).finish_non_exhaustive()
    }
}

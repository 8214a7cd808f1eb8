//! The layer itself: what each of tracing's notices is taken for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tachograph_core::{Handle, Innermost, MEASURED_AROUND, MEASURED_TARGET, current};
use tracing::dispatcher::WeakDispatch;
use tracing::level_filters::LevelFilter;
use tracing::span::Attributes;
use tracing::{Dispatch, Event, Id, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::aws_sdk::{self, WatchedCall};
use crate::belonging::{Belonging, Owner, Place};
use crate::innermost::{self, Entrant};
use crate::log::{BRIDGED, log};
use crate::query::{ACQUIRE, Database, QUERY, Query, connection_wait};
use crate::request_span::{Origin, REQUEST_TARGET, by_companion, take_origin};
use crate::{check, entered};

/// One serves every instance whose requests it meets; its own instance takes what belongs to no request.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) handle: Handle,
    /// Which events are lines of the log.
    pub(crate) log: Targets,
    pub(crate) spans: LevelFilter,
    pub(crate) queries: Option<Database>,
    pub(crate) queries_in_log: bool,
    /// Tells the spans of several subscribers on one thread apart.
    number: u64,
    /// There is another one in the same subscriber, which does the work.
    passive: bool,
    dispatch: OnceLock<WeakDispatch>,
}

impl Recorder {
    /// One that takes nobody's calls.
    pub(crate) fn new(handle: Handle, log: Targets, spans: LevelFilter) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Recorder {
            handle,
            log,
            spans,
            queries: None,
            queries_in_log: false,
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            passive: false,
            dispatch: OnceLock::new(),
        }
    }

    /// Where an event happened, by the spans around it.
    fn place<S>(&self, event: &Event<'_>, context: &Context<'_, S>) -> Place
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let current = context.current_span();
        let Some(id) = event.parent().or(current.id()) else { return Place::default() };
        if let Some(span) = context.span(id) {
            return Place::of(span.scope());
        }
        // The innermost span is one that our filter hides from us; on SQLite's thread none of those around it is
        // entered. The registry itself hides nothing. (It is not asked for by `get_default`, which inside of an event
        // finds nothing where a subscriber is the default of one thread.)
        let dispatch = self.dispatch.get().and_then(WeakDispatch::upgrade);
        let span =
            dispatch.as_ref().and_then(|dispatch| dispatch.downcast_ref::<Registry>()).and_then(|all| all.span(id));
        span.map(|span| Place::of(span.scope())).unwrap_or_default()
    }

    fn request_place<S>(&self, event: &Event<'_>, context: &Context<'_, S>) -> Place
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        match current() {
            Some(recording) => Place { owner: Owner::Request(recording), ..Place::default() },
            None => self.place(event, context),
        }
    }

    fn on_query<S>(&self, database: &Database, event: &Event<'_>, context: &Context<'_, S>)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let mut place = self.place(event, context);
        if place.measured {
            return;
        }
        if let Some(recording) = current() {
            place.owner = Owner::Request(recording);
            place.innermost = None;
        }
        let is_query = event.metadata().target() == QUERY;
        let query = is_query.then(|| database.query(event));
        if query.as_ref().is_some_and(Query::is_setting) {
            return;
        }
        match (&query, &place.owner) {
            (Some(_), Owner::Nobody) => self.handle.count_unattributed_call(),
            (Some(query), _) => query.report(&place),
            (None, Owner::Request(recording)) => {
                recording.report_connection_wait(database.pool, connection_wait(event));
            }
            (None, _) => {}
        }
        if self.queries_in_log || matches!(place.owner, Owner::Nobody) {
            self.log(&place, event, query.as_ref().map(|query| &*query.operation));
        }
    }

    fn log(&self, place: &Place, event: &Event<'_>, query: Option<&tachograph_core::Operation>) {
        let metadata = event.metadata();
        // What came through the bridge was asked for by its own target before.
        if metadata.target() != BRIDGED && !self.log.would_enable(metadata.target(), metadata.level()) {
            return;
        }
        match &place.owner {
            Owner::Nobody => log(&self.handle, None, event, query),
            _ if self.passive => {}
            Owner::Request(recording) => log(recording.handle(), Some(recording), event, query),
            Owner::Gone(handle) => log(handle, None, event, query),
        }
    }
}

impl<S> Layer<S> for Recorder
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_layer(&mut self, subscriber: &mut S) {
        self.passive = (subscriber as &dyn Subscriber).is::<Recorder>();
    }

    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        let _ = self.dispatch.set(dispatch.downgrade());
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if check::is_probe(metadata) {
            return check::seen();
        }
        if self.passive {
            return;
        }
        let Some(span) = context.span(id) else { return };
        if metadata.target() == REQUEST_TARGET {
            if let Some(origin) = take_origin() {
                span.extensions_mut().replace(origin);
            }
            return;
        }
        let measured = metadata.target() == MEASURED_TARGET;
        if measured && metadata.name() == MEASURED_AROUND {
            let watched = span.parent().and_then(|parent| parent.extensions_mut().remove::<WatchedCall>());
            return watched.into_iter().for_each(WatchedCall::withdraw);
        }
        let around = span.parent().and_then(|parent| Belonging::of(&parent.extensions()));
        let around_recording = || around.as_ref().map(|around| Arc::clone(&around.recording));
        let recording = if attributes.is_contextual() {
            current().or_else(around_recording)
        } else {
            around_recording().or_else(current)
        };
        let is_operation = aws_sdk::is_operation(metadata);
        if is_operation {
            span.extensions_mut().replace(WatchedCall::start(attributes));
        }
        let Some(recording) = recording else { return };
        let around = around.filter(|around| Arc::ptr_eq(&around.recording, &recording));
        let part = around.as_ref().and_then(|around| around.part);
        let own = if !measured && !is_operation && *metadata.level() <= self.spans {
            recording.start_span(metadata.name(), part)
        } else {
            None
        };
        span.extensions_mut().replace(Belonging {
            recording,
            part: own.or(part),
            is_part: own.is_some(),
            measured: measured || around.is_some_and(|around| around.measured),
        });
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if self.passive || by_companion() || entered::on_sqlite_worker() {
            return;
        }
        let Some(span) = context.span(id) else { return };
        let enter = |recording, part| {
            entered::enter(self.number, id, recording);
            innermost::enter(Entrant::span(self.number, id), Innermost::of(recording, part));
        };
        let extensions = span.extensions();
        if let Some(belonging) = extensions.get::<Belonging>() {
            enter(&belonging.recording, belonging.part);
        } else if let Some(recording) = extensions.get::<Origin>().and_then(|origin| origin.recording.upgrade()) {
            enter(&recording, None);
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        if !by_companion() {
            innermost::exit(Entrant::span(self.number, id));
            entered::exit(self.number, id);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let watched = span.extensions_mut().remove::<WatchedCall>();
        if let Some(watched) = watched {
            watched.end(&self.handle);
        }
        let belonging = span.extensions_mut().remove::<Belonging>();
        if let Some(Belonging { recording, part: Some(part), is_part: true, .. }) = belonging {
            recording.end_span(part);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        match (event.metadata().target(), &self.queries) {
            (QUERY | ACQUIRE, Some(database)) if !self.passive => self.on_query(database, event, &context),
            (QUERY | ACQUIRE, Some(_)) => {}
            (target, _) if is_own(target) => {}
            _ => self.log(&self.request_place(event, &context), event, None),
        }
    }
}

fn is_own(target: &str) -> bool {
    target.strip_prefix("tachograph").is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

//! The span of each request: what carries it where no thread-local reaches, above all to sqlx's SQLite threads.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use tachograph_core::{Companion, Companions, Handle, Innermost, Level, LogEvent, Recording};
use tracing::{Dispatch, Id};

use crate::check::check;
use crate::innermost::{self, Entrant};

/// The target of the span that each request is given while a layer is installed. Its level is DEBUG; a layer of the
/// user's that shows spans of that level shows `request` around what happens inside.
pub const REQUEST_TARGET: &str = "tachograph::request";

/// Lets the layer that is installed serve a further instance: for tests, and for several services in one process. The
/// instance that the [`layer`](crate::layer) was made for needs no call.
pub fn attach(handle: &Handle) {
    accompany(handle, false);
}

/// `check`: the first request says if the events that it hopes for cannot come.
pub(crate) fn accompany(handle: &Handle, check: bool) {
    handle.expect_reported_calls();
    handle.accompany(RequestSpans { checked: AtomicBool::new(!check) });
}

/// Kept in the extensions of a request's span.
pub(crate) struct Origin {
    /// The request keeps its span, so the span must not keep the request.
    pub(crate) recording: Weak<Recording>,
    /// For what arrives when the request is gone.
    pub(crate) handle: Handle,
}

thread_local! {
    /// From the one who makes the span to the layer, which alone can store it.
    static ORIGIN: Cell<Option<Origin>> = const { Cell::new(None) };
    static BY_COMPANION: Cell<bool> = const { Cell::new(false) };
}

/// The request for which a span is being made.
pub(crate) fn take_origin() -> Option<Origin> {
    ORIGIN.try_with(Cell::take).ok().flatten()
}

/// Whether the request's span is entered or left because the request itself is.
pub(crate) fn by_companion() -> bool {
    BY_COMPANION.try_with(Cell::get).unwrap_or(false)
}

struct RequestSpans {
    checked: AtomicBool,
}

impl RequestSpans {
    /// The subscriber is put together by the application, after the layer is made; by the first request it is in force.
    /// That is when it shows whether sqlx's events can get through, and one line says so if they cannot.
    fn check_once(&self, handle: &Handle) {
        if self.checked.load(Ordering::Relaxed) || self.checked.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Err(hidden) = check() {
            handle.log(&LogEvent {
                time: handle.now(),
                level: Level::Warning,
                target: "tachograph",
                message: &hidden.to_string(),
                fields: &[],
                recording: None,
            });
        }
    }
}

impl Companions for RequestSpans {
    fn accompany(&self, recording: &Arc<Recording>) -> Option<Box<dyn Companion>> {
        self.check_once(recording.handle());
        let origin = Origin { recording: Arc::downgrade(recording), handle: recording.handle().clone() };
        ORIGIN.try_with(|slot| slot.set(Some(origin))).ok()?;
        // Its parent is whatever is current, so that spans around the request stay around what is inside it.
        let span = tracing::debug_span!(target: REQUEST_TARGET, "request");
        if take_origin().is_some() {
            // No layer of ours has seen it.
            return None;
        }
        span.with_subscriber(|(id, dispatch)| -> Box<dyn Companion> {
            Box::new(RequestSpan {
                id: dispatch.clone_span(id),
                dispatch: dispatch.clone(),
                innermost: Innermost::of(recording, None),
                state: AtomicUsize::new(0),
            })
        })
    }
}

/// Closes its span when the request has ended and nobody is in it any more, not when the recording is freed: the span
/// keeps its parents open, and a record may be kept for long.
struct RequestSpan {
    id: Id,
    dispatch: Dispatch,
    innermost: Innermost,
    /// How many have entered, and [`ENDED`]. Once it is exactly `ENDED`, the span is closed and it never changes again.
    state: AtomicUsize,
}

const ENDED: usize = 1 << (usize::BITS - 1);

impl RequestSpan {
    fn quietly(&self, act: impl FnOnce()) {
        let _ = BY_COMPANION.try_with(|flag| flag.set(true));
        act();
        let _ = BY_COMPANION.try_with(|flag| flag.set(false));
    }

    fn entrant(&self) -> Entrant {
        Entrant::Poll(std::ptr::from_ref(self).addr())
    }

    fn update(&self, change: impl Fn(usize) -> Option<usize>) -> Result<usize, usize> {
        self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, change)
    }
}

impl Companion for RequestSpan {
    fn enter(&self) {
        if self.update(|state| (state != ENDED).then(|| state + 1)).is_ok() {
            self.quietly(|| self.dispatch.enter(&self.id));
            innermost::enter(self.entrant(), self.innermost);
        }
    }

    fn exit(&self) {
        // Nobody is counted who came after the end, so nobody of them is left to leave.
        if self.state.load(Ordering::Acquire) & !ENDED == 0 {
            return;
        }
        innermost::exit(self.entrant());
        self.quietly(|| self.dispatch.exit(&self.id));
        if self.update(|state| (state & !ENDED > 0).then(|| state - 1)) == Ok(ENDED + 1) {
            self.dispatch.try_close(self.id.clone());
        }
    }

    fn end(&self) {
        if self.update(|state| (state & ENDED == 0).then_some(state | ENDED)) == Ok(0) {
            self.dispatch.try_close(self.id.clone());
        }
    }
}

impl Drop for RequestSpan {
    fn drop(&mut self) {
        self.end();
    }
}

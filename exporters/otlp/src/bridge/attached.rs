//! OpenTelemetry's contexts that are attached to this thread.

use std::cell::RefCell;

use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry::{Context, ContextGuard};

/// Nobody nests requests that deep; what is left entered for ever must not grow without bound.
const MOST: usize = 256;

thread_local! {
    /// The guards, each with what attached it. They belong to the thread, and a companion is shared by threads.
    ///
    /// OpenTelemetry's own thread-local is there first, so that it is there as long as this one: where a thread ends,
    /// asking for what is gone would panic.
    static ATTACHED: RefCell<Vec<(usize, Option<ContextGuard>)>> = {
        Context::map_current(|_| ());
        RefCell::default()
    };
}

/// Attaches this context, if there is one, until [`exit`] of the same.
pub(super) fn enter(of: usize, context: impl FnOnce() -> Option<Context>) {
    let _ = ATTACHED.try_with(|attached| {
        if attached.borrow().len() < MOST {
            let guard = context().map(Context::attach);
            attached.borrow_mut().push((of, guard));
        }
    });
}

/// Detaches what `of` has attached last; if others have been attached since, they stay.
pub(super) fn exit(of: usize) {
    let guard = ATTACHED.try_with(|attached| {
        let mut attached = attached.borrow_mut();
        let place = attached.iter().rposition(|(other, _)| *other == of);
        place.map(|place| attached.remove(place))
    });
    // With the context goes what is in it, whose destructors may come here again.
    drop(guard);
}

/// What `look` makes of the current span; none in a thread that is ending.
pub(super) fn current_span<R>(look: impl FnOnce(&SpanContext) -> R) -> Option<R> {
    ATTACHED.try_with(|_| Context::map_current(|context| look(context.span().span_context()))).ok()
}

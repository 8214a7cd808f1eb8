//! What a call hangs under in its trace: the request, or the application's span that it was made in.

use std::cell::Cell;
use std::sync::{Arc, OnceLock};

use crate::ids::{SpanId, TraceId};
use crate::recording::Recording;

/// What a call hangs under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Parent {
    /// The request's own span.
    #[default]
    Request,
    /// The span at this place of the record.
    Span(u32),
    /// A span that somebody else keeps.
    Elsewhere(SpanId),
}

thread_local! {
    /// The innermost span that is entered: whose, and its place there. The address is compared, never followed.
    static INNERMOST: Cell<(usize, Option<u32>)> = const { Cell::new((0, None)) };
}

static ELSEWHERE: OnceLock<Find> = OnceLock::new();

/// Finds the span that this thread works in, and its trace.
type Find = fn() -> Option<(TraceId, SpanId)>;

/// From now on this thread works inside the span at this place of this request; none: in no span of its.
///
/// For those who tell a [`Recording`] of the application's spans ([`Recording::start_span`]), each time one is entered or
/// left.
pub fn innermost_span(recording: &Arc<Recording>, place: Option<u32>) {
    let _ = INNERMOST.try_with(|innermost| innermost.set((address(recording), place)));
}

/// Calls ask this, too, what they hang under: the span that somebody else keeps, with its trace. It counts where the trace
/// is the request's. False where somebody is asked already.
pub fn find_parents_elsewhere(find: fn() -> Option<(TraceId, SpanId)>) -> bool {
    ELSEWHERE.set(find).is_ok()
}

impl Parent {
    /// Of a call that begins now on this thread.
    pub(crate) fn current(recording: &Arc<Recording>) -> Self {
        if let Some((trace_id, span_id)) = ELSEWHERE.get().and_then(|find| find())
            && trace_id == recording.identity().trace_id()
        {
            return Parent::Elsewhere(span_id);
        }
        match INNERMOST.try_with(Cell::get) {
            Ok((whose, Some(place))) if whose == address(recording) => Parent::Span(place),
            _ => Parent::Request,
        }
    }
}

fn address(recording: &Arc<Recording>) -> usize {
    Arc::as_ptr(recording) as usize
}

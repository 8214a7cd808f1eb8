//! What a call hangs under in its trace: the request, or the application's span that it was made in.

use std::cell::Cell;
use std::num::NonZeroU16;
use std::sync::Arc;

use crate::call_details::CallDetails;
use crate::companion::Companion;
use crate::ids::SpanId;
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

/// A [`Parent`] as a call keeps it, in two bytes; a span that somebody else keeps is among the call's details.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KeptParent(Option<NonZeroU16>);

impl KeptParent {
    pub(crate) fn get(self) -> Parent {
        self.0.map_or(Parent::Request, |place| Parent::Span(u32::from(place.get()) - 1))
    }
}

impl Parent {
    /// For the call with these details.
    pub(crate) fn keep(self, details: &mut Option<Box<CallDetails>>) -> KeptParent {
        match self {
            Parent::Request => KeptParent(None),
            // So many spans nobody keeps of a request; a call in one beyond hangs under the request.
            Parent::Span(place) => KeptParent(u16::try_from(place + 1).ok().and_then(NonZeroU16::new)),
            Parent::Elsewhere(span_id) => {
                details.get_or_insert_default().parent = Some(span_id);
                KeptParent(None)
            }
        }
    }
}

thread_local! {
    static INNERMOST: Cell<Innermost> = const { Cell::new(Innermost { whose: 0, place: None }) };
}

/// The span of a request in which a thread works; by default in no request's.
///
/// For those who tell a [`Recording`] of the application's spans ([`Recording::start_span`]): they say so each time that
/// one is entered or left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Innermost {
    /// The recording's address, which is compared and never followed.
    whose: usize,
    place: Option<u32>,
}

impl Innermost {
    /// The span at this place of the request; none: in no span of its.
    #[inline]
    pub fn of(recording: &Arc<Recording>, place: Option<u32>) -> Self {
        Innermost { whose: Arc::as_ptr(recording) as usize, place }
    }

    /// From now on this thread works there. Where it worked before.
    #[inline]
    pub fn set(self) -> Self {
        INNERMOST.try_with(|innermost| innermost.replace(self)).unwrap_or_default()
    }
}

impl Parent {
    /// Of a call that begins now on this thread.
    pub(crate) fn current(recording: &Arc<Recording>) -> Self {
        if let Some(span_id) = recording.companion().and_then(Companion::innermost_span) {
            return Parent::Elsewhere(span_id);
        }
        match INNERMOST.try_with(Cell::get) {
            Ok(Innermost { place: Some(place), whose }) if whose == Arc::as_ptr(recording) as usize => {
                Parent::Span(place)
            }
            _ => Parent::Request,
        }
    }
}

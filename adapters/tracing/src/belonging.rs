//! Which request a span, or an event, belongs to.

use std::sync::Arc;

use tachograph_core::{Handle, Innermost, MEASURED_TARGET, Recording};
use tracing_subscriber::registry::{Extensions, LookupSpan, Scope};

use crate::request_span::Origin;

/// Kept in the extensions of each span that was made inside a request.
#[derive(Clone)]
pub(crate) struct Belonging {
    pub(crate) recording: Arc<Recording>,
    /// The nearest span that is a part of the request: this one, or one around it.
    pub(crate) part: Option<u32>,
    /// Whether this one is.
    pub(crate) is_part: bool,
    /// Whether a call is made here that somebody measures exactly.
    pub(crate) measured: bool,
}

impl Belonging {
    /// What the span with these extensions belongs to.
    pub(crate) fn of(extensions: &Extensions<'_>) -> Option<Self> {
        if let Some(belonging) = extensions.get::<Belonging>() {
            return Some(belonging.clone());
        }
        let recording = extensions.get::<Origin>()?.recording.upgrade()?;
        Some(Belonging { recording, part: None, is_part: false, measured: false })
    }
}

/// Where an event happened.
#[derive(Default)]
pub(crate) struct Place {
    pub(crate) owner: Owner,
    /// The part of its request; none where the thread knows.
    pub(crate) innermost: Option<Innermost>,
    pub(crate) measured: bool,
}

/// The request of an event.
#[derive(Default)]
pub(crate) enum Owner {
    /// There is none.
    #[default]
    Nobody,
    /// It has ended, and nothing of it is left.
    Gone(Handle),
    Request(Arc<Recording>),
}

impl Place {
    /// Looks from the innermost span outwards.
    pub(crate) fn of<'a, R: LookupSpan<'a>>(scope: Scope<'a, R>) -> Self {
        let mut measured = false;
        for span in scope {
            measured |= span.metadata().target() == MEASURED_TARGET;
            let extensions = span.extensions();
            if let Some(belonging) = extensions.get::<Belonging>() {
                return Place {
                    owner: Owner::Request(Arc::clone(&belonging.recording)),
                    innermost: Some(Innermost::of(&belonging.recording, belonging.part)),
                    measured: measured || belonging.measured,
                };
            }
            if let Some(origin) = extensions.get::<Origin>() {
                let owner = match origin.recording.upgrade() {
                    Some(recording) => Owner::Request(recording),
                    None => Owner::Gone(origin.handle.clone()),
                };
                return Place { owner, measured, innermost: None };
            }
        }
        Place { measured, ..Place::default() }
    }
}

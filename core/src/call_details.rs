//! What only a few kinds of calls have to tell.

use std::num::NonZeroU32;

use crate::ids::SpanId;
use crate::text;

/// The most bytes of each text.
pub(crate) const MOST: usize = 1024;

/// The most bytes of a method, as of that of a request.
pub(crate) const MOST_OF_METHOD: usize = 64;

/// Boxed in a call, so that those without it carry no more than a pointer.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallDetails {
    pub(crate) resource: Option<Box<str>>,
    pub(crate) region: Option<Box<str>>,
    pub(crate) request_id: Option<Box<str>>,
    pub(crate) attempts: Option<NonZeroU32>,
    pub(crate) original_method: Option<Box<str>>,
    /// The span that it hangs under, where somebody else keeps that.
    pub(crate) parent: Option<SpanId>,
}

/// These texts come from configuration and from answers, and can be anything.
pub(crate) fn kept(text: &str) -> Option<Box<str>> {
    Some(text::cut(text, MOST).into())
}

//! What clients are answered: the truth, or what a service in trouble says.

use std::time::Duration;

/// What a call is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Answer {
    /// It is done, or refused for what is wrong with it.
    #[default]
    Truth,
    /// Nothing is done, and the client is too fast: ThrottlingException.
    Throttled {
        /// When it should come again: the header `Retry-After`, in whole seconds.
        retry_after: Option<Duration>,
    },
    /// Nothing is done: an error by this name with status 400, such as `AccessDeniedException`.
    Error(&'static str),
    /// Nothing is done: this status, with a body that is no JSON, as from something between client and service.
    Status(u16),
    /// It is done, and answered after this time.
    Slow(Duration),
    /// Nothing is done, and there is no answer for as long as the client waits or until [`kill`](crate::LogService::kill).
    Hang,
    /// Nothing is done, and the connection is closed without an answer.
    HangUp,
    /// It is done, and the connection is closed without an answer.
    DoneAndHangUp,
    /// The events are taken, but for so many of the oldest and the newest of them.
    Rejecting {
        /// How many are called too old.
        too_old: usize,
        /// How many are called older than the group keeps them; they are counted from the first, as the too old are.
        expired: usize,
        /// How many are called too new.
        too_new: usize,
    },
}

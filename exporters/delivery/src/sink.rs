//! Where items go.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// Takes batches of whole items; called on the delivery's own thread only, and free to block there.
pub trait Sink: Send {
    /// What this is called in messages, such as `stdout` or `tcp://127.0.0.1:25888`.
    fn describe(&self) -> String;

    /// Sends whole items: lines, each ending in `\n`, or [`frames`](crate::frames); the batch is never empty.
    ///
    /// After a [temporary](SendError::temporary) failure the next batch begins with the first item that was not accepted,
    /// unless that has become too old. After a [permanent](SendError::permanent) one it begins with an item not yet seen: the
    /// others were dropped and counted.
    fn send(&mut self, batch: &[u8]) -> Result<(), SendError>;

    /// What makes a [`send`](Self::send) that is under way come back soon; asked for once, before the delivery starts.
    ///
    /// It is called, from another thread, when the deadline of a shutdown has passed. Nothing is sent after that. It may be
    /// called again, and when the sink is gone. Without one, the delivery's thread is left behind until the sink lets it go. Default none.
    fn interrupter(&self) -> Option<Interrupter> {
        None
    }
}

/// Makes a [`send`](Sink::send) come back soon.
pub type Interrupter = Box<dyn Fn() + Send + Sync>;

/// A batch, or a part of it, was not accepted.
#[derive(Debug)]
pub struct SendError {
    pub(crate) kind: Kind,
    source: Box<dyn StdError + Send + Sync>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Temporary { accepted: usize, retry_after: Duration },
    Permanent { accepted: usize },
    Rejected { items: u64 },
}

impl SendError {
    /// Trying again can help. `accepted` bytes went out and are not sent again; half an item at their end does not count.
    pub fn temporary(accepted: usize, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        SendError { kind: Kind::Temporary { accepted, retry_after: Duration::ZERO }, source: source.into() }
    }

    /// Trying again cannot help these items, though it may help later ones. `accepted` as in [`temporary`](Self::temporary).
    pub fn permanent(accepted: usize, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        SendError { kind: Kind::Permanent { accepted }, source: source.into() }
    }

    /// The receiver took the batch but for so many of its items, which are lost and counted as
    /// [`dropped_rejected`](crate::Counters::dropped_rejected). With no such items it is a warning of the receiver's.
    pub fn rejected(items: u64, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        SendError { kind: Kind::Rejected { items }, source: source.into() }
    }

    /// The receiver asked for this much time before a temporary failure is tried again. Heeded where it is longer
    /// than the usual wait, up to five minutes.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        if let Kind::Temporary { retry_after, .. } = &mut self.kind {
            *retry_after = wait;
        }
        self
    }

    /// How many bytes are known to have gone out before it failed.
    pub fn accepted(&self) -> usize {
        match self.kind {
            Kind::Temporary { accepted, .. } | Kind::Permanent { accepted } => accepted,
            Kind::Rejected { .. } => 0,
        }
    }

    /// Whether the same items are tried again.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind, Kind::Temporary { .. })
    }

    /// How many items were rejected out of a batch that was accepted.
    pub fn rejected_items(&self) -> Option<u64> {
        match self.kind {
            Kind::Rejected { items } => Some(items),
            Kind::Temporary { .. } | Kind::Permanent { .. } => None,
        }
    }

    /// The time that the receiver [asked for](Self::retry_after); none where it did not.
    pub fn asked_wait(&self) -> Option<Duration> {
        match self.kind {
            Kind::Temporary { retry_after, .. } if !retry_after.is_zero() => Some(retry_after),
            _ => None,
        }
    }

    pub(crate) fn into_source(self) -> Box<dyn StdError + Send + Sync> {
        self.source
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Temporary { accepted, .. } => write!(f, "items were refused for now after {accepted} bytes"),
            Kind::Permanent { accepted } => write!(f, "items were refused for good after {accepted} bytes"),
            Kind::Rejected { items } => write!(f, "{items} items of the batch were rejected"),
        }
    }
}

impl StdError for SendError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}

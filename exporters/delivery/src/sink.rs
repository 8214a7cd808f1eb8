//! Where lines go.

use std::error::Error as StdError;
use std::fmt;

/// Takes batches of whole lines; called on the delivery's own thread only, and free to block there.
pub trait Sink: Send {
    /// What this is called in messages, such as `stdout` or `tcp://127.0.0.1:25888`.
    fn describe(&self) -> String;

    /// Sends whole lines, each ending in `\n`; the batch is never empty.
    ///
    /// After a [temporary](SendError::temporary) failure the next batch begins with the first line that was not accepted.
    /// After a [permanent](SendError::permanent) one it begins with a line not yet seen: the others were dropped and counted.
    fn send(&mut self, batch: &[u8]) -> Result<(), SendError>;
}

/// A batch, or the end of it, was not accepted.
#[derive(Debug)]
pub struct SendError {
    accepted: usize,
    temporary: bool,
    source: Box<dyn StdError + Send + Sync>,
}

impl SendError {
    /// Trying again can help. `accepted` bytes went out and are not sent again; half a line at their end does not count.
    pub fn temporary(accepted: usize, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        SendError { accepted, temporary: true, source: source.into() }
    }

    /// Trying again cannot help these lines, though it may help later ones. `accepted` as in [`temporary`](Self::temporary).
    pub fn permanent(accepted: usize, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        SendError { accepted, temporary: false, source: source.into() }
    }

    /// How many bytes went out.
    pub fn accepted(&self) -> usize {
        self.accepted
    }

    /// Whether the same lines are tried again.
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }

    pub(crate) fn into_source(self) -> Box<dyn StdError + Send + Sync> {
        self.source
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let again = if self.temporary { "for now" } else { "for good" };
        write!(f, "lines were refused {again} after {} bytes", self.accepted)
    }
}

impl StdError for SendError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}

/// How many of the first `accepted` bytes are whole lines.
pub(crate) fn whole_lines(batch: &[u8], accepted: usize) -> usize {
    let accepted = &batch[..accepted.min(batch.len())];
    accepted.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

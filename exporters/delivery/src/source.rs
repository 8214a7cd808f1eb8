//! What is asked for its state from time to time.

use std::fmt;
use std::time::Duration;

/// Has a state that is sent from time to time, such as the sums of all counters.
///
/// Only the newest state is of interest: while the sink fails, a newer [frame](crate::Framing::Frames) takes the place of the
/// one that could not be sent, which is not counted as dropped. Lines are tried until they are sent, as half of one can be out.
pub trait Source: Send {
    /// Appends the state and says how many items it is; nothing is sent when nothing is appended. It is one frame, or lines,
    /// which are sent apart from others, in several batches where they are too many for one. Called on the delivery's thread.
    fn pull(&mut self, state: &mut Vec<u8>) -> u32;

    /// What became of the state that was pulled last: whether the sink has accepted it, or at least its first lines, or it
    /// was given up. Not called when it is replaced. Does nothing unless implemented; states that say what changed since
    /// the last one that arrived need it.
    fn settled(&mut self, accepted: bool) {
        let _ = accepted;
    }
}

/// A [`Source`] and how often it is asked.
pub struct Periodic {
    /// What is asked.
    pub source: Box<dyn Source>,
    /// How often; also once at each [`flush`](crate::Delivery::flush) and at the shutdown.
    pub every: Duration,
}

impl Periodic {
    /// Asks this source so often.
    pub fn new(source: impl Source + 'static, every: Duration) -> Self {
        Periodic { source: Box::new(source), every }
    }
}

impl fmt::Debug for Periodic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Periodic").field("every", &self.every).finish_non_exhaustive()
    }
}

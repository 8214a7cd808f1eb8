//! Sending what was recorded before the function is frozen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tachograph_core::Handle;
use tokio::task::JoinHandle;

/// How much less is waited for a receiver that was waited for in vain.
const LESS: u32 = 10;

/// How long is waited for what was recorded to be sent.
#[derive(Debug)]
pub(crate) struct Flush {
    within: Duration,
    /// The last one waited in vain.
    in_vain: AtomicBool,
    /// Several invocations run at once: then the process is not frozen between them, and what they recorded is sent by
    /// itself.
    among_others: bool,
}

impl Flush {
    pub(crate) fn new(within: Duration) -> Self {
        Self::among(within, std::env::var("AWS_LAMBDA_MAX_CONCURRENCY").ok().as_deref())
    }

    pub(crate) fn among(within: Duration, concurrency: Option<&str>) -> Self {
        let concurrency = concurrency.and_then(|count| count.parse::<u32>().ok());
        Flush { within, in_vain: AtomicBool::new(false), among_others: concurrency.is_some_and(|count| count > 1) }
    }

    /// Whether an invocation may run beside others, which it could keep from working.
    pub(crate) fn is_among_others(&self) -> bool {
        self.among_others
    }

    /// Starts sending, off the runtime's thread; none where nobody needs to wait for it.
    pub(crate) fn start(self: Arc<Self>, handle: &Handle, left: Duration) -> Option<JoinHandle<()>> {
        if self.among_others {
            return None;
        }
        let (handle, bound) = (handle.clone(), self.bound(left));
        Some(tokio::task::spawn_blocking(move || self.tell(handle.flush(bound))))
    }

    fn bound(&self, left: Duration) -> Duration {
        let within = if self.in_vain.load(Ordering::Relaxed) { self.within / LESS } else { self.within };
        within.min(left)
    }

    fn tell(&self, sent: bool) {
        self.in_vain.store(!sent, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_waits_no_longer_than_there_is_time() {
        let flush = Flush::among(2 * SECOND, None);
        assert_eq!(flush.bound(60 * SECOND), 2 * SECOND);
        assert_eq!(flush.bound(SECOND), SECOND);
        assert_eq!(flush.bound(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn who_was_waited_for_in_vain_is_waited_for_shorter_until_he_is_back() {
        let flush = Flush::among(2 * SECOND, None);
        flush.tell(false);
        assert_eq!(flush.bound(60 * SECOND), SECOND / 5);
        flush.tell(true);
        assert_eq!(flush.bound(60 * SECOND), 2 * SECOND);
    }

    #[test]
    fn it_is_needless_among_several_invocations_at_once() {
        let needless = |concurrency| Flush::among(SECOND, concurrency).is_among_others();
        let given = [None, Some("1"), Some("rubbish"), Some("2"), Some("64")];
        assert_eq!(given.map(needless), [false, false, false, true, true]);
    }
}

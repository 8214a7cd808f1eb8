//! The start of a function's execution environment: how long it took, and which invocation waited for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use crate::process;

/// How this process began.
#[derive(Debug)]
pub(crate) struct Start {
    /// Whether the first invocation waited for it. Where environments are started ahead, none does.
    awaited: bool,
    duration: OnceLock<Option<Duration>>,
    over: AtomicBool,
}

/// What the start is to an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    /// It waited for this long a start; none where that is not known.
    Cold(Option<Duration>),
    Warm,
}

impl Start {
    pub(crate) fn of_the_process() -> Arc<Self> {
        static START: LazyLock<Arc<Start>> =
            LazyLock::new(|| Arc::new(Start::of_type(std::env::var("AWS_LAMBDA_INITIALIZATION_TYPE").ok().as_deref())));
        Arc::clone(&START)
    }

    fn of_type(initialization: Option<&str>) -> Self {
        Start {
            awaited: matches!(initialization, None | Some("on-demand")),
            duration: OnceLock::new(),
            over: AtomicBool::new(false),
        }
    }

    /// All is ready for the first invocation.
    pub(crate) fn done(&self) {
        self.duration.get_or_init(process::age);
    }

    /// What the start is to the invocation that comes in now.
    pub(crate) fn first(&self) -> First {
        let over = self.over.swap(true, Ordering::Relaxed);
        match self.awaited && !over {
            true => First::Cold(self.duration.get().copied().flatten()),
            false => First::Warm,
        }
    }
}

impl First {
    pub(crate) fn is_cold(self) -> bool {
        matches!(self, First::Cold(_))
    }

    pub(crate) fn init_duration(self) -> Option<Duration> {
        match self {
            First::Cold(duration) => duration,
            First::Warm => None,
        }
    }
}

#[cfg(test)]
impl Start {
    /// One that took this long.
    pub(crate) fn that_took(duration: Duration) -> Arc<Self> {
        Arc::new(Start { duration: OnceLock::from(Some(duration)), ..Start::of_type(None) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_invocation_waited_for_the_start() {
        let start = Start::that_took(Duration::from_millis(70));
        assert_eq!(start.first(), First::Cold(Some(Duration::from_millis(70))));
        assert_eq!([start.first(), start.first()], [First::Warm; 2]);
    }

    #[test]
    fn none_did_where_environments_are_started_ahead() {
        for ahead in ["provisioned-concurrency", "snap-start", "lambda-managed-instances"] {
            assert_eq!(Start::of_type(Some(ahead)).first(), First::Warm, "{ahead}");
        }
        assert_eq!(Start::of_type(Some("on-demand")).first(), First::Cold(None));
    }

    #[test]
    fn the_start_is_over_when_the_first_layer_was_made() {
        let start = Start::of_type(None);
        start.done();
        let at_first = start.duration.get().copied();
        start.duration.set(None).unwrap_err();
        start.done();
        assert_eq!(start.duration.get().copied(), at_first);
    }
}

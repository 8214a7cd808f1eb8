//! One check: run once for all who ask at the same time, and its result kept for a moment.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use tachograph_core::{Handle, lock};
use tokio::runtime;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use crate::log;
use crate::settings::Settings;
use crate::state::State;

/// An error of whatever a check asks.
pub(crate) type CheckError = Box<dyn StdError + Send + Sync>;

/// The service's own code, which may do anything: fail, hang, panic, block.
pub(crate) type Work = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), CheckError>> + Send>> + Send + Sync>;

pub(crate) struct Check {
    name: String,
    critical: bool,
    work: Work,
    last: Mutex<Option<Flight>>,
    /// What the log has been told. Until then it takes everything to be well.
    told: Mutex<State>,
}

/// One run of a check, which may be over.
struct Flight {
    run: Run,
    work: AbortHandle,
}

/// Where to wait for the end of a run.
#[derive(Debug, Clone)]
pub(crate) struct Run(watch::Receiver<Option<Ended>>);

#[derive(Debug, Clone, Copy)]
struct Ended {
    state: State,
    at: Instant,
}

impl Check {
    pub(crate) fn new(name: String, critical: bool, work: Work) -> Self {
        Check { name, critical, work, last: Mutex::default(), told: Mutex::new(State::Connected) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_critical(&self) -> bool {
        self.critical
    }

    /// The run that is under way, or the last while its result is kept, or a new one.
    pub(crate) fn begin(self: &Arc<Self>, settings: Settings, handle: Option<&Handle>) -> Run {
        let mut last = lock(&self.last);
        if let Some(flight) = last.as_ref().filter(|flight| flight.serves(settings)) {
            return flight.run.clone();
        }
        let Ok(runtime) = runtime::Handle::try_current() else {
            self.tell(handle, State::Error, Some(&"checks need a runtime of tokio, and there is none here".into()));
            return Run::lost();
        };
        let flight = self.start(&runtime, settings, handle.cloned());
        last.insert(flight).run.clone()
    }

    /// The work is a task of its own, so that whatever happens in it is its own affair. So is watching over it, which
    /// goes on when the one who asked has left.
    fn start(self: &Arc<Self>, runtime: &runtime::Handle, settings: Settings, handle: Option<Handle>) -> Flight {
        let check = Arc::clone(self);
        let work = runtime.spawn(async move { (check.work)().await });
        let (end, run) = watch::channel(None);
        let (check, abort) = (Arc::clone(self), work.abort_handle());
        let flight = Flight { run: Run(run), work: work.abort_handle() };
        runtime.spawn(async move {
            let (state, error) = match timeout(settings.timeout, work).await {
                Ok(Ok(Ok(()))) => (State::Connected, None),
                Ok(Ok(Err(error))) => (State::Error, Some(error)),
                Ok(Err(panicked)) => (State::Error, Some(panicked.into())),
                Err(_) => (State::Timeout, None),
            };
            abort.abort();
            check.tell(handle.as_ref(), state, error.as_ref());
            end.send_replace(Some(Ended { state, at: Instant::now() }));
        });
        flight
    }

    fn tell(&self, handle: Option<&Handle>, state: State, error: Option<&CheckError>) {
        let before = std::mem::replace(&mut *lock(&self.told), state);
        if let Some(handle) = handle.filter(|_| state != before) {
            log::changed(handle, self, state, error);
        }
    }
}

impl Flight {
    /// Whether its result, past or to come, is the answer to one who asks now.
    fn serves(&self, settings: Settings) -> bool {
        // In this order: a run that ends in between is then one that has ended.
        let lost = self.run.0.has_changed().is_err();
        match *self.run.0.borrow() {
            // Work that heeds neither its time nor its end, for it blocks its thread, is not begun a second time.
            Some(ended) => ended.at.elapsed() < settings.cache || !self.work.is_finished(),
            None => !lost,
        }
    }
}

impl Run {
    /// One that never ends: it is the same as one whose runtime ended before it.
    fn lost() -> Self {
        Run(watch::channel(None).1)
    }

    pub(crate) async fn ended(mut self) -> State {
        let ended = self.0.wait_for(Option::is_some).await.ok().and_then(|ended| *ended);
        ended.map_or(State::Error, |ended| ended.state)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("name", &self.name).field("critical", &self.critical).finish_non_exhaustive()
    }
}

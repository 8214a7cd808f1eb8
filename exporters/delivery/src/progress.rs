//! What the delivery's thread and those who wait for it tell each other.

use crate::counters::Counters;
use crate::error::FlushError;
use crate::timer::Timer;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::ThreadId;
use std::time::Duration;
use tachograph_core::lock;

/// The delivery works in rounds: each empties all buffers once and sends what was there. Whoever waits for items waits
/// for a round that began after they were written.
#[derive(Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
    to_worker: Condvar,
    to_waiters: Condvar,
}

#[derive(Default)]
pub(crate) struct State {
    worker: Option<ThreadId>,
    started: u64,
    finished: u64,
    wanted: u64,
    /// How often somebody asked for a round at once.
    calls: u64,
    nudged: bool,
    stopping: bool,
    abandoned: bool,
    ended: bool,
    /// Items that were taken from the buffers and are not settled yet.
    under_way: u64,
    counters: Counters,
}

/// Why a round begins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Round {
    /// Somebody waits for it.
    pub(crate) called: bool,
    /// The buffers fill.
    pub(crate) nudged: bool,
    /// There will be no other.
    pub(crate) last: bool,
}

impl State {
    /// Whatever was written is sent or counted as dropped, and nothing more will come.
    fn over(&self) -> bool {
        self.ended || self.abandoned
    }
}

/// For the threads that write and wait.
impl Progress {
    /// Says that the buffers should be emptied soon. Does not cut a back-off short.
    pub(crate) fn nudge(&self) {
        lock(&self.state).nudged = true;
        self.to_worker.notify_one();
    }

    /// Waits for a round that begins from now on.
    pub(crate) fn flush(&self, deadline: Duration) -> Result<(), FlushError> {
        let (state, wanted) = self.call_for_a_round()?;
        self.wait_until(state, deadline, |state| state.finished >= wanted || state.over()).map(drop)
    }

    /// Waits for a last round and the end of the thread; when that takes too long, the thread is left to itself and what
    /// it was sending counts as dropped.
    pub(crate) fn stop(&self, deadline: Duration) -> Result<(), FlushError> {
        lock(&self.state).stopping = true;
        let (state, _) = self.call_for_a_round()?;
        let stopped = self.wait_until(state, deadline, State::over);
        let mut state = match stopped {
            Ok(state) if state.ended => return Ok(()),
            Ok(state) => state,
            Err(_) => lock(&self.state),
        };
        if state.ended {
            return Ok(());
        }
        state.abandoned = true;
        state.counters.dropped_failed += std::mem::take(&mut state.under_way);
        self.to_worker.notify_one();
        Err(FlushError::DeadlinePassed(deadline))
    }

    fn call_for_a_round(&self) -> Result<(MutexGuard<'_, State>, u64), FlushError> {
        let mut state = lock(&self.state);
        let wanted = state.started + 1;
        state.wanted = wanted;
        state.calls += 1;
        self.to_worker.notify_one();
        match state.worker == Some(std::thread::current().id()) {
            true => Err(FlushError::OnDeliveryThread),
            false => Ok((state, wanted)),
        }
    }

    fn wait_until<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        deadline: Duration,
        reached: impl Fn(&State) -> bool,
    ) -> Result<MutexGuard<'a, State>, FlushError> {
        let waited = self.to_waiters.wait_timeout_while(state, deadline, |state| !reached(state));
        let (state, _) = waited.unwrap_or_else(|poisoned| poisoned.into_inner());
        if reached(&state) { Ok(state) } else { Err(FlushError::DeadlinePassed(deadline)) }
    }

    pub(crate) fn counters(&self) -> Counters {
        lock(&self.state).counters
    }

    /// Counts items that nobody will send.
    pub(crate) fn count_lost(&self, items: u64) {
        lock(&self.state).counters.dropped_failed += items;
    }
}

/// For the delivery's thread.
impl Progress {
    pub(crate) fn begin(&self) {
        lock(&self.state).worker = Some(std::thread::current().id());
    }

    /// Waits this long, or until somebody wants a round.
    pub(crate) fn next_round(&self, timer: &dyn Timer, interval: Duration) -> Round {
        let state = lock(&self.state);
        let mut state = self.wait(timer, interval, state, |state| state.nudged || state.wanted > state.started);
        let called = state.wanted > state.started;
        let nudged = std::mem::take(&mut state.nudged);
        state.started += 1;
        Round { called, nudged, last: state.stopping }
    }

    pub(crate) fn finish_round(&self) {
        let mut state = lock(&self.state);
        state.finished = state.started;
        self.to_waiters.notify_all();
    }

    /// Takes note of what was taken from the buffers; false when the thread was left to itself and must send no more.
    pub(crate) fn take_up(&self, items: u64) -> bool {
        let mut state = lock(&self.state);
        if state.abandoned {
            state.counters.dropped_failed += items;
            return false;
        }
        state.under_way += items;
        true
    }

    /// Counts what became of items taken up; false when they were given up meanwhile, and counted then.
    pub(crate) fn settle(&self, items: u64, count: impl FnOnce(&mut Counters)) -> bool {
        let mut state = lock(&self.state);
        if !state.abandoned {
            state.under_way -= items;
            count(&mut state.counters);
        }
        !state.abandoned
    }

    /// Counts an item whose rendering, on this thread, panicked.
    pub(crate) fn count_panic(&self) {
        lock(&self.state).counters.dropped_panicked += 1;
    }

    /// Counts an attempt to send that failed.
    pub(crate) fn count_failure(&self) {
        lock(&self.state).counters.failures += 1;
    }

    /// To be read before an attempt, for [`back_off`](Self::back_off).
    pub(crate) fn calls(&self) -> u64 {
        lock(&self.state).calls
    }

    /// Waits before the next attempt, less if somebody called since `calls`; false when there must be no next one.
    pub(crate) fn back_off(&self, timer: &dyn Timer, wait: Duration, calls: u64) -> bool {
        let state = self.wait(timer, wait, lock(&self.state), |state| state.calls != calls);
        !state.abandoned
    }

    pub(crate) fn end(&self) {
        let mut state = lock(&self.state);
        state.ended = true;
        state.counters.dropped_failed += std::mem::take(&mut state.under_way);
        self.to_waiters.notify_all();
    }

    fn wait<'a>(
        &'a self,
        timer: &dyn Timer,
        longest: Duration,
        mut state: MutexGuard<'a, State>,
        called: impl Fn(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        let since = timer.now();
        while !called(&state) && !state.abandoned {
            let left = longest.saturating_sub(timer.now().saturating_duration_since(since));
            if left.is_zero() {
                break;
            }
            state = timer.wait(&self.to_worker, state, left);
        }
        state
    }
}

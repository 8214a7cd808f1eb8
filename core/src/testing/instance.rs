//! An instance that keeps its records.

use std::sync::{Arc, Mutex};

use super::LogLine;
use super::run::{AtEnd, Run};
use crate::clock::Clock;
use crate::exporter::{Exporter, LogEvent};
use crate::handle::{Handle, HandleBuilder};
use crate::lock::lock;
use crate::record::Record;

/// An instance of its own, whose records stay in memory. Tests that run side by side do not see each other's.
#[track_caller]
pub fn instance() -> Instance {
    Instance::build(|builder| builder)
}

/// See [`instance`].
#[derive(Debug, Clone)]
pub struct Instance {
    handle: Handle,
    kept: Kept,
    /// Only held: the last clone that goes ends it.
    _end: Option<Arc<AtEnd>>,
}

impl Instance {
    /// An instance with this clock, for exact times.
    #[track_caller]
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::build(|builder| builder.clock(clock))
    }

    /// An instance that is configured further.
    ///
    /// # Panics
    /// If the environment asks for a [report](super) that cannot be written.
    #[track_caller]
    pub fn build(configure: impl FnOnce(HandleBuilder) -> HandleBuilder) -> Self {
        let run = Run::of_environment().map(Arc::new);
        let kept = Kept { run: run.clone(), ..Kept::default() };
        let handle = configure(Handle::builder().exporter(kept.clone())).build();
        Instance { handle, kept, _end: run.map(|run| Arc::new(AtEnd(run))) }
    }

    /// Says that this test is about findings: from now on they are not part of the [report](super), and do not make it fail.
    pub fn expect_findings(&self) {
        if let Some(run) = &self.kept.run {
            run.expect();
        }
    }

    /// The instance's handle.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The records so far, in the order they ended.
    pub fn records(&self) -> Vec<Record> {
        lock(&self.kept.records).clone()
    }

    /// The records so far, which are then forgotten.
    pub fn take(&self) -> Vec<Record> {
        std::mem::take(&mut *lock(&self.kept.records))
    }

    /// The application's log lines so far.
    pub fn log(&self) -> Vec<LogLine> {
        lock(&self.kept.log).clone()
    }

    /// Runs `future` with this instance as the current one.
    pub async fn scope<F: Future>(&self, future: F) -> F::Output {
        self.handle.scope(future).await
    }

    /// Runs `future` as a task of this instance, and returns its record with its result.
    ///
    /// # Panics
    /// If there is no record, which is a defect of ours.
    pub async fn record<F: Future>(&self, future: F) -> (F::Output, Record) {
        let task = async { (future.await, crate::context::current()) };
        let (output, recording) = self.handle.scope(self.handle.task("test", task)).await;
        let ours = |record: &Record| match (&record.recording, &recording) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        let record = lock(&self.kept.records).iter().find(|record| ours(record)).cloned();
        (output, record.expect("a task that has returned has a record"))
    }
}

#[derive(Debug, Clone, Default)]
struct Kept {
    records: Arc<Mutex<Vec<Record>>>,
    log: Arc<Mutex<Vec<LogLine>>>,
    run: Option<Arc<Run>>,
}

impl Exporter for Kept {
    fn name(&self) -> &str {
        "testing"
    }

    fn record(&self, record: &Record) {
        if let Some(run) = &self.run {
            run.see(record);
        }
        lock(&self.records).push(record.clone());
    }

    fn event(&self, event: &LogEvent<'_>) {
        lock(&self.log).push(LogLine::of(event));
    }
}

//! Instances that keep their records, for tests.
//!
//! ```
//! use tachograph_core::testing;
//!
//! let instance = testing::instance();
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output } }
//! # }
//! let (answer, record) = block_on(instance.record(async {
//!     tachograph_core::request().field("colour", "red");
//!     42
//! }));
//! assert_eq!(answer, 42);
//! assert_eq!(record.field("colour"), Some(&"red".into()));
//! ```

use std::sync::{Arc, Mutex};

use crate::clock::Clock;
use crate::exporter::{Exporter, LogEvent};
use crate::field::FieldValue;
use crate::handle::{Handle, HandleBuilder};
use crate::level::Level;
use crate::lock::lock;
use crate::record::Record;

/// An instance of its own, whose records stay in memory. Tests that run side by side do not see each other's.
pub fn instance() -> Instance {
    Instance::build(|builder| builder)
}

/// See [`instance`].
#[derive(Debug, Clone)]
pub struct Instance {
    handle: Handle,
    kept: Kept,
}

/// A line of the application's log, as it was captured.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// How loud it is.
    pub level: Level,
    /// Who logged it.
    pub target: String,
    /// The text.
    pub message: String,
    /// The rest.
    pub fields: Vec<(String, FieldValue)>,
    /// The id of the request inside which it was logged.
    pub request_id: Option<String>,
}

impl Instance {
    /// An instance with this clock, for exact times.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::build(|builder| builder.clock(clock))
    }

    /// An instance that is configured further.
    pub fn build(configure: impl FnOnce(HandleBuilder) -> HandleBuilder) -> Self {
        let kept = Kept::default();
        let handle = configure(Handle::builder().exporter(kept.clone())).build();
        Instance { handle, kept }
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
}

impl Exporter for Kept {
    fn name(&self) -> &str {
        "testing"
    }

    fn record(&self, record: &Record) {
        lock(&self.records).push(record.clone());
    }

    fn event(&self, event: &LogEvent<'_>) {
        lock(&self.log).push(LogLine {
            level: event.level,
            target: event.target.to_owned(),
            message: event.message.to_owned(),
            fields: event.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            request_id: event.recording.map(|recording| recording.identity().request_id().to_string()),
        });
    }
}

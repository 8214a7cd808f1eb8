//! Timers for clients that have no adapter.

use std::hash::Hash;
use std::sync::Arc;

use crate::call::Yield;
use crate::callsite::Callsite;
use crate::open_call::OpenCall;
use crate::operation::Operation;
use crate::prepared_call::{PreparedCall, prepare_call};

/// A query of a database that has no adapter. `system` is OpenTelemetry's `db.system.name`, `target` a name for the
/// database; of `sql`, only the parameterised form is kept.
///
/// ```
/// # async fn rows() -> Result<Vec<u8>, std::io::Error> { Ok(vec![]) }
/// # async fn example() -> Result<(), std::io::Error> {
/// let rows = tachograph_core::database_call("postgresql", "orders", "SELECT * FROM orders WHERE id = $1")
///     .measure_result(rows())
///     .await?;
/// # Ok(()) }
/// ```
#[track_caller]
pub fn database_call(system: &'static str, target: &str, sql: &str) -> PendingCall {
    PendingCall::new(Operation::database(system, target, sql))
}

/// A call to another service. `target` is its host, `summary` a few words of low cardinality: `GET`, `GetItem`.
#[track_caller]
pub fn external_call(target: &str, summary: &str) -> PendingCall {
    PendingCall::new(Operation::external(target, summary))
}

/// A call to a cache. `target` is its name, `summary` the command: `GET`.
#[track_caller]
pub fn cache_call(target: &str, summary: &str) -> PendingCall {
    PendingCall::new(Operation::cache(target, summary))
}

/// Anything else worth timing. Its time stays with the request's own code, or its waiting.
#[track_caller]
pub fn other_call(target: &str, summary: &str) -> PendingCall {
    PendingCall::new(Operation::other(target, summary))
}

/// A call that is about to be made, at the place in the source where this was made.
#[derive(Debug, Clone)]
#[must_use = "nothing is measured until it is started"]
pub struct PendingCall {
    prepared: PreparedCall,
}

impl PendingCall {
    #[track_caller]
    fn new(operation: Arc<Operation>) -> Self {
        PendingCall { prepared: prepare_call(operation, Some(Callsite::caller())) }
    }

    /// What a statement is given in its placeholders, which tells an N+1 from a query that is made again. It is hashed with a
    /// key that is drawn for each process, from the second time on that the request asks the same, and goes nowhere.
    ///
    /// ```
    /// # async fn row(_: u64) -> Result<u8, std::io::Error> { Ok(0) }
    /// # async fn example(id: u64) -> Result<(), std::io::Error> {
    /// tachograph_core::database_call("postgresql", "orders", "SELECT * FROM orders WHERE id = $1")
    ///     .parameters(&id)
    ///     .measure_result(row(id))
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn parameters(mut self, parameters: &(impl Hash + ?Sized)) -> Self {
        self.prepared.parameters(|mut hasher| parameters.hash(&mut hasher));
        self
    }

    /// It begins now, for the request that is current.
    pub fn start(self) -> OpenCall {
        self.prepared.start()
    }

    /// Measures a future. Dropped before its end, it counts as cancelled.
    pub async fn measure<F: Future>(self, future: F) -> F::Output {
        let call = self.start();
        let output = future.await;
        call.completed();
        output
    }

    /// Measures a future that can fail.
    pub async fn measure_result<T, E>(self, future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let call = self.start();
        let result = future.await;
        match &result {
            Ok(_) => call.completed(),
            Err(_) => call.failed(std::any::type_name::<E>()),
        }
        result
    }

    /// Measures a look-up in a cache: something is a hit, nothing is a miss.
    pub async fn measure_lookup<T>(self, future: impl Future<Output = Option<T>>) -> Option<T> {
        let mut call = self.start();
        let found = future.await;
        let hits = u32::from(found.is_some());
        call.brought(Yield::Lookups { hits, misses: 1 - hits });
        call.completed();
        found
    }
}

//! What sqlx says about a query, or about the wait for a connection, when it is over.

use std::sync::Arc;
use std::time::Duration;

use tachograph_core::{CallOutcome, Innermost, Operation, PoolName, Yield};
use tracing::Event;
use tracing::field::{Field, Visit};

use crate::belonging::{Owner, Place};
use crate::entered;

/// The target of the event at the end of a query.
pub(crate) const QUERY: &str = "sqlx::query";
/// The target of the event when a pool has given a connection.
pub(crate) const ACQUIRE: &str = "sqlx::pool::acquire";

/// What the events do not say: which database it was.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) system: &'static str,
    pub(crate) target: Box<str>,
    /// It is named as its database is: the events say no more of it.
    pub(crate) pool: PoolName,
}

impl Database {
    pub(crate) fn new(system: &'static str, target: Box<str>) -> Self {
        let pool = PoolName::new(&target);
        Database { system, target, pool }
    }

    /// The query of this event.
    pub(crate) fn query(&self, event: &Event<'_>) -> Query {
        let mut visitor = QueryVisitor { database: self, operation: None, duration: 0.0, returned: 0, affected: 0 };
        event.record(&mut visitor);
        let QueryVisitor { operation, duration, returned, affected, .. } = visitor;
        let operation = operation.unwrap_or_else(|| {
            let mut short = SummaryVisitor { database: self, operation: None };
            event.record(&mut short);
            short.operation.unwrap_or_else(|| self.operation(""))
        });
        let rows = match operation.summary().split(' ').next() {
            _ if returned > 0 => returned,
            // SQLite repeats the number of the last change after statements that change nothing.
            Some("INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "MERGE" | "COPY") => affected,
            _ => 0,
        };
        Query { operation, duration: seconds(duration), rows }
    }

    fn operation(&self, sql: &str) -> Arc<Operation> {
        let system = if entered::on_sqlite_worker() { "sqlite" } else { self.system };
        Operation::database(system, &self.target, sql.trim())
    }
}

/// A query that is over. How it ended is not known.
pub(crate) struct Query {
    pub(crate) operation: Arc<Operation>,
    duration: Duration,
    rows: u64,
}

impl Query {
    /// Whether it only sets up a connection, as sqlx does with each new one of SQLite's inside whichever request is the
    /// first to need it.
    pub(crate) fn is_setting(&self) -> bool {
        let statement = self.operation.statement().map(|statement| statement.text());
        statement.and_then(|text| text.get(..6)).is_some_and(|word| word.eq_ignore_ascii_case("PRAGMA"))
    }

    /// Adds it to its request.
    pub(crate) fn report(&self, place: &Place) {
        match &place.owner {
            Owner::Request(recording) => {
                let before = place.innermost.map(Innermost::set);
                recording.report_call(
                    Arc::clone(&self.operation),
                    self.duration,
                    CallOutcome::Unknown,
                    Yield::Rows(self.rows),
                );
                if let Some(before) = before {
                    before.set();
                }
            }
            Owner::Gone(handle) => handle.count_late_call(),
            Owner::Nobody => {}
        }
    }
}

/// How long the request of this event has waited for a connection.
pub(crate) fn connection_wait(event: &Event<'_>) -> Duration {
    let mut visitor = WaitVisitor(0.0);
    event.record(&mut visitor);
    seconds(visitor.0)
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

struct QueryVisitor<'a> {
    database: &'a Database,
    operation: Option<Arc<Operation>>,
    duration: f64,
    returned: u64,
    affected: u64,
}

impl Visit for QueryVisitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        // Empty where the summary is the whole statement.
        if field.name() == "db.statement" && !value.is_empty() {
            self.operation = Some(self.database.operation(value));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "rows_returned" => self.returned = value,
            "rows_affected" => self.affected = value,
            _ => {}
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.duration = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

struct SummaryVisitor<'a> {
    database: &'a Database,
    operation: Option<Arc<Operation>>,
}

impl Visit for SummaryVisitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            self.operation = Some(self.database.operation(value));
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

struct WaitVisitor(f64);

impl Visit for WaitVisitor {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "acquired_after_secs" {
            self.0 = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

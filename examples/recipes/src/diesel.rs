//! diesel 2.3: every query of every connection, by diesel's own instrumentation.
//!
//! diesel blocks, so its queries run on threads for such work; [`spawn_blocking`](tachograph::spawn_blocking) keeps
//! them with their request. What is seen: every statement, with its error; BEGIN, COMMIT and ROLLBACK as the time they
//! take. What is not: how many rows came back, and waiting for a connection: around the `get` of a pool, hold
//! `tachograph::core::start_connection_wait_for(PoolName::new("experiments"))`.

use diesel::QueryResult;
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use diesel::result::{DatabaseErrorKind, Error};
use tachograph::OpenCall;
use tachograph::core::{Operation, start_call};

/// Measures the queries of all connections that are made from now on. For the beginning of `main`.
///
/// # Errors
/// If another thread has panicked while setting it.
pub fn measure() -> QueryResult<()> {
    set_default_instrumentation(|| Some(Box::<Queries>::default()))
}

/// The query that a connection is running; it runs one at a time.
#[derive(Default)]
struct Queries(Option<OpenCall>);

impl Instrumentation for Queries {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                let text = query.to_string();
                // diesel writes the bound values behind the statement, which would be another one each time.
                let sql = text.split(" -- binds: ").next().unwrap_or_default();
                self.0 = Some(start_call(Operation::database("sqlite", "experiments", sql), None));
            }
            InstrumentationEvent::FinishQuery { error, .. } => match (self.0.take(), error) {
                (Some(call), None) => call.completed(),
                (Some(call), Some(error)) => call.failed(error_type(error)),
                (None, _) => {}
            },
            _ => {}
        }
    }
}

fn error_type(error: &Error) -> &'static str {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => "unique_violation",
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => "foreign_key_violation",
        Error::DatabaseError(DatabaseErrorKind::NotNullViolation, _) => "not_null_violation",
        Error::DatabaseError(DatabaseErrorKind::CheckViolation, _) => "check_violation",
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => "serialization_failure",
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => "closed_connection",
        Error::DatabaseError(..) => "database",
        _ => "query",
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    use tachograph::core::{Call, CallOutcome};
    use tachograph::{Record, testing};

    use tachograph::spawn_blocking;

    diesel::table! {
        experiments (id) {
            id -> Integer,
            name -> Text,
        }
    }

    /// The record of a request that does this with a database, on a thread for blocking work.
    async fn record(work: impl FnOnce(&mut SqliteConnection) + Send + 'static) -> Record {
        super::measure().unwrap();
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection.batch_execute("CREATE TABLE experiments (id INTEGER PRIMARY KEY, name TEXT NOT NULL)").unwrap();
        let work = async { spawn_blocking(move || work(&mut connection)).await.unwrap() };
        testing::instance().record(work).await.1
    }

    fn insert(connection: &mut SqliteConnection, id: i32, name: &str) -> QueryResult<usize> {
        let row = (experiments::id.eq(id), experiments::name.eq(name));
        diesel::insert_into(experiments::table).values(row).execute(connection)
    }

    fn seen(call: &Call) -> (&str, CallOutcome, Option<&str>) {
        (call.operation().summary(), call.outcome(), call.error_type())
    }

    #[tokio::test]
    async fn queries_and_their_errors() {
        let record = record(|connection| {
            insert(connection, 7, "secret").unwrap();
            let names = experiments::table.filter(experiments::name.eq("secret")).select(experiments::name);
            assert_eq!(names.load::<String>(connection).unwrap(), ["secret"]);
            insert(connection, 7, "again").unwrap_err();
        })
        .await;
        let seen: Vec<_> = record.calls().iter().map(seen).collect();
        let expected = [
            ("INSERT `experiments`", CallOutcome::Completed, None),
            ("SELECT `experiments`", CallOutcome::Completed, None),
            ("INSERT `experiments`", CallOutcome::Failed, Some("unique_violation")),
        ];
        assert_eq!(seen, expected);
        assert_eq!((record.database().count(), record.database().errors()), (3, 1));
        let [first, _, again] = record.calls() else { panic!("three queries") };
        assert!(std::ptr::eq(first.operation(), again.operation()), "whatever is bound, it is read once");
        for call in record.calls() {
            let statement = call.operation().statement().unwrap().text();
            assert!(!statement.contains("secret") && !statement.contains("binds"), "{statement}");
        }
    }

    #[tokio::test]
    async fn a_transaction_is_time_and_no_query() {
        let record = record(|connection| {
            connection.transaction(|connection| insert(connection, 7, "a")).unwrap();
        })
        .await;
        let summaries: Vec<&str> = record.calls().iter().map(|call| call.operation().summary()).collect();
        assert_eq!(summaries, ["BEGIN", "INSERT `experiments`", "COMMIT"]);
        assert_eq!(record.database().count(), 1);
    }
}

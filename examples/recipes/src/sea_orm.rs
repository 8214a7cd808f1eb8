//! sea-orm 2: every query of a connection, by sea-orm's own callback.
//!
//! sea-orm stands on sqlx 0.9, so there is a way without code, too, which sees more: with the feature `tracing`, the
//! queries are captured as sqlx's own are, the cancelled ones as well. Take one of the two; both together count each
//! query twice. What the callback does not see: queries that were cancelled, `execute_unprepared`, BEGIN and COMMIT, the
//! error's type, and waiting for a connection.

use sea_orm::metric::Info;
use sea_orm::{DatabaseConnection, DbBackend};
use tachograph::Handle;
use tachograph::core::{CallOutcome, Operation, Yield, current, unattributed};

/// Measures the queries of this connection, and of the copies that are made of it afterwards.
pub fn measure(database: &mut DatabaseConnection, name: &'static str, handle: &Handle) {
    // The callback comes when a query is over, so requests have to remember what they were doing.
    handle.expect_reported_calls();
    database.set_metric_callback(move |query| report(name, query));
}

fn report(name: &str, query: &Info<'_>) {
    let Some(request) = current() else { return unattributed() };
    let system = match query.statement.db_backend {
        DbBackend::Postgres => "postgresql",
        DbBackend::MySql => "mysql",
        DbBackend::Sqlite => "sqlite",
        _ => "other_sql",
    };
    let outcome = if query.failed { CallOutcome::Failed } else { CallOutcome::Completed };
    request.report_call(
        Operation::database(system, name, &query.statement.sql),
        query.elapsed,
        outcome,
        Yield::Unknown,
    );
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
    use sea_orm::{ConnectOptions, ConnectionTrait, Database, TransactionTrait};
    use tachograph::testing::{self, Instance};

    use super::*;

    async fn database(t: &Instance) -> DatabaseConnection {
        let mut options = ConnectOptions::new("sqlite::memory:");
        let mut database = Database::connect(options.max_connections(1).to_owned()).await.unwrap();
        measure(&mut database, "experiments", t.handle());
        database.execute_unprepared("CREATE TABLE experiments (id INTEGER PRIMARY KEY, name TEXT)").await.unwrap();
        database
    }

    fn by_name(table: &str, name: &str) -> SelectStatement {
        let (table, column) = (Alias::new(table), Alias::new("name"));
        Query::select().column(column.clone()).from(table).and_where(Expr::col(column).eq(name)).to_owned()
    }

    #[tokio::test]
    async fn queries_and_their_errors() {
        let t = testing::instance();
        let database = database(&t).await;
        let ((), record) = t
            .record(async {
                assert!(database.query_all(&by_name("experiments", "secret")).await.unwrap().is_empty());
                database.query_one(&by_name("nothing", "secret")).await.unwrap_err();
            })
            .await;
        let [found, failed] = record.calls() else { panic!("two queries: {:?}", record.calls()) };
        assert_eq!((found.operation().system(), found.operation().target()), ("sqlite", "experiments"));
        assert_eq!((found.operation().summary(), found.outcome()), ("SELECT \"experiments\"", CallOutcome::Completed));
        assert_eq!((failed.operation().summary(), failed.outcome()), ("SELECT \"nothing\"", CallOutcome::Failed));
        assert!(!found.operation().statement().unwrap().text().contains("secret"));
        assert_eq!((record.database().count(), record.database().errors()), (2, 1));
    }

    #[tokio::test]
    async fn queries_of_a_transaction() {
        let t = testing::instance();
        let database = database(&t).await;
        let ((), record) = t
            .record(async {
                let transaction = database.begin().await.unwrap();
                transaction.query_all(&by_name("experiments", "a")).await.unwrap();
                transaction.commit().await.unwrap();
            })
            .await;
        assert_eq!(record.database().count(), 1);
    }

    #[tokio::test]
    async fn outside_a_request_they_are_counted() {
        let t = testing::instance();
        let database = database(&t).await;
        t.scope(async { database.query_all(&by_name("experiments", "a")).await.unwrap() }).await;
        assert_eq!(t.handle().counters().unattributed_calls, 1);
    }
}

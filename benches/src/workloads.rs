//! The applications that are measured: one route each, which answers with the same 200 bytes of JSON.
//!
//! A workload is a plain [`Router`] until a [row](crate::rows) adds something to it. The same handler under other frameworks
//! stands with [their rows](crate::rows::frameworks).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Executor, Sqlite, SqlitePool};
use std::future::poll_fn;
use std::task::Poll;

/// What every workload is asked for.
pub const PATH: &str = "/users/42";

/// The length of what every workload answers.
pub const BODY_BYTES: usize = 200;

const ROUTE: &str = "/users/{id}";

/// How often a request of [`looped`] and [`different`] asks the database.
pub const QUERIES: usize = 10;

/// How often a request of [`polled`] is polled.
pub const POLLS: usize = 10;

/// A handler that answers at once.
pub fn plain() -> Router {
    Router::new().route(ROUTE, get(async |Path(id): Path<u64>| answer(id)))
}

/// A handler that is polled [`POLLS`] times.
pub fn polled() -> Router {
    Router::new().route(
        ROUTE,
        get(async |Path(id): Path<u64>| {
            for _ in 1..POLLS {
                yield_once().await;
            }
            answer(id)
        }),
    )
}

/// A handler that sends one statement [`QUERIES`] times through `pool`, one after the other, and reads a row each time: an
/// N+1.
///
/// The pool is whatever sqlx can send a query through: its own, or one that measures.
pub fn looped<Pool>(pool: Pool) -> Router
where
    Pool: Clone + Send + Sync + 'static,
    for<'pool> &'pool Pool: Executor<'pool, Database = Sqlite>,
{
    queried(pool, &[STATEMENTS[0]; QUERIES])
}

/// The same by [`QUERIES`] different statements, as most handlers have them.
pub fn different<Pool>(pool: Pool) -> Router
where
    Pool: Clone + Send + Sync + 'static,
    for<'pool> &'pool Pool: Executor<'pool, Database = Sqlite>,
{
    queried(pool, &STATEMENTS)
}

/// They read the same column.
const STATEMENTS: [&str; QUERIES] = [
    "SELECT value FROM measurements WHERE id = ?",
    "SELECT value AS a FROM measurements WHERE id = ?",
    "SELECT value AS b FROM measurements WHERE id = ?",
    "SELECT value AS c FROM measurements WHERE id = ?",
    "SELECT value AS d FROM measurements WHERE id = ?",
    "SELECT value AS e FROM measurements WHERE id = ?",
    "SELECT value AS f FROM measurements WHERE id = ?",
    "SELECT value AS g FROM measurements WHERE id = ?",
    "SELECT value AS h FROM measurements WHERE id = ?",
    "SELECT value AS i FROM measurements WHERE id = ?",
];

fn queried<Pool>(pool: Pool, statements: &'static [&'static str; QUERIES]) -> Router
where
    Pool: Clone + Send + Sync + 'static,
    for<'pool> &'pool Pool: Executor<'pool, Database = Sqlite>,
{
    async fn handler<Pool>(pool: Pool, statements: &[&'static str; QUERIES], id: u64) -> Response
    where
        Pool: Clone + Send + Sync + 'static,
        for<'pool> &'pool Pool: Executor<'pool, Database = Sqlite>,
    {
        let mut sum = 0;
        for (key, statement) in (1..).zip(statements) {
            let query = sqlx::query_scalar::<_, i64>(*statement).bind(key);
            sum += query.fetch_one(&pool).await.expect("the row was seeded");
        }
        assert_eq!(sum, 550, "each of the ten queries read its own row");
        answer(id)
    }
    let answer = move |State(pool): State<Pool>, Path(id): Path<u64>| handler(pool, statements, id);
    Router::new().route(ROUTE, get(answer)).with_state(pool)
}

/// A pool of one connection to an SQLite in memory, with the rows that they read.
///
/// # Errors
/// What SQLite says where it cannot be opened or filled.
pub async fn database() -> Result<SqlitePool, sqlx::Error> {
    // A connection that is replaced takes the database in memory with it.
    let options = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = options.connect("sqlite::memory:").await?;
    sqlx::query("CREATE TABLE measurements (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)").execute(&pool).await?;
    for key in 1..=QUERIES as i64 {
        sqlx::query("INSERT INTO measurements VALUES (?, ?)").bind(key).bind(key * 10).execute(&pool).await?;
    }
    Ok(pool)
}

/// What every workload answers: [`BODY_BYTES`] of JSON.
#[derive(Serialize)]
pub(crate) struct User {
    id: u64,
    name: &'static str,
    email: &'static str,
    created_at: &'static str,
    roles: [&'static str; 3],
    locale: &'static str,
    newsletter: bool,
    projects: [u32; 2],
}

fn answer(id: u64) -> Response {
    Json(user(id)).into_response()
}

pub(crate) fn user(id: u64) -> User {
    User {
        id,
        name: "Ada Lovelace",
        email: "ada.lovelace@example.org",
        created_at: "1842-10-18T09:30:00Z",
        roles: ["reader", "writer", "reviewer"],
        locale: "en-GB",
        newsletter: false,
        projects: [101, 20_056],
    }
}

/// Pending once, and woken already: nothing but the poll is paid for, where `tokio::task::yield_now` visits the scheduler.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::{PATH, POLLS, polled};
    use axum::body::Body;
    use axum::http::Request;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use tower::ServiceExt;

    #[test]
    fn the_polled_workload_is_polled_as_often_as_it_says() {
        let mut response = pin!(polled().oneshot(Request::get(PATH).body(Body::empty()).unwrap()));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 1..POLLS {
            assert!(response.as_mut().poll(&mut context).is_pending());
        }
        let Poll::Ready(Ok(response)) = response.as_mut().poll(&mut context) else {
            panic!("answered at the last poll")
        };
        assert_eq!(response.status(), 200);
    }
}

//! Measures the queries of a [sqlx] pool: each with its rows, its errors and the place it was made, and the time waiting
//! for a connection apart from the time of the query.
//!
//! ```
//! use sqlx::SqlitePool;
//! use tachograph_sqlx::Measured;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sqlx::Error> {
//! let pool = SqlitePool::connect("sqlite::memory:").await?.measured("experiments");
//!
//! // Everything else stays as it is.
//! let one: i64 = sqlx::query_scalar("SELECT 1").fetch_one(&pool).await?;
//! let mut tx = pool.begin().await?;
//! sqlx::query("CREATE TABLE experiments (id INTEGER PRIMARY KEY)").execute(&mut *tx).await?;
//! tx.commit().await?;
//!
//! // With the place in the source: `here` is an executor that knows where it was made.
//! let two: i64 = sqlx::query_scalar("SELECT 2").fetch_one(pool.here()).await?;
//! # assert_eq!((one, two), (1, 2));
//! # Ok(())
//! # }
//! ```
//!
//! [`Pool`], [`PoolConnection`] and [`Transaction`] take the places of sqlx's types of the same names, and [`Connection`]
//! that of `PgConnection`, `SqliteConnection` and the others: `&pool`, `&mut *connection` and `&mut *transaction` are
//! executors. Functions that name the pool's type need the new name; with the feature of the database there are
//! `PgPool`, `SqlitePool`, `MySqlPool` and `AnyPool` for that.
//!
//! # What is recorded
//! - A query is one call, from the first time it is polled until its last row: `db_queries`. Its rows are those it
//!   returned, or, where it returned none, those it changed. The latter needs this crate's feature for the database
//!   (`postgres`, `sqlite`, `mysql`, `any`); without it they are unknown.
//! - The literals of its text are replaced before anything is kept. Bound values are hashed where a request asks the same
//!   again, to know whether it did so with the same values: with a key that each process draws for itself, in memory, with
//!   nothing kept but the hash, which nobody is shown. This needs the feature for the database, too. Except on PostgreSQL
//!   it is not done for more than some 8 KiB of text, or 900 bytes otherwise.
//! - Asking the same again and again from one place is a finding: an N+1, or a duplicate where the values are the same.
//!   The place is that of [`here`](Pool::here), or else the one that is found on the stack when it is asked, which for a
//!   stream is where it is made.
//! - An error is recorded as the database's code (`23505`) or as sqlx's own in snake case (`pool_timed_out`). That a query
//!   found no row is no error: it is up to the caller whether it is (`fetch_one`) or not (`fetch_optional`).
//! - A query that is dropped while it runs is cancelled. A stream that is dropped between two rows is complete, with the
//!   rows so far: the caller had enough.
//! - BEGIN, COMMIT, ROLLBACK and savepoints are calls whose time counts, but no queries; so is the ROLLBACK of a
//!   transaction that is dropped, which takes no time of the caller's. Preparing a statement by hand is a call of its own,
//!   `PREPARE …`.
//! - Waiting for a connection ends with the connection; what sqlx does to make it ready (connecting, testing it) is part of
//!   it. Where the wait fails, the query it was for has failed.
//!
//! # What is not recorded
//! What is given a type of sqlx goes past the measurement. That takes a word: where a query would go unmeasured the types
//! here do not pass for those of sqlx, and a function that still names `&PgPool` or `&mut PgConnection` of sqlx does not
//! compile. What has to have them gets them by [`Pool::inner`] and [`Connection::inner_mut`], such as APIs built on
//! [`sqlx::Acquire`]: `sqlx::migrate!().run(pool.inner())`. `tachograph-tracing` still sees those queries by their log
//! events; what is measured here it ignores, so that no query counts twice
//! ([`MEASURED_TARGET`](tachograph_core::MEASURED_TARGET)).
//!
//! The crate switches on sqlx's feature `macros`.

mod affected;
mod connection;
mod driver;
mod error_type;
mod executor;
mod generator;
mod health_check;
mod located;
mod marker;
mod parameters;
mod pool;
mod query;
mod rows;
mod system;
mod target;
mod transaction;
mod utilisation;
mod wait;

pub use connection::{Connection, PoolConnection};
pub use driver::Driver;
pub use located::Located;
pub use pool::{Measured, Pool};
pub use sqlx;
pub use transaction::Transaction;
pub use utilisation::Utilisation;

/// A measured pool of connections to any database that sqlx knows.
#[cfg(feature = "any")]
pub type AnyPool = Pool<sqlx::Any>;
/// A measured pool of connections to MySQL or MariaDB.
#[cfg(feature = "mysql")]
pub type MySqlPool = Pool<sqlx::MySql>;
/// A measured pool of connections to PostgreSQL.
#[cfg(feature = "postgres")]
pub type PgPool = Pool<sqlx::Postgres>;
/// A measured pool of connections to SQLite.
#[cfg(feature = "sqlite")]
pub type SqlitePool = Pool<sqlx::Sqlite>;

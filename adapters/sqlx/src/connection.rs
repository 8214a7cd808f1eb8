//! A connection, from a pool or from elsewhere.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;

use sqlx::{Connection as _, Database, Error, SqlSafeStr, SqlStr};
use tachograph_core::Callsite;

use crate::located::Located;
use crate::system;
use crate::target::Target;
use crate::transaction::{Level, Transaction};

/// A measured connection: what [`PoolConnection`] and [`Transaction`] dereference to, and the type for functions that
/// work with either. `&mut connection` is an executor, and so is [`connection.here()`](Self::here).
///
/// ```
/// use sqlx::Sqlite;
/// use tachograph_sqlx::{Connection, SqlitePool};
///
/// async fn retire(connection: &mut Connection<'_, Sqlite>, id: i64) -> Result<(), sqlx::Error> {
///     sqlx::query("UPDATE experiments SET retired = 1 WHERE id = ?").bind(id).execute(&mut *connection).await?;
///     Ok(())
/// }
///
/// # async fn example(pool: SqlitePool) -> Result<(), sqlx::Error> {
/// let mut tx = pool.begin().await?;
/// retire(&mut tx, 7).await?;
/// tx.commit().await?;
/// # Ok(()) }
/// ```
///
/// It does not pass for a connection of sqlx, so that no function goes on unmeasured because its parameter has the old
/// type:
///
/// ```compile_fail,E0308
/// use sqlx::SqliteConnection;
/// use tachograph_sqlx::SqlitePool;
///
/// async fn retire(connection: &mut SqliteConnection, id: i64) -> Result<(), sqlx::Error> {
///     sqlx::query("UPDATE experiments SET retired = 1 WHERE id = ?").bind(id).execute(&mut *connection).await?;
///     Ok(())
/// }
///
/// # async fn example(pool: SqlitePool) -> Result<(), sqlx::Error> {
/// let mut tx = pool.begin().await?;
/// retire(&mut tx, 7).await?;
/// tx.commit().await?;
/// # Ok(()) }
/// ```
///
/// [`inner_mut`](Self::inner_mut) is the connection of sqlx, for what has to have that: `retire(tx.inner_mut(), 7)`.
pub struct Connection<'c, DB: Database> {
    held: Held<'c, DB>,
    pub(crate) target: Arc<Target>,
}

/// The connection itself, or a loan of one.
enum Held<'c, DB: Database> {
    Pooled(sqlx::pool::PoolConnection<DB>),
    Lent(&'c mut DB::Connection),
    Transaction(sqlx::Transaction<'c, DB>),
}

impl<'c, DB: Database> Connection<'c, DB> {
    /// Measures a connection that is of no pool. `name` says in the records which database it is.
    pub fn new<C>(connection: &'c mut C, name: impl Into<Box<str>>) -> Self
    where
        C: sqlx::Connection<Database = DB>,
        DB: Database<Connection = C>,
    {
        Connection { held: Held::Lent(connection), target: Target::new(system::of_database::<DB>(), name.into()) }
    }

    /// An executor that records its queries with the place where this is called.
    #[track_caller]
    pub fn here(&mut self) -> Located<&mut Self> {
        Located { executor: self, callsite: Some(Callsite::caller()) }
    }

    /// Begins a transaction, or a savepoint inside the one that is open, as [`sqlx::Connection::begin`].
    ///
    /// # Errors
    /// Those of sqlx: the database refused.
    #[track_caller]
    pub fn begin(&mut self) -> impl Future<Output = Result<Transaction<'_, DB>, Error>> + Send {
        self.begin_at(None, Callsite::caller())
    }

    /// Begins a transaction by a statement of one's own, as [`sqlx::Connection::begin_with`].
    ///
    /// # Errors
    /// Those of sqlx: a transaction is open already, the database refused, or no transaction was begun.
    #[track_caller]
    pub fn begin_with<S: SqlSafeStr>(
        &mut self,
        statement: S,
    ) -> impl Future<Output = Result<Transaction<'_, DB>, Error>> + Send + use<'_, 'c, DB, S> {
        self.begin_at(Some(statement.into_sql_str()), Callsite::caller())
    }

    /// Runs `work` inside a transaction: committed if it succeeds, rolled back if it fails, as
    /// [`sqlx::Connection::transaction`].
    ///
    /// # Errors
    /// Those of `work`, and those of sqlx as in [`begin`](Self::begin) and in [`Transaction::commit`].
    #[track_caller]
    pub fn transaction<'a, R, E, F>(&'a mut self, work: F) -> impl Future<Output = Result<R, E>> + Send + 'a
    where
        F: for<'t> FnOnce(&'t mut Transaction<'_, DB>) -> Pin<Box<dyn Future<Output = Result<R, E>> + Send + 't>>
            + Send
            + 'a,
        R: Send,
        E: From<Error> + Send,
    {
        let begin = self.begin();
        async move {
            let mut transaction = begin.await?;
            let result = work(&mut transaction).await;
            match result {
                Ok(_) => transaction.commit().await?,
                Err(_) => transaction.rollback().await?,
            }
            result
        }
    }

    /// The connection of sqlx, for what it tells of itself.
    pub fn inner(&self) -> &DB::Connection {
        match &self.held {
            Held::Pooled(connection) => connection,
            Held::Lent(connection) => connection,
            Held::Transaction(transaction) => transaction,
        }
    }

    /// The connection of sqlx, whose queries are not measured.
    pub fn inner_mut(&mut self) -> &mut DB::Connection {
        match &mut self.held {
            Held::Pooled(connection) => connection,
            Held::Lent(connection) => connection,
            Held::Transaction(transaction) => transaction,
        }
    }

    fn begin_at(
        &mut self,
        statement: Option<SqlStr>,
        callsite: Callsite,
    ) -> impl Future<Output = Result<Transaction<'_, DB>, Error>> + Send {
        let level = if self.inner().is_in_transaction() { Level::Savepoint } else { Level::Transaction };
        let pending = level.pending_begin(&self.target, statement.as_ref(), callsite);
        let target = Arc::clone(&self.target);
        Transaction::begin(self.inner_mut(), statement, pending, level, target)
    }

    pub(crate) fn of_transaction(transaction: sqlx::Transaction<'c, DB>, target: Arc<Target>) -> Self {
        Connection { held: Held::Transaction(transaction), target }
    }

    pub(crate) fn into_transaction(self) -> sqlx::Transaction<'c, DB> {
        match self.held {
            Held::Transaction(transaction) => transaction,
            Held::Pooled(_) | Held::Lent(_) => unreachable!("a transaction holds a transaction"),
        }
    }
}

impl<DB: Database> fmt::Debug for Connection<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("target", &self.target).finish_non_exhaustive()
    }
}

/// A measured connection of a [`Pool`](crate::Pool), which goes back to it when this is dropped. `&mut *connection` is an
/// executor.
#[derive(Debug)]
pub struct PoolConnection<DB: Database> {
    connection: Connection<'static, DB>,
}

impl<DB: Database> PoolConnection<DB> {
    pub(crate) fn new(connection: sqlx::pool::PoolConnection<DB>, target: Arc<Target>) -> Self {
        PoolConnection { connection: Connection { held: Held::Pooled(connection), target } }
    }

    /// The connection of sqlx, still of its pool: for what consumes it, such as
    /// [`detach`](sqlx::pool::PoolConnection::detach).
    pub fn into_inner(self) -> sqlx::pool::PoolConnection<DB> {
        match self.connection.held {
            Held::Pooled(connection) => connection,
            Held::Lent(_) | Held::Transaction(_) => unreachable!("a pool's connection holds a connection of the pool"),
        }
    }

    /// Closes the connection, so that the pool may open another.
    ///
    /// # Errors
    /// Those of sqlx: the connection could not be closed in order.
    pub async fn close(self) -> Result<(), Error> {
        self.into_inner().close().await
    }
}

impl<DB: Database> Deref for PoolConnection<DB> {
    type Target = Connection<'static, DB>;

    fn deref(&self) -> &Connection<'static, DB> {
        &self.connection
    }
}

impl<DB: Database> DerefMut for PoolConnection<DB> {
    fn deref_mut(&mut self) -> &mut Connection<'static, DB> {
        &mut self.connection
    }
}

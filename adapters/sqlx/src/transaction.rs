//! A transaction, or a savepoint inside one.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::MaybePoolConnection;
use sqlx::{Database, Error, SqlStr};
use tachograph_core::{Callsite, start_call};

use crate::connection::Connection;
use crate::query::Pending;
use crate::target::Target;

/// A measured transaction or savepoint, from [`Pool::begin`](crate::Pool::begin) and [`Connection::begin`]. `&mut *tx` is
/// an executor, and `tx.begin()` makes a savepoint.
///
/// Dropped without [`commit`](Self::commit), it is rolled back.
#[derive(Debug)]
pub struct Transaction<'c, DB: Database> {
    /// Before the connection, so that the record is made first.
    unfinished: Unfinished,
    connection: Connection<'c, DB>,
}

impl<'c, DB: Database> Transaction<'c, DB> {
    pub(crate) async fn begin(
        connection: impl Into<MaybePoolConnection<'c, DB>>,
        statement: Option<SqlStr>,
        pending: Pending,
        level: Level,
        target: Arc<Target>,
    ) -> Result<Self, Error> {
        // Not in sqlx's documentation, but its drivers are built on it, and there is no other way to begin a transaction
        // on a connection that was waited for separately.
        let transaction = pending.measure(sqlx::Transaction::begin(connection, statement)).await?;
        let unfinished = Unfinished(Some((level, Arc::clone(&target))));
        Ok(Transaction { unfinished, connection: Connection::of_transaction(transaction, target) })
    }

    /// Makes its changes last; of a savepoint, as part of the transaction around it.
    ///
    /// # Errors
    /// Those of sqlx: the database refused. It is rolled back then.
    #[track_caller]
    pub fn commit(self) -> impl Future<Output = Result<(), Error>> + Send + use<'c, DB> {
        let callsite = Callsite::caller();
        self.finish(Level::commit, callsite, sqlx::Transaction::commit)
    }

    /// Takes its changes back.
    ///
    /// # Errors
    /// Those of sqlx: the connection was lost.
    #[track_caller]
    pub fn rollback(self) -> impl Future<Output = Result<(), Error>> + Send + use<'c, DB> {
        let callsite = Callsite::caller();
        self.finish(Level::rollback, callsite, sqlx::Transaction::rollback)
    }

    async fn finish<F>(
        self,
        statement: fn(Level) -> &'static str,
        callsite: Callsite,
        finish: impl FnOnce(sqlx::Transaction<'c, DB>) -> F,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<(), Error>>,
    {
        let Transaction { mut unfinished, connection } = self;
        let Some((level, target)) = &unfinished.0 else { return Ok(()) };
        let pending = Pending::new(target, statement(*level), Some(callsite));
        pending.measure(finish(connection.into_transaction())).await?;
        unfinished.0 = None;
        Ok(())
    }
}

impl<'c, DB: Database> Deref for Transaction<'c, DB> {
    type Target = Connection<'c, DB>;

    fn deref(&self) -> &Connection<'c, DB> {
        &self.connection
    }
}

impl<'c, DB: Database> DerefMut for Transaction<'c, DB> {
    fn deref_mut(&mut self) -> &mut Connection<'c, DB> {
        &mut self.connection
    }
}

/// What sqlx says to the database, but without the numbers of savepoints: those are not worth a statement each.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Level {
    Transaction,
    Savepoint,
}

impl Level {
    pub(crate) fn pending_begin(self, target: &Target, statement: Option<&SqlStr>, callsite: Callsite) -> Pending {
        let sql = match (statement, self) {
            (Some(statement), _) => statement.as_str(),
            (None, Level::Transaction) => "BEGIN",
            (None, Level::Savepoint) => "SAVEPOINT",
        };
        Pending::new(target, sql, Some(callsite))
    }

    fn commit(self) -> &'static str {
        match self {
            Level::Transaction => "COMMIT",
            Level::Savepoint => "RELEASE SAVEPOINT",
        }
    }

    fn rollback(self) -> &'static str {
        match self {
            Level::Transaction => "ROLLBACK",
            Level::Savepoint => "ROLLBACK TO SAVEPOINT",
        }
    }
}

/// Records the rollback of a transaction that is dropped. sqlx only makes a note of it then, for whoever uses the
/// connection next, so it takes the request no time.
#[derive(Debug)]
struct Unfinished(Option<(Level, Arc<Target>)>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some((level, target)) = self.0.take() {
            start_call(target.operation(level.rollback()), None).completed();
        }
    }
}

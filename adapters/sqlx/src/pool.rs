//! The pool.

use std::fmt;
use std::sync::Arc;

use futures_util::TryFutureExt as _;
use sqlx::pool::{CloseEvent, PoolOptions};
use sqlx::{Database, Error, SqlSafeStr, SqlStr};
use tachograph_core::{Callsite, Handle, Operation, PoolUse};

use crate::connection::PoolConnection;
use crate::located::Located;
use crate::query::Pending;
use crate::system;
use crate::target::Target;
use crate::transaction::{Level, Transaction};
use crate::utilisation::Utilisation;
use crate::wait::Wait;

/// Makes a pool measured.
pub trait Measured {
    /// The database of the pool.
    type Database: Database;

    /// This pool, measured. `name` says in the records which one it is: `experiments`.
    ///
    /// Exporters of metrics show how busy it is, where there is an instance by the time of this call
    /// ([`Handle::current`]).
    fn measured(self, name: impl Into<Box<str>>) -> Pool<Self::Database>;
}

impl<DB: Database> Measured for sqlx::Pool<DB> {
    type Database = DB;

    fn measured(self, name: impl Into<Box<str>>) -> Pool<DB> {
        let target = Target::of_pool(system::of_pool(&self), name.into());
        let pool = Pool { pool: Arc::new(self), target };
        pool.watch();
        pool
    }
}

/// A measured [`sqlx::Pool`], from [`Measured::measured`]. Clones are the same pool.
///
/// `&pool` is an executor, and so is [`pool.here()`](Self::here).
///
/// It does not pass for a pool of sqlx, so that no function goes on unmeasured because its parameter has the old type:
///
/// ```compile_fail,E0308
/// async fn count(pool: &sqlx::SqlitePool) -> Result<i64, sqlx::Error> {
///     sqlx::query_scalar("SELECT COUNT(*) FROM experiments").fetch_one(pool).await
/// }
///
/// # async fn example(pool: tachograph_sqlx::SqlitePool) -> Result<(), sqlx::Error> {
/// let experiments = count(&pool).await?;
/// # Ok(()) }
/// ```
///
/// With the new one it is measured, and [`inner`](Self::inner) is the pool of sqlx for what has to have that, such as
/// migrations (`sqlx::migrate!().run(pool.inner())`):
///
/// ```
/// async fn count(pool: &tachograph_sqlx::SqlitePool) -> Result<i64, sqlx::Error> {
///     sqlx::query_scalar("SELECT COUNT(*) FROM experiments").fetch_one(pool).await
/// }
///
/// # async fn example(pool: tachograph_sqlx::SqlitePool) -> Result<(), sqlx::Error> {
/// let experiments = count(&pool).await?;
/// # Ok(()) }
/// ```
pub struct Pool<DB: Database> {
    /// Shared, so that whoever looks at how busy it is does not keep it.
    pub(crate) pool: Arc<sqlx::Pool<DB>>,
    pub(crate) target: Arc<Target>,
}

impl<DB: Database> Pool<DB> {
    /// An executor that records its queries with the place where this is called:
    ///
    /// ```
    /// # async fn example(pool: tachograph_sqlx::SqlitePool) -> Result<(), sqlx::Error> {
    /// sqlx::query("DELETE FROM experiments").execute(pool.here()).await?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn here(&self) -> Located<&Self> {
        Located { executor: self, callsite: Some(Callsite::caller()) }
    }

    /// The pool of sqlx, whose queries are not measured.
    pub fn inner(&self) -> &sqlx::Pool<DB> {
        &self.pool
    }

    /// The pool's name in the records.
    pub fn name(&self) -> &str {
        self.target.name()
    }

    /// How busy it is.
    pub fn utilisation(&self) -> Utilisation {
        let size = self.pool.size();
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX).min(size);
        Utilisation {
            size,
            idle,
            in_use: size - idle,
            waiting: self.target.waiting(),
            max: self.pool.options().get_max_connections(),
            timeouts: self.target.timeouts(),
        }
    }

    /// A connection, as [`sqlx::Pool::acquire`]. A failure is recorded as a failed call `acquire` of the kind `other`: it
    /// was for no query in particular.
    ///
    /// # Errors
    /// Those of sqlx: no connection was free in time, or none could be made.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<PoolConnection<DB>, Error>> + Send + use<DB> {
        let operation = Operation::other(self.target.name(), "acquire");
        let pending = Pending::of(operation, Some(Callsite::caller()));
        let wait = Wait::new(pending, self.pool.acquire(), &self.target);
        wait.map_ok(|(_, connection, target)| PoolConnection::new(connection, target))
    }

    /// A connection if one is idle, as [`sqlx::Pool::try_acquire`].
    pub fn try_acquire(&self) -> Option<PoolConnection<DB>> {
        let connection = self.pool.try_acquire()?;
        Some(PoolConnection::new(connection, Arc::clone(&self.target)))
    }

    /// Begins a transaction, as [`sqlx::Pool::begin`].
    ///
    /// # Errors
    /// Those of sqlx: there was no connection, or the database refused.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = Result<Transaction<'static, DB>, Error>> + Send + use<DB> {
        self.begin_at(None, Callsite::caller())
    }

    /// Begins a transaction by a statement of one's own, as [`sqlx::Pool::begin_with`].
    ///
    /// # Errors
    /// Those of sqlx: there was no connection, the database refused, or no transaction was begun.
    #[track_caller]
    pub fn begin_with<S: SqlSafeStr>(
        &self,
        statement: S,
    ) -> impl Future<Output = Result<Transaction<'static, DB>, Error>> + Send + use<DB, S> {
        self.begin_at(Some(statement.into_sql_str()), Callsite::caller())
    }

    /// Begins a transaction if a connection is idle, as [`sqlx::Pool::try_begin`].
    ///
    /// # Errors
    /// Those of sqlx: the database refused.
    #[track_caller]
    pub fn try_begin(&self) -> impl Future<Output = Result<Option<Transaction<'static, DB>>, Error>> + Send + use<DB> {
        self.try_begin_at(None, Callsite::caller())
    }

    /// Begins a transaction by a statement of one's own if a connection is idle, as [`sqlx::Pool::try_begin_with`].
    ///
    /// # Errors
    /// Those of sqlx: the database refused, or no transaction was begun.
    #[track_caller]
    pub fn try_begin_with<S: SqlSafeStr>(
        &self,
        statement: S,
    ) -> impl Future<Output = Result<Option<Transaction<'static, DB>>, Error>> + Send + use<DB, S> {
        self.try_begin_at(Some(statement.into_sql_str()), Callsite::caller())
    }

    /// Closes the pool, as [`sqlx::Pool::close`]: at once to whoever asks for a connection, and done once all are back.
    pub fn close(&self) -> impl Future<Output = ()> {
        self.pool.close()
    }

    /// Whether [`close`](Self::close) was called, as [`sqlx::Pool::is_closed`].
    pub fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    /// A future of the moment when [`close`](Self::close) is called, as [`sqlx::Pool::close_event`].
    pub fn close_event(&self) -> CloseEvent {
        self.pool.close_event()
    }

    /// How many connections there are, idle ones among them, as [`sqlx::Pool::size`].
    pub fn size(&self) -> u32 {
        self.pool.size()
    }

    /// How many connections are idle, as [`sqlx::Pool::num_idle`].
    pub fn num_idle(&self) -> usize {
        self.pool.num_idle()
    }

    /// What the pool was made with, as [`sqlx::Pool::options`].
    pub fn options(&self) -> &PoolOptions<DB> {
        self.pool.options()
    }

    /// What its connections are made with, as [`sqlx::Pool::connect_options`].
    pub fn connect_options(&self) -> Arc<<DB::Connection as sqlx::Connection>::Options> {
        self.pool.connect_options()
    }

    /// Shows how busy it is wherever the current instance shows its numbers.
    fn watch(&self) {
        let Some(handle) = Handle::current() else { return };
        let (pool, target) = (Arc::downgrade(&self.pool), Arc::clone(&self.target));
        handle.watch_pool(self.name(), move || {
            let pool = Pool { pool: pool.upgrade()?, target: Arc::clone(&target) };
            let Utilisation { idle, in_use, waiting, max, timeouts, .. } = pool.utilisation();
            let [idle, in_use, waiting, max] = [idle, in_use, waiting, max].map(u64::from);
            Some(PoolUse { idle, in_use, max, waiting, timeouts })
        });
    }

    fn begin_at(
        &self,
        statement: Option<SqlStr>,
        callsite: Callsite,
    ) -> impl Future<Output = Result<Transaction<'static, DB>, Error>> + Send + use<DB> {
        let pending = Level::Transaction.pending_begin(&self.target, statement.as_ref(), callsite);
        let wait = Wait::new(pending, self.pool.acquire(), &self.target);
        wait.and_then(|(pending, connection, target)| {
            Transaction::begin(connection, statement, pending, Level::Transaction, target)
        })
    }

    fn try_begin_at(
        &self,
        statement: Option<SqlStr>,
        callsite: Callsite,
    ) -> impl Future<Output = Result<Option<Transaction<'static, DB>>, Error>> + Send + use<DB> {
        let (connection, target) = (self.pool.try_acquire(), Arc::clone(&self.target));
        async move {
            let Some(connection) = connection else { return Ok(None) };
            let pending = Level::Transaction.pending_begin(&target, statement.as_ref(), callsite);
            Transaction::begin(connection, statement, pending, Level::Transaction, target).await.map(Some)
        }
    }
}

/// The pool of sqlx, for what takes no other. Its queries are not measured.
impl<DB: Database> AsRef<sqlx::Pool<DB>> for Pool<DB> {
    fn as_ref(&self) -> &sqlx::Pool<DB> {
        &self.pool
    }
}

impl<DB: Database> Clone for Pool<DB> {
    fn clone(&self) -> Self {
        Pool { pool: Arc::clone(&self.pool), target: Arc::clone(&self.target) }
    }
}

impl<DB: Database> fmt::Debug for Pool<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("name", &self.name()).field("pool", &self.pool).finish()
    }
}

//! Whether the database is there.

use futures_util::future::BoxFuture;
use sqlx::{Connection as _, Database, Error};

use crate::pool::Pool;

impl<DB: Database> Pool<DB> {
    /// A health check: takes a connection, and pings the database by it. It is for `tachograph_health`, and anything else
    /// that calls a closure again and again:
    ///
    /// ```
    /// # async fn example(pool: tachograph_sqlx::SqlitePool) -> Result<(), sqlx::Error> {
    /// let check = pool.health_check(); // health.check("database", pool.health_check())?
    /// check().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// It is not measured, for it is part of no request.
    pub fn health_check(&self) -> impl Fn() -> BoxFuture<'static, Result<(), Error>> + Send + Sync + use<DB> {
        let pool = self.inner().clone();
        move || {
            let pool = pool.clone();
            Box::pin(async move { pool.acquire().await?.ping().await })
        }
    }
}

//! Whether the cache is there.

use redis::aio::ConnectionLike;
use redis::{RedisFuture, cmd};

use crate::connection::Connection;

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Connection<C> {
    /// A health check: `PING`, by the same connection. It is for `tachograph_health`, and anything else that calls a
    /// closure again and again:
    ///
    /// ```
    /// # use redis::aio::ConnectionManager;
    /// # use tachograph_redis::Connection;
    /// # async fn example(flags: Connection<ConnectionManager>) -> redis::RedisResult<()> {
    /// let check = flags.health_check(); // health.check("redis", flags.health_check())?
    /// check().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// It is not measured, for it is part of no request. A `MultiplexedConnection` that was lost stays lost; a
    /// `ConnectionManager` connects again.
    pub fn health_check(&self) -> impl Fn() -> RedisFuture<'static, ()> + Send + Sync + use<C> {
        let connection = self.inner().clone();
        move || {
            let mut connection = connection.clone();
            Box::pin(async move { cmd("PING").query_async(&mut connection).await })
        }
    }
}

//! The connection.

use std::fmt;
use std::sync::Arc;

use redis::aio::ConnectionLike;
use redis::{Cmd, Pipeline, RedisFuture, Value};
use tachograph_core::Callsite;

use crate::located::Located;
use crate::measure;

/// Makes a connection measured.
pub trait Measured: ConnectionLike + Sized {
    /// This connection, measured. `name` says in the records which cache it leads to: `flags`.
    fn measured(self, name: impl Into<Arc<str>>) -> Connection<Self> {
        Connection { connection: self, name: name.into() }
    }
}

impl<C: ConnectionLike> Measured for C {}

/// A measured connection, from [`Measured::measured`]. Clones are as those of what it wraps: for a
/// `MultiplexedConnection` or a `ConnectionManager`, the same connection.
///
/// It does not pass for a connection of redis, so that no function goes on unmeasured because its parameter has the old
/// type:
///
/// ```compile_fail,E0308
/// # use redis::AsyncCommands as _;
/// use redis::aio::MultiplexedConnection;
///
/// async fn dark(flags: &mut MultiplexedConnection) -> redis::RedisResult<Option<bool>> {
///     flags.get("dark-mode").await
/// }
///
/// # async fn example(mut flags: tachograph_redis::Connection<MultiplexedConnection>) -> redis::RedisResult<()> {
/// let dark = dark(&mut flags).await?;
/// # Ok(()) }
/// ```
///
/// With the new one it is measured, and [`inner_mut`](Self::inner_mut) is the connection of redis for what that offers
/// beside commands:
///
/// ```
/// # use redis::AsyncCommands as _;
/// use redis::aio::MultiplexedConnection;
/// use tachograph_redis::Connection;
///
/// async fn dark(flags: &mut Connection<MultiplexedConnection>) -> redis::RedisResult<Option<bool>> {
///     flags.get("dark-mode").await
/// }
///
/// # async fn example(mut flags: tachograph_redis::Connection<MultiplexedConnection>) -> redis::RedisResult<()> {
/// let dark = dark(&mut flags).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Connection<C> {
    connection: C,
    name: Arc<str>,
}

impl<C> Connection<C> {
    /// A connection that records its commands with the place where this is called:
    ///
    /// ```
    /// # use redis::AsyncCommands as _;
    /// # async fn example(flags: tachograph_redis::Connection<redis::aio::MultiplexedConnection>) -> redis::RedisResult<()> {
    /// let dark: Option<bool> = flags.clone().here().get("dark-mode").await?;
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn here(&mut self) -> Located<'_, C> {
        Located { connection: self, callsite: Callsite::caller() }
    }

    /// The cache's name in the records.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The connection of redis, for what it tells of itself.
    pub fn inner(&self) -> &C {
        &self.connection
    }

    /// The connection of redis, whose commands are not measured.
    pub fn inner_mut(&mut self) -> &mut C {
        &mut self.connection
    }

    /// The connection of redis, no longer measured.
    pub fn into_inner(self) -> C {
        self.connection
    }
}

impl<C: ConnectionLike> Connection<C> {
    pub(crate) fn command<'a>(&'a mut self, command: &'a Cmd, callsite: Option<Callsite>) -> RedisFuture<'a, Value> {
        let answer = self.connection.req_packed_command(command);
        Box::pin(measure::command(&self.name, callsite, command, answer))
    }

    pub(crate) fn pipeline<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        (offset, count): (usize, usize),
        callsite: Option<Callsite>,
    ) -> RedisFuture<'a, Vec<Value>> {
        let answers = self.connection.req_packed_commands(pipeline, offset, count);
        Box::pin(measure::pipeline(&self.name, callsite, pipeline, answers))
    }
}

impl<C: ConnectionLike> ConnectionLike for Connection<C> {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.command(command, None)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.pipeline(pipeline, (offset, count), None)
    }

    fn get_db(&self) -> i64 {
        self.connection.get_db()
    }
}

impl<C> fmt::Debug for Connection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("name", &self.name).finish_non_exhaustive()
    }
}

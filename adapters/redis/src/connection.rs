//! The connection.

use std::fmt;
use std::ops::{Deref, DerefMut};
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
/// It dereferences to the connection of redis, unmeasured, for what that offers beside commands.
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

    /// The connection of redis.
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

impl<C> Deref for Connection<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connection
    }
}

impl<C> DerefMut for Connection<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connection
    }
}

impl<C> fmt::Debug for Connection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("name", &self.name).finish_non_exhaustive()
    }
}

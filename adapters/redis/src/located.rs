//! A connection that knows where in the source it was used.

use redis::aio::ConnectionLike;
use redis::{Cmd, Pipeline, RedisFuture, Value};
use tachograph_core::Callsite;

use crate::connection::Connection;

/// A connection whose commands are recorded with the place where it was made, from [`Connection::here`].
#[derive(Debug)]
#[must_use = "a connection does nothing until a command is given to it"]
pub struct Located<'c, C> {
    pub(crate) connection: &'c mut Connection<C>,
    pub(crate) callsite: Callsite,
}

impl<C: ConnectionLike> ConnectionLike for Located<'_, C> {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.connection.command(command, Some(self.callsite))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.connection.pipeline(pipeline, (offset, count), Some(self.callsite))
    }

    fn get_db(&self) -> i64 {
        self.connection.get_db()
    }
}

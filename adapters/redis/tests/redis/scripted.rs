//! A connection that answers what it was told, and takes as long as it was told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::{Cmd, Pipeline, RedisFuture, RedisResult, Value};
use tachograph_core::ManualClock;
use tachograph_redis::{Connection, Measured as _};

/// Clones are the same connection.
#[derive(Clone, Default)]
pub(crate) struct Scripted {
    clock: ManualClock,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

struct Answer {
    after: Duration,
    values: RedisResult<Vec<Value>>,
}

impl Scripted {
    pub(crate) fn new(clock: &ManualClock) -> Self {
        Scripted { clock: clock.clone(), answers: Arc::default() }
    }

    /// One that answers at once.
    pub(crate) fn with(values: impl IntoIterator<Item = Value>) -> Connection<Self> {
        values.into_iter().fold(Self::default(), |connection, value| connection.then(0, Ok(value))).flags()
    }

    /// The next answer, after so many milliseconds.
    pub(crate) fn then(self, after_ms: u64, value: RedisResult<Value>) -> Self {
        self.then_many(after_ms, value.map(|value| vec![value]))
    }

    /// The next answer, to a pipeline.
    pub(crate) fn then_many(self, after_ms: u64, values: RedisResult<Vec<Value>>) -> Self {
        self.answers.lock().unwrap().push_back(Answer { after: Duration::from_millis(after_ms), values });
        self
    }

    pub(crate) fn flags(self) -> Connection<Self> {
        self.measured("flags")
    }

    /// Where nothing is left to answer, it never does.
    async fn answer(&self) -> RedisResult<Vec<Value>> {
        let next = self.answers.lock().unwrap().pop_front();
        let Some(Answer { after, values }) = next else { return std::future::pending().await };
        // As a real one, it is not there at the first poll.
        tokio::task::yield_now().await;
        self.clock.advance(after);
        values
    }
}

impl ConnectionLike for Scripted {
    fn req_packed_command<'a>(&'a mut self, _: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async { Ok(self.answer().await?.pop().expect("one answer")) })
    }

    fn req_packed_commands<'a>(&'a mut self, _: &'a Pipeline, _: usize, _: usize) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(self.answer())
    }

    fn get_db(&self) -> i64 {
        7
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::BulkString(text.into())
}

/// What the server answers to a command that fails.
pub(crate) fn refusal(line: &str) -> Value {
    redis::parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap()
}

//! Whether the cache is there, without a trace in the records.

use redis::{ErrorKind, Value};

use crate::record;
use crate::scripted::Scripted;

#[tokio::test]
async fn a_cache_that_answers_is_well_and_nothing_is_measured() {
    let flags = Scripted::with([Value::SimpleString("PONG".to_owned()), Value::SimpleString("PONG".to_owned())]);
    let check = flags.health_check();
    let (answers, record) = record(async { [check().await, check().await] }).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!(record.calls().is_empty(), "{:?}", record.calls());
}

#[tokio::test]
async fn a_cache_that_fails_is_not_well() {
    let failure = redis::RedisError::from((ErrorKind::Io, "broken pipe"));
    let flags = Scripted::default().then(0, Err(failure)).flags();
    assert_eq!(flags.health_check()().await.unwrap_err().kind(), ErrorKind::Io);
}

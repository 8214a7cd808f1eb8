//! Commands that do not end well, and commands of no request.

use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_util::poll;
use redis::{AsyncCommands as _, ErrorKind, RedisError, Value, pipe};
use tachograph_core::CallOutcome::{Cancelled, Completed, Failed};
use tachograph_core::Yield::Unknown;
use tachograph_core::{ManualClock, Share, testing};

use crate::scripted::{Scripted, text};
use crate::{calls, errors, found, record, record_in};

#[tokio::test]
async fn an_error_of_the_connection_is_the_calls() {
    let timeout = || RedisError::from(io::Error::from(io::ErrorKind::TimedOut));
    let refused = || RedisError::from(io::Error::from(io::ErrorKind::ConnectionRefused));
    let broken = || RedisError::from(io::Error::from(io::ErrorKind::BrokenPipe));
    let mut flags = Scripted::default()
        .then(0, Err(timeout()))
        .then_many(0, Err(refused()))
        .then(0, Err(broken()))
        .then(0, Err((ErrorKind::Parse, "secret").into()))
        .then(0, Ok(text("on")))
        .flags();
    let (_, record) = record(async {
        flags.get::<_, String>("a").await.unwrap_err();
        pipe().get("a").get("b").exec_async(&mut flags).await.unwrap_err();
        flags.set::<_, _, ()>("a", 1).await.unwrap_err();
        flags.get::<_, String>("a").await.unwrap_err();
        // That the caller wanted another type is no error of the call.
        flags.get::<_, u64>("a").await.unwrap_err();
    })
    .await;
    let expected = [
        ("GET", Failed, Unknown),
        ("PIPELINE GET", Failed, Unknown),
        ("SET", Failed, Unknown),
        ("GET", Failed, Unknown),
        ("GET", Completed, found(1, 0)),
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(errors(&record), ["timeout", "connect", "io", "parse"]);
}

#[tokio::test]
async fn a_command_that_is_dropped_is_cancelled() {
    let clock = ManualClock::new();
    let mut flags = Scripted::new(&clock).flags();
    let instance = testing::Instance::with_clock(clock.clone());
    let (_, record) = record_in(&instance, async {
        // Never polled, it was never made.
        drop(flags.get::<_, String>("a"));
        {
            let mut get = pin!(flags.get::<_, String>("a"));
            assert!(poll!(get.as_mut()).is_pending());
            clock.advance(Duration::from_millis(2));
        }
        clock.advance(Duration::from_millis(1));
        let mut gets = pipe();
        gets.get("a").get("b");
        let mut gets = pin!(gets.exec_async(&mut flags));
        assert!(poll!(gets.as_mut()).is_pending());
    })
    .await;
    assert_eq!(calls(&record), [("GET", Cancelled, Unknown), ("PIPELINE GET", Cancelled, Unknown)]);
    assert_eq!((record.cache().calls().errors(), record.cache().hits(), record.cache().misses()), (0, 0, 0));
    assert_eq!(record.breakdown().share(Share::Cache), Duration::from_millis(2));
    assert_eq!(record.breakdown().share(Share::Own), Duration::from_millis(1));
}

#[tokio::test]
async fn outside_a_request_commands_work_and_are_unattributed() {
    let instance = testing::instance();
    instance
        .scope(async {
            let mut flags = Scripted::default().then(0, Ok(Value::Nil)).then_many(0, Ok(vec![Value::Nil; 2])).flags();
            assert_eq!(flags.get::<_, Option<String>>("a").await.unwrap(), None);
            pipe().get("a").get("b").exec_async(&mut flags).await.unwrap();
        })
        .await;
    assert_eq!(instance.handle().counters().unattributed_calls, 2);
    assert!(instance.records().is_empty());

    // And with no instance at all.
    let mut flags = Scripted::with([text("on")]);
    assert_eq!(flags.here().get::<_, String>("a").await.unwrap(), "on");
}

//! Code that was written for the connections of redis works with ours.

use std::fmt::Debug;

use redis::aio::{ConnectionLike, ConnectionManager, MultiplexedConnection, transaction_async};
use redis::cluster_async::ClusterConnection;
use redis::{AsyncCommands, Script, Value};
use tachograph_core::CallOutcome::{Completed, Failed};
use tachograph_redis::{Connection, Located};

use crate::scripted::{Scripted, refusal, text};
use crate::{calls, errors, record};

#[test]
fn what_wraps_a_connection_can_what_it_can() {
    fn usable<C: ConnectionLike + AsyncCommands + Clone + Debug + Send + Sync + 'static>() {}
    usable::<Connection<MultiplexedConnection>>();
    usable::<Connection<ConnectionManager>>();
    usable::<Connection<ClusterConnection>>();
    fn borrowed<C: ConnectionLike + AsyncCommands + Debug + Send>() {}
    borrowed::<Located<'_, MultiplexedConnection>>();
    assert_eq!((Scripted::with([]).get_db(), Scripted::with([]).here().get_db()), (7, 7));
    assert_eq!((Scripted::with([]).name(), Scripted::with([]).into_inner().get_db()), ("flags", 7));
}

#[tokio::test]
async fn what_needs_a_type_of_redis_gets_it_unmeasured() {
    async fn by_scripted(flags: &mut Scripted) -> Option<String> {
        flags.get("dark-mode").await.unwrap()
    }
    let mut flags = Scripted::with([text("on")]);
    assert_eq!(flags.inner().get_db(), 7);
    let (dark, record) = record(by_scripted(flags.inner_mut())).await;
    assert_eq!((dark.as_deref(), record.cache().calls().count()), (Some("on"), 0));
}

async fn by_commands(mut flags: impl AsyncCommands) -> Option<String> {
    flags.get("dark-mode").await.unwrap()
}

#[tokio::test]
async fn functions_over_any_connection_are_measured() {
    let mut flags = Scripted::with([text("on"), text("on")]);
    let (_, record) = record(async {
        assert_eq!(by_commands(flags.clone()).await.as_deref(), Some("on"));
        assert_eq!(by_commands(flags.here()).await.as_deref(), Some("on"));
    })
    .await;
    assert_eq!((record.cache().calls().count(), record.cache().hits()), (2, 2));
}

#[tokio::test]
async fn a_script_that_is_not_known_yet_is_three_calls() {
    let script = Script::new("return 3");
    let mut flags = Scripted::with([refusal("NOSCRIPT secret"), text(script.get_hash()), Value::Int(3)]);
    let (_, record) = record(async {
        assert_eq!(script.key("a").invoke_async::<u32>(&mut flags).await.unwrap(), 3);
    })
    .await;
    let seen: Vec<_> = calls(&record).iter().map(|call| (call.0, call.1)).collect();
    assert_eq!(seen, [("EVALSHA", Failed), ("SCRIPT LOAD", Completed), ("EVALSHA", Completed)]);
    assert_eq!(errors(&record), ["NOSCRIPT"]);
}

#[tokio::test]
async fn a_transaction_that_watches_is_its_commands() {
    let done = Value::Array(vec![Value::Int(2)]);
    let flags = Scripted::with([Value::Okay, text("1"), done, Value::Okay]);
    let (_, record) = record(async {
        let raised: (u32,) = transaction_async(flags, &["count"], |mut flags, mut pipe| async move {
            let count: u32 = flags.get("count").await?;
            pipe.set("count", count + 1).query_async(&mut flags).await
        })
        .await
        .unwrap();
        assert_eq!(raised, (2,));
    })
    .await;
    assert_eq!(calls(&record).iter().map(|call| call.0).collect::<Vec<_>>(), ["WATCH", "GET", "SET", "UNWATCH"]);
}

#[tokio::test]
async fn each_step_of_a_scan_is_a_call() {
    let page = |cursor, keys: &[&str]| {
        Value::Array(vec![text(cursor), Value::Array(keys.iter().map(|key| text(key)).collect())])
    };
    let mut flags = Scripted::with([page("5", &["a", "b"]), page("0", &["c"])]);
    let (_, record) = record(async {
        let mut keys = flags.scan::<String>().await.unwrap();
        let mut count = 0;
        while let Some(key) = keys.next_item().await {
            key.unwrap();
            count += 1;
        }
        assert_eq!(count, 3);
    })
    .await;
    assert_eq!(calls(&record).iter().map(|call| call.0).collect::<Vec<_>>(), ["SCAN", "SCAN"]);
}

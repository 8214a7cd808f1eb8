//! Hits and misses.

use redis::{AsyncCommands as _, Value, pipe};
use tachograph_core::CallOutcome::{Completed, Failed};
use tachograph_core::Yield::Unknown;

use crate::scripted::{Scripted, refusal, text};
use crate::{calls, errors, found, record};

fn list(values: impl Into<Vec<Value>>) -> Value {
    Value::Array(values.into())
}

#[tokio::test]
async fn each_key_that_was_looked_up_counts() {
    let mut flags = Scripted::with([
        list([text("1"), Value::Nil, text("3")]),
        list([Value::Nil, text("2")]),
        Value::Map(vec![(text("name"), text("dark"))]),
        list([]),
        Value::Nil,
        Value::Int(1),
        Value::Nil,
    ]);
    let (_, record) = record(async {
        let _: Vec<Option<String>> = flags.mget(&["a", "b", "c"]).await.unwrap();
        let _: Vec<Option<String>> = flags.hmget("flag", &["a", "b"]).await.unwrap();
        let _: Vec<(String, String)> = flags.hgetall("flag").await.unwrap();
        let _: Vec<(String, String)> = flags.hgetall("none").await.unwrap();
        let _: Option<String> = flags.hget("flag", "name").await.unwrap();
        let _: bool = flags.exists("flag").await.unwrap();
        let _: Option<String> = flags.lpop("queue", None).await.unwrap();
    })
    .await;
    let expected = [
        ("MGET", Completed, found(2, 1)),
        ("HMGET", Completed, found(1, 1)),
        ("HGETALL", Completed, found(1, 0)),
        ("HGETALL", Completed, found(0, 1)),
        ("HGET", Completed, found(0, 1)),
        ("EXISTS", Completed, Unknown),
        ("LPOP", Completed, Unknown),
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!((record.cache().hits(), record.cache().misses()), (4, 4));
}

#[tokio::test]
async fn a_pipeline_has_the_sum_of_its_commands() {
    let answers = || vec![text("1"), Value::Okay, Value::Nil, list([Value::Nil, text("4")])];
    let mut flags = Scripted::default()
        .then_many(0, Ok(answers()))
        .then_many(0, Ok(vec![list(answers())]))
        .then_many(0, Ok(vec![Value::Okay, Value::Okay]))
        .then_many(0, Ok(vec![Value::Nil]))
        .flags();
    let (_, record) = record(async {
        let mut four = pipe();
        // That an answer is ignored does not make the look-up undone.
        four.get("a").set("b", 1).get("c").ignore().mget(&["d", "e"]);
        four.exec_async(&mut flags).await.unwrap();
        four.atomic().exec_async(&mut flags).await.unwrap();
        pipe().set("a", 1).del("b").exec_async(&mut flags).await.unwrap();
        // A watched key has changed: nothing was carried out.
        let aborted: Option<(String,)> = four.query_async(&mut flags).await.unwrap();
        assert_eq!(aborted, None);
    })
    .await;
    let expected = [
        ("PIPELINE", Completed, found(2, 2)),
        ("MULTI", Completed, found(2, 2)),
        ("PIPELINE", Completed, Unknown),
        ("MULTI", Completed, Unknown),
    ];
    assert_eq!(calls(&record), expected);
}

#[tokio::test]
async fn what_failed_was_neither_found_nor_missed() {
    let wrong = || refusal("WRONGTYPE secret");
    let mut flags = Scripted::default()
        .then(0, Ok(wrong()))
        .then(0, wrong().extract_error())
        .then_many(0, Ok(vec![text("1"), wrong(), refusal("ERR secret")]))
        .then_many(0, Ok(vec![list([text("1"), wrong(), Value::Nil])]))
        .then_many(0, Ok(vec![text("1"), wrong()]))
        .then_many(0, Ok(vec![refusal("EXECABORT secret")]))
        .flags();
    let (_, record) = record(async {
        flags.get::<_, String>("a").await.unwrap_err();
        flags.get::<_, String>("a").await.unwrap_err();
        let mut three = pipe();
        three.get("a").get("b").get("c").exec_async(&mut flags).await.unwrap_err();
        three.atomic().exec_async(&mut flags).await.unwrap_err();
        // Also where the caller does not mind.
        let some: Vec<redis::RedisResult<String>> =
            pipe().get("a").get("b").ignore_errors().query_async(&mut flags).await.unwrap();
        assert!(some[0].is_ok() && some[1].is_err());
        three.exec_async(&mut flags).await.unwrap_err();
    })
    .await;
    let expected = [
        ("GET", Failed, Unknown),
        ("GET", Failed, Unknown),
        ("PIPELINE GET", Failed, found(1, 0)),
        ("MULTI GET", Failed, found(1, 1)),
        ("PIPELINE GET", Failed, found(1, 0)),
        ("MULTI GET", Failed, Unknown),
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(errors(&record), ["WRONGTYPE", "WRONGTYPE", "WRONGTYPE", "WRONGTYPE", "WRONGTYPE", "EXECABORT"]);
    assert_eq!(record.cache().calls().errors(), 6);
}

//! Each command is one call, with its name, its time and its place.

use std::time::Duration;

use futures_util::future::join;
use redis::{AsyncCommands as _, Value, cmd, pipe};
use tachograph_core::CallOutcome::Completed;
use tachograph_core::Yield::Unknown;
use tachograph_core::{Callsite, ManualClock, Share, testing};

use crate::scripted::{Scripted, text};
use crate::{calls, found, record, record_in};

const MS: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_command_is_one_call_whose_time_is_the_caches() {
    let clock = ManualClock::new();
    let mut flags =
        Scripted::new(&clock).then(3, Ok(text("1"))).then(4, Ok(Value::Nil)).then(5, Ok(Value::Okay)).flags();
    let instance = testing::Instance::with_clock(clock.clone());
    let (_, record) = record_in(&instance, async {
        clock.advance(MS);
        let dark: Option<bool> = flags.get("dark-mode").await.unwrap();
        let light: Option<bool> = flags.get("light-mode").await.unwrap();
        assert_eq!((dark, light), (Some(true), None));
        clock.advance(2 * MS);
        let () = cmd("set").arg("light-mode").arg(true).query_async(&mut flags).await.unwrap();
        tokio::task::yield_now().await;
    })
    .await;
    let expected = [("GET", Completed, found(1, 0)), ("GET", Completed, found(0, 1)), ("SET", Completed, Unknown)];
    assert_eq!(calls(&record), expected);
    assert!(record.calls().iter().all(|call| call.operation().target() == "flags" && call.callsite().is_none()));
    let times: Vec<_> = record.calls().iter().map(|call| (call.start(), call.end())).collect();
    assert_eq!(times, [(MS, 4 * MS), (4 * MS, 8 * MS), (10 * MS, 15 * MS)]);
    assert_eq!(record.breakdown().share(Share::Cache), 12 * MS);
    assert_eq!(record.breakdown().share(Share::Own), 3 * MS);
    assert_eq!((record.breakdown().total(), record.duration()), (15 * MS, 15 * MS));
    let totals = record.cache().calls();
    assert_eq!((totals.count(), totals.errors(), totals.total(), totals.slowest()), (3, 0, 12 * MS, 5 * MS));
    assert_eq!((record.cache().hits(), record.cache().misses()), (1, 1));
}

#[tokio::test]
async fn commands_at_once_share_their_time() {
    let clock = ManualClock::new();
    let flags = Scripted::new(&clock).then(3, Ok(text("1"))).then(4, Ok(Value::Nil)).flags();
    let instance = testing::Instance::with_clock(clock.clone());
    let (_, record) = record_in(&instance, async {
        let (mut one, mut other) = (flags.clone(), flags.clone());
        let both = join(one.get::<_, Option<bool>>("dark-mode"), other.get::<_, Option<bool>>("light-mode"));
        assert_eq!(both.await, (Ok(Some(true)), Ok(None)));
    })
    .await;
    let times: Vec<_> = record.calls().iter().map(|call| (call.start(), call.end())).collect();
    assert_eq!(times, [(Duration::ZERO, 3 * MS), (Duration::ZERO, 7 * MS)]);
    assert_eq!((record.cache().calls().total(), record.breakdown().share(Share::Cache)), (10 * MS, 7 * MS));
}

#[tokio::test]
async fn here_is_where_it_was_called() {
    let mut flags = Scripted::with([text("1"), Value::Okay, text("1"), Value::Nil]);
    let (lines, record) = record(async {
        let first = Callsite::caller().line() + 1;
        let _: bool = flags.here().get("dark-mode").await.unwrap();
        let () = cmd("SET").arg("a").arg("b").query_async(&mut flags.here()).await.unwrap();
        let (_,): (bool,) = pipe().get("dark-mode").query_async(&mut flags.here()).await.unwrap();
        // Elsewhere it is not known.
        let _: Option<bool> = flags.get("dark-mode").await.unwrap();
        [Some(first), Some(first + 1), Some(first + 2), None]
    })
    .await;
    let sites: Vec<_> = record.calls().iter().map(|call| call.callsite()).collect();
    assert_eq!(sites.iter().map(|site| site.map(|site| site.line())).collect::<Vec<_>>(), lines);
    assert!(sites.iter().flatten().all(|site| site.file() == file!()));
}

#[tokio::test]
async fn pipelines_are_named_after_what_they_have_in_common() {
    let ok = || vec![Value::Okay, Value::Okay];
    let done = || vec![Value::Array(ok())];
    let mut flags = Scripted::default()
        .then_many(0, Ok(ok()))
        .then_many(0, Ok(ok()))
        .then_many(0, Ok(done()))
        .then_many(0, Ok(done()))
        .then_many(0, Ok(vec![Value::Okay]))
        .then_many(0, Ok(vec![Value::Array(vec![Value::Okay])]))
        .then_many(0, Ok(vec![]))
        .flags();
    let (_, record) = record(async {
        let flags = &mut flags;
        pipe().set("a", 1).set("b", 2).exec_async(flags).await.unwrap();
        pipe().set("a", 1).del("b").exec_async(flags).await.unwrap();
        pipe().atomic().set("a", 1).cmd("Set").arg("b").arg(2).exec_async(flags).await.unwrap();
        pipe().atomic().set("a", 1).del("b").exec_async(flags).await.unwrap();
        pipe().set("a", 1).exec_async(flags).await.unwrap();
        pipe().atomic().set("a", 1).exec_async(flags).await.unwrap();
        pipe().exec_async(flags).await.unwrap();
    })
    .await;
    let names: Vec<_> = calls(&record).iter().map(|call| call.0).collect();
    assert_eq!(names, ["PIPELINE SET", "PIPELINE", "MULTI SET", "MULTI", "SET", "SET", "PIPELINE"]);
    assert_eq!((record.cache().calls().count(), record.cache().calls().errors()), (7, 0));
}

#[tokio::test]
async fn requests_side_by_side_have_their_own_calls() {
    let instance = testing::instance();
    let tasks: Vec<_> = (0..200_u32)
        .map(|n| {
            let instance = instance.clone();
            tokio::spawn(async move {
                let (hits, misses) = (n % 7, n % 5);
                let answers = (0..hits).map(|_| text("1")).chain((0..misses).map(|_| Value::Nil));
                let mut flags = Scripted::with(answers);
                let (_, record) = record_in(&instance, async {
                    for _ in 0..hits + misses {
                        let _: Option<bool> = flags.get("dark-mode").await.unwrap();
                    }
                })
                .await;
                let totals = (record.cache().calls().count(), record.cache().hits(), record.cache().misses());
                assert_eq!(totals, (hits + misses, hits, misses));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((instance.records().len(), instance.handle().in_flight()), (200, 0));
}

#[tokio::test]
async fn no_key_and_no_value_is_kept() {
    let mut flags =
        Scripted::default().then(0, Ok(text("secret"))).then_many(0, Ok(vec![text("secret"), Value::Nil])).flags();
    let (_, record) = record(async {
        let _: String = flags.get("secret").await.unwrap();
        let _: (String, Option<String>) = pipe().get("secret").get("secret").query_async(&mut flags).await.unwrap();
        let unknown = cmd("SECRET").arg("secret").to_owned();
        let _ = futures_util::poll!(std::pin::pin!(unknown.query_async::<()>(&mut flags)));
    })
    .await;
    assert_eq!(calls(&record).iter().map(|call| call.0).collect::<Vec<_>>(), ["GET", "PIPELINE GET", "_OTHER"]);
    let everything = format!("{record:?} {flags:?}").to_lowercase();
    assert!(!everything.contains("secret"), "{everything}");
}

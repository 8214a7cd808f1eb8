//! Invocations that do not end in time, by a clock that goes ahead whenever everybody waits.

use std::time::Duration;

use tachograph_core::{Outcome, request};
use tokio::time::{Instant, sleep};

use super::{SECOND, context, instance, invoke, layer};

#[tokio::test(start_paused = true)]
async fn they_are_recorded_shortly_before_and_go_on() {
    let (instance, clock) = instance();
    let began = Instant::now();
    let layer = layer(instance.handle()).margin(Duration::from_millis(300));
    let answer = invoke(&layer, context(&clock, 10 * SECOND), async |_| {
        sleep(Duration::from_millis(9_699)).await;
        assert_eq!(instance.records().len(), 0);
        sleep(Duration::from_millis(2)).await;
        assert_eq!(instance.records().len(), 1);
        request().field("late", true);
        sleep(20 * SECOND).await;
        7
    })
    .await;
    assert_eq!((answer, began.elapsed().as_secs()), (7, 29));
    let records = instance.take();
    assert_eq!(records.len(), 1, "it was recorded, and is not again");
    let error = records[0].error().unwrap();
    assert_eq!((records[0].outcome(), error.type_name()), (Outcome::OpenAtShutdown, "timeout"));
    assert_eq!(error.message(), "300 ms before its deadline it was not done");
    assert_eq!(records[0].field("late"), None);
}

#[tokio::test(start_paused = true)]
async fn whoever_ends_in_time_did_not_time_out() {
    let (instance, clock) = instance();
    let layer = layer(instance.handle());
    let elapsed = async |remaining, took| {
        invoke(&layer, context(&clock, remaining), async |_| sleep(took).await).await;
        sleep(30 * SECOND).await;
        instance.take().remove(0).outcome()
    };
    assert_eq!(elapsed(10 * SECOND, Duration::from_millis(9_799)).await, Outcome::Completed);
    assert_eq!(elapsed(10 * SECOND, Duration::from_millis(9_801)).await, Outcome::OpenAtShutdown);
    // Half of its time everybody has, and who has no time at all has no limit.
    assert_eq!(elapsed(Duration::from_millis(300), Duration::from_millis(149)).await, Outcome::Completed);
    assert_eq!(elapsed(Duration::from_millis(300), Duration::from_millis(151)).await, Outcome::OpenAtShutdown);
    assert_eq!(elapsed(Duration::ZERO, 20 * SECOND).await, Outcome::Completed);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_limit_of_an_invocation_that_is_over() {
    let (instance, clock) = instance();
    let layer = layer(instance.handle());
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    invoke(&layer, context(&clock, 10 * SECOND), async |_| assert!(tasks() > before)).await;
    tokio::task::yield_now().await;
    assert_eq!(tasks(), before);
}

//! How often checks run, for whom, and for how long.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use futures_util::future::join_all;
use tokio::runtime;
use tokio::time::{Instant, advance};

use super::*;

/// Begins to ask, and does not wait.
macro_rules! begin {
    ($ask:expr) => {
        assert!($ask.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending())
    };
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_probes_is_one_check() {
    let instance = instance();
    let gate = Gate::new();
    let health = health(&instance).with("database", gate.check());
    let flood = join_all((0..1000).map(|probe| ask(&health, if probe % 2 == 0 { "/health" } else { "/readyz" })));
    let open = async {
        settle().await;
        gate.open();
    };
    let (answers, ()) = tokio::join!(flood, open);
    let connected = (200, body("ok", r#""database":"connected","#));
    assert!(answers.iter().all(|answer| *answer == connected));
    assert_eq!((answers.len(), gate.begun()), (1000, 1));
}

#[tokio::test(start_paused = true)]
async fn a_result_is_kept_for_a_second() {
    let instance = instance();
    let gate = Gate::new();
    gate.open();
    let health = health(&instance).with("database", gate.check());
    ask(&health, "/health").await;
    advance(SECOND - Duration::from_millis(1)).await;
    ask(&health, "/readyz").await;
    assert_eq!(gate.begun(), 1);
    advance(Duration::from_millis(1)).await;
    ask(&health, "/health").await;
    assert_eq!(gate.begun(), 2);
}

#[tokio::test(start_paused = true)]
async fn how_long_a_result_is_kept_can_be_set() {
    let instance = instance();
    let gate = Gate::new();
    gate.open();
    let kept = health_with(&instance, |settings| settings.cache = SECOND * 10).with("database", gate.check());
    ask(&kept, "/health").await;
    advance(SECOND * 9).await;
    ask(&kept, "/health").await;
    assert_eq!(gate.begun(), 1);

    let never = health_with(&instance, |settings| settings.cache = Duration::ZERO).with("database", gate.check());
    ask(&never, "/health").await;
    ask(&never, "/health").await;
    assert_eq!(gate.begun(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_kept_no_longer_than_a_success() {
    let instance = instance();
    let gate = Gate::new();
    let health = health(&instance).with("database", gate.check());
    assert_eq!(ask(&health, "/health").await.1, body("degraded", r#""database":"timeout","#));
    gate.open();
    assert_eq!(ask(&health, "/health").await.0, 503);
    advance(SECOND).await;
    assert_eq!(ask(&health, "/health").await, (200, body("ok", r#""database":"connected","#)));
}

#[tokio::test(start_paused = true)]
async fn a_prober_that_leaves_ends_the_run_for_nobody() {
    let instance = instance();
    let gate = Gate::new();
    let health = health(&instance).with("database", gate.check());
    {
        let mut first = pin!(ask(&health, "/health"));
        begin!(first);
        settle().await;
        assert_eq!(gate.begun(), 1);
    }
    let mut second = pin!(ask(&health, "/health"));
    begin!(second);
    gate.open();
    assert_eq!(second.await.0, 200);
    assert_eq!(gate.begun(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_all_have_left_is_there_for_the_next() {
    let instance = instance();
    let gate = Gate::new();
    let health = health(&instance).with("database", gate.check());
    {
        let mut only = pin!(ask(&health, "/health"));
        begin!(only);
    }
    gate.open();
    settle().await;
    let mut next = pin!(ask(&health, "/health"));
    let answer = next.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(answer, Poll::Ready((200, body("ok", r#""database":"connected","#))), "it need not wait");
    assert_eq!(gate.begun(), 1);
}

#[tokio::test(start_paused = true)]
async fn checks_take_their_time_together_not_one_after_another() {
    let instance = instance();
    let health = health(&instance).with("a", hanging).with("b", hanging).with_optional("c", hanging);
    let start = Instant::now();
    let answer = ask(&health, "/health").await;
    assert_eq!(answer, (503, body("degraded", r#""a":"timeout","b":"timeout","c":"timeout","#)));
    // The timers of tokio are of milliseconds, and time stands still but for them.
    let took = start.elapsed();
    assert!(took >= SECOND * 2 && took <= Duration::from_millis(2002), "{took:?}");
}

/// However many there are, and whatever they do with the longest time that they can be given.
#[tokio::test(start_paused = true)]
async fn the_answer_is_there_before_a_load_balancer_gives_up() {
    let instance = instance();
    let mut served = health_with(&instance, |settings| settings.timeout = SECOND * 4);
    for check in 0..50 {
        served = served.with(&format!("check_{check}"), hanging);
    }
    for path in ["/readyz", "/health"] {
        let start = Instant::now();
        let answer = tokio::time::timeout(SECOND * 5, ask(&served, path)).await;
        assert_eq!(answer.map(|(code, _)| code), Ok(503), "{path}: {:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_optional_keeps_nobody_from_being_ready() {
    let instance = instance();
    let health = health(&instance).with("database", well).with_optional("search", hanging);
    let mut everything = pin!(ask(&health, "/health"));
    begin!(everything);
    let start = Instant::now();
    assert_eq!(ask(&health, "/readyz").await, (200, body("ok", r#""database":"connected","#)));
    assert_eq!(start.elapsed(), Duration::ZERO);
    let degraded = body("degraded", r#""database":"connected","search":"timeout","#);
    assert_eq!(everything.await, (200, degraded));
}

#[tokio::test(start_paused = true)]
async fn how_long_a_check_may_take_can_be_set() {
    let instance = instance();
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok::<_, String>(())
    };
    let patient =
        health_with(&instance, |settings| settings.timeout = Duration::from_millis(400)).with("database", slow);
    assert_eq!(ask(&patient, "/health").await.0, 200);
    let hasty = health_with(&instance, |settings| settings.timeout = Duration::from_millis(200)).with("database", slow);
    assert_eq!(ask(&hasty, "/health").await, (503, body("degraded", r#""database":"timeout","#)));
}

/// As with actix-web, whose every worker has a runtime of its own.
#[test]
fn a_run_whose_runtime_ends_is_lost_and_the_next_is_not() {
    let runtime = || runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let instance = instance();
    let gate = Gate::new();
    let health = health_with(&instance, |settings| settings.timeout = SECOND * 4).with("database", gate.check());

    let (ending, going_on) = (runtime(), runtime());
    let mut waiting = pin!(ask(&health, "/health"));
    ending.block_on(async {
        begin!(waiting);
        settle().await;
    });
    drop(ending);
    assert_eq!(going_on.block_on(waiting), (503, body("degraded", r#""database":"error","#)));

    gate.open();
    assert_eq!(going_on.block_on(ask(&health, "/health")), (200, body("ok", r#""database":"connected","#)));
    assert_eq!(gate.begun(), 2);
}

//! The end.

use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use tachograph_cloudwatch_logs::LogGroup;
use tachograph_core::Level;
use tachograph_log_service::{Answer, Call};

use crate::bench::{Bench, GROUP, LIMIT, log_as, numbers};

#[test]
fn a_shutdown_sends_what_is_there() {
    let bench = Bench::new();
    (0..10_000).for_each(|number| bench.log(&number.to_string()));
    assert!(bench.handle.shutdown(LIMIT));
    assert_eq!(bench.logged(GROUP), numbers(10_000));
    bench.log("late");
    assert_eq!(bench.dropped("after_shutdown"), 1);
}

#[test]
fn a_service_that_hangs_holds_up_neither_a_flush_nor_the_shutdown() {
    let bench = Bench::new();
    bench.log("0");
    bench.flush();
    bench.service.answer_with(Call::PutLogEvents, Answer::Hang);
    (0..7).for_each(|_| bench.log("never answered"));
    assert!(!bench.handle.flush(Duration::from_millis(100)));
    let (ended, end) = std::sync::mpsc::channel();
    let handle = bench.handle.clone();
    std::thread::spawn(move || ended.send(handle.shutdown(Duration::from_millis(300))));
    // Long before the call would have taken its time, which is half a minute.
    assert_eq!(end.recv_timeout(Duration::from_secs(20)), Ok(false));
    assert_eq!((bench.dropped("output_failed"), bench.counters().written_items), (7, 1));
}

#[test]
fn the_thread_of_a_call_that_hangs_ends_with_the_shutdown() {
    let (there, gone) = std::sync::mpsc::channel::<()>();
    let bench = Bench::with(|settings| {
        // The thread's own: it goes when the thread does.
        settings.on_failure = Arc::new(move |_| there.send(()).expect("the test waits"));
    });
    bench.service.answer_with(Call::PutLogEvents, Answer::Hang);
    bench.log("never answered");
    bench.service.block_on(bench.service.wait_for(|kept| kept.calls.len() == 1));
    assert!(!bench.handle.shutdown(Duration::ZERO));
    // Long before the call would have taken its time, which is half a minute.
    let told = gone.recv_timeout(Duration::from_secs(20)).and_then(|()| gone.recv_timeout(Duration::from_secs(20)));
    assert_eq!(told, Err(RecvTimeoutError::Disconnected));
}

#[test]
fn creating_that_hangs_does_not_hold_up_the_shutdown() {
    let bench = Bench::new();
    bench.service.answer_with(Call::CreateLogStream, Answer::Hang);
    bench.log("0");
    let (ended, end) = std::sync::mpsc::channel();
    let handle = bench.handle.clone();
    std::thread::spawn(move || ended.send(handle.shutdown(Duration::from_millis(300))));
    assert_eq!(end.recv_timeout(Duration::from_secs(20)), Ok(false));
    assert_eq!(bench.dropped("output_failed"), 1);
}

#[test]
fn a_group_that_hangs_leaves_the_others_their_time() {
    const SECOND: &str = "/shop/second";
    let bench = Bench::with(|settings| {
        settings.groups.push(LogGroup::new(SECOND));
        for (group, logger) in settings.groups.iter_mut().zip(["first", "second"]) {
            group.lines.filter.loggers = Some(vec![logger.to_owned()]);
        }
        // Nothing is sent before it is asked for.
        settings.flush_interval = Duration::from_secs(600);
    });
    let log = |logger: &str, message: &str| log_as(&bench.handle, Level::Info, logger, message);
    log("first", "0");
    log("second", "0");
    bench.flush();
    bench.service.answer_next(Call::PutLogEvents, [Answer::Hang]);
    log("first", "1");
    bench.handle.flush(Duration::ZERO);
    bench.service.block_on(bench.service.wait_for(|kept| kept.answers(Call::PutLogEvents).contains(&"lost")));
    log("second", "1");
    assert!(!bench.handle.shutdown(Duration::from_secs(3)), "the first hangs for all of it");
    assert_eq!((bench.logged(GROUP), bench.logged(SECOND)), (numbers(1), numbers(2)));
}

#[test]
fn it_may_be_dropped_where_a_runtime_runs() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let bench = Bench::new();
        bench.log("0");
        bench.service.wait_for(|kept| kept.count(GROUP) == 1).await;
        drop(bench);
    });
}

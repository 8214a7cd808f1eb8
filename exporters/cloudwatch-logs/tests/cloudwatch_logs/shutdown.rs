//! The end.

use std::time::Duration;

use tachograph_log_service::{Answer, Call};

use crate::bench::{Bench, GROUP, LIMIT, numbers};

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
    use tachograph_cloudwatch_logs::LogGroup;

    let bench = Bench::with(|settings| settings.groups.push(LogGroup::new("/shop/second")));
    bench.log("0");
    bench.flush();
    bench.service.answer_next(Call::PutLogEvents, [Answer::Hang]);
    bench.log("1");
    // Whichever of the two comes first hangs; the other is through, although nobody waits for it before the end.
    assert!(!bench.handle.shutdown(Duration::from_secs(1)));
    let logged = [bench.logged(GROUP), bench.logged("/shop/second")];
    assert!(logged.contains(&numbers(2)) && logged.contains(&numbers(1)), "{logged:?}");
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

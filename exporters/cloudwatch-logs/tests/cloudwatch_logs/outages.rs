//! Trouble that passes.

use std::time::Duration;

use tachograph_log_service::{Answer, Call, LogService};

use crate::bench::{Bench, GROUP, LIMIT, numbers};

/// What is on the way while the service answers so, each line in a call of its own.
fn through(answers: impl IntoIterator<Item = Answer>) -> Bench {
    through_within(LIMIT, answers)
}

/// As [`through`], when each call may take so long.
fn through_within(timeout: Duration, answers: impl IntoIterator<Item = Answer>) -> Bench {
    let bench = Bench::with(|settings| settings.timeout = timeout);
    bench.log("0");
    bench.flush();
    bench.service.answer_next(Call::PutLogEvents, answers);
    for number in 1..5 {
        bench.log(&number.to_string());
        bench.flush();
    }
    assert_eq!(bench.service.complaints(), [""; 0]);
    bench
}

#[test]
fn trouble_that_passes_costs_nothing_and_is_told_once() {
    let throttled = Answer::Throttled { retry_after: None };
    for answer in [
        throttled,
        Answer::Status(500),
        Answer::Status(503),
        Answer::Status(429),
        Answer::HangUp,
        Answer::Error("ServiceUnavailableException"),
        Answer::Error("ExpiredTokenException"),
        Answer::Error("UnrecognizedClientException"),
        Answer::Error("AccessDeniedException"),
        Answer::Error("InternalFailure"),
        Answer::Error("NobodyKnowsYet"),
    ] {
        let bench = through([answer.clone(), answer.clone(), Answer::Truth, answer.clone()]);
        assert_eq!(bench.logged(GROUP), numbers(5), "{answer:?}");
        assert_eq!((bench.counters().dropped(), bench.counters().failures), (0, 3), "{answer:?}");
        let told = bench.failures();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("sending to log group /shop/requests failed, will be tried again: "), "{told:?}");
    }
}

#[test]
fn who_gets_no_answer_asks_again() {
    let bench = through_within(Duration::from_secs(2), [Answer::Truth, Answer::Hang]);
    assert_eq!((bench.logged(GROUP), bench.counters().dropped()), (numbers(5), 0));
    assert!(
        bench.failures()[0].contains("there was no answer in time: ") && bench.failures()[0].contains("2s"),
        "{:?}",
        bench.failures()
    );
}

#[test]
fn who_is_told_to_grant_a_permission_is_told_which() {
    let bench = through([Answer::Error("AccessDeniedException")]);
    assert!(bench.failures()[0].contains("needed are logs:PutLogEvents"), "{:?}", bench.failures());
}

#[test]
fn an_answer_that_is_lost_duplicates_that_call_and_no_other() {
    let bench = through([Answer::Truth, Answer::DoneAndHangUp]);
    assert_eq!(bench.logged(GROUP), ["0", "1", "2", "2", "3", "4"]);
    let late = Answer::Slow(LIMIT);
    let bench = through_within(Duration::from_secs(2), [Answer::Truth, late]);
    assert_eq!(bench.logged(GROUP), ["0", "1", "2", "2", "3", "4"], "an answer that came too late");
}

#[test]
fn what_the_service_has_already_is_through() {
    let bench = through([Answer::Error("DataAlreadyAcceptedException")]);
    assert_eq!(bench.logged(GROUP), ["0", "2", "3", "4"], "this service says so without having it");
    assert_eq!((bench.counters().written_items, bench.counters().failures), (5, 0));
}

#[test]
fn a_service_that_is_slow_gets_everything_once() {
    let bench = Bench::new();
    bench.service.answer_with(Call::PutLogEvents, Answer::Slow(Duration::from_millis(50)));
    (0..20_000).for_each(|number| bench.log(&number.to_string()));
    bench.flush();
    assert_eq!(bench.logged(GROUP), numbers(20_000));
    assert_eq!((bench.service.complaints(), bench.failures()), (vec![], vec![]));
}

#[test]
fn a_service_that_is_killed_and_comes_back_misses_nothing() {
    let bench = Bench::new();
    let mut sent = 0;
    let mut log = |count: usize| {
        (sent..sent + count).for_each(|number| bench.log(&number.to_string()));
        sent += count;
    };
    for _ in 0..3 {
        log(5000);
        bench.service.block_on(bench.service.wait_for(|kept| kept.count(GROUP) > 0));
        bench.service.block_on(bench.service.kill());
        let failures = bench.counters().failures;
        log(5000);
        bench.wait_until(|bench| bench.counters().failures > failures);
        bench.service.block_on(bench.service.restart());
        bench.flush();
    }
    let mut logged = bench.logged(GROUP);
    let duplicates = logged.len() - sent;
    logged.sort_by_key(|message| message.parse::<usize>().unwrap());
    logged.dedup();
    assert_eq!(logged, numbers(sent));
    assert!(duplicates <= 3 * 10_000, "{duplicates} lines came twice, and at most one call can with each kill");
    assert_eq!((bench.counters().dropped(), bench.service.complaints()), (0, vec![]));
    assert!(
        bench.failures().iter().any(|told| told.contains("the service cannot be reached: Connection refused")),
        "{:?}",
        bench.failures()
    );
}

#[test]
fn what_has_waited_goes_in_calls_that_are_full() {
    let bench = Bench::new();
    bench.service.block_on(bench.service.kill());
    bench.log("0");
    bench.wait_until(|bench| bench.counters().failures > 0);
    (1..15_000).for_each(|number| bench.log(&number.to_string()));
    bench.service.block_on(bench.service.restart());
    bench.flush();
    assert_eq!(bench.logged(GROUP), numbers(15_000));
    let bytes: usize = bench.service.messages(GROUP).iter().map(|line| line.len() + 26).sum();
    let calls = bench.service.calls().iter().filter(|made| made.events > 0).count();
    assert!(calls <= bytes / 1_048_576 + 2, "one for the first line, and {} for {bytes} bytes", calls - 1);
}

#[test]
fn a_service_that_is_not_there_at_the_start_gets_what_was_logged_before_it() {
    let service = LogService::start_blocking();
    service.block_on(service.kill());
    let bench = Bench::at(service, |_| {});
    bench.log("0");
    bench.wait_until(|bench| bench.counters().failures > 0);
    bench.log("1");
    bench.service.block_on(bench.service.restart());
    bench.flush();
    assert_eq!(bench.logged(GROUP), numbers(2));
}

//! Groups and streams that are not there yet, or are.

use tachograph_log_service::{Answer, Call, LogService};

use crate::bench::{Bench, GROUP};

const STREAM: &str = "test";

fn bench_at(service: LogService) -> Bench {
    Bench::at(service, |settings| {
        settings.stream = STREAM.to_owned();
        settings.groups[0].retention_days = Some(90);
    })
}

fn calls(bench: &Bench) -> Vec<(Call, String)> {
    bench.service.calls().into_iter().map(|made| (made.call, made.answered.unwrap_or_default())).collect()
}

fn ok(call: Call) -> (Call, String) {
    (call, "ok".to_owned())
}

fn missing(call: Call) -> (Call, String) {
    (call, "ResourceNotFoundException".to_owned())
}

fn retention(bench: &Bench) -> Option<i64> {
    bench.service.look(|kept| kept.groups[GROUP].retention_days)
}

#[test]
fn group_and_stream_are_created_when_they_are_missed_and_the_group_is_told_how_long() {
    let bench = bench_at(LogService::start_blocking());
    bench.log("placed");
    bench.flush();
    bench.log("shipped");
    bench.flush();
    let expected = [
        missing(Call::PutLogEvents),
        missing(Call::CreateLogStream),
        ok(Call::CreateLogGroup),
        ok(Call::PutRetentionPolicy),
        ok(Call::CreateLogStream),
        ok(Call::PutLogEvents),
        ok(Call::PutLogEvents),
    ];
    assert_eq!(calls(&bench), expected);
    assert_eq!(retention(&bench), Some(90));
    assert_eq!((bench.logged(GROUP), bench.failures()), (vec!["placed".to_owned(), "shipped".to_owned()], vec![]));
}

#[test]
fn a_group_that_is_there_keeps_its_retention() {
    let service = LogService::start_blocking();
    service.create(GROUP, "of somebody else");
    let bench = bench_at(service);
    bench.log("placed");
    bench.flush();
    assert_eq!(calls(&bench)[1..], [ok(Call::CreateLogStream), ok(Call::PutLogEvents)]);
    assert_eq!(retention(&bench), None);
}

#[test]
fn who_is_faster_is_welcome() {
    let bench = bench_at(LogService::start_blocking());
    bench.service.answer_next(Call::CreateLogGroup, [Answer::Error("ResourceAlreadyExistsException")]);
    bench.service.answer_next(
        Call::CreateLogStream,
        [Answer::Error("ResourceNotFoundException"), Answer::Error("ResourceAlreadyExistsException")],
    );
    bench.service.answer_next(Call::PutLogEvents, [Answer::Error("ResourceNotFoundException")]);
    bench.service.create(GROUP, STREAM);
    bench.log("placed");
    bench.flush();
    assert_eq!(bench.logged(GROUP), ["placed"]);
    assert_eq!((bench.failures(), retention(&bench)), (vec![], None), "the group is not ours");
}

#[test]
fn what_was_deleted_is_created_again() {
    let bench = bench_at(LogService::start_blocking());
    bench.log("placed");
    bench.flush();
    bench.service.delete(GROUP);
    bench.log("shipped");
    bench.flush();
    assert_eq!((bench.logged(GROUP), retention(&bench)), (vec!["shipped".to_owned()], Some(90)));
}

#[test]
fn nothing_is_created_where_that_is_not_wanted_and_lines_wait_for_who_does() {
    let bench = Bench::with(|settings| {
        settings.stream = STREAM.to_owned();
        settings.create = false;
    });
    bench.log("placed");
    bench.service.block_on(bench.service.wait_for(|kept| kept.calls.len() == 2));
    assert_eq!(calls(&bench)[..2], [missing(Call::PutLogEvents), missing(Call::PutLogEvents)]);
    bench.service.create(GROUP, STREAM);
    bench.flush();
    assert_eq!((bench.logged(GROUP), bench.failures().len()), (vec!["placed".to_owned()], 1));
    let told =
        "log group `/shop/requests` is not there: create it, or leave `create = false` out (ResourceNotFoundException";
    assert!(bench.failures()[0].contains(told), "{:?}", bench.failures());
}

#[test]
fn a_stream_that_nobody_creates_is_told_of_by_its_name() {
    let service = LogService::start_blocking();
    service.create(GROUP, "of somebody else");
    let bench = Bench::at(service, |settings| {
        settings.stream = STREAM.to_owned();
        settings.create = false;
    });
    bench.log("placed");
    bench.wait_until(|bench| !bench.failures().is_empty());
    let told = "log stream `test` of group `/shop/requests` is not there: create it";
    assert!(bench.failures()[0].contains(told), "{:?}", bench.failures());
}

#[test]
fn who_may_not_set_a_retention_is_told_once_and_the_lines_go() {
    let bench = bench_at(LogService::start_blocking());
    bench.service.answer_with(Call::PutRetentionPolicy, Answer::Error("AccessDeniedException"));
    for message in ["placed", "shipped"] {
        bench.log(message);
        bench.flush();
    }
    let told = bench.failures();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("warning") && told[0].contains("for ever, not for 90 days"), "{told:?}");
    assert_eq!(bench.service.look(|kept| kept.answers(Call::PutRetentionPolicy).len()), 1, "there is no hope");
    assert_eq!((bench.logged(GROUP).len(), bench.counters().dropped()), (2, 0));
}

#[test]
fn a_retention_that_cannot_be_set_for_now_is_set_later() {
    let bench = bench_at(LogService::start_blocking());
    let aborted = || Answer::Error("OperationAbortedException");
    bench.service.answer_next(Call::PutRetentionPolicy, [aborted(), aborted()]);
    for message in ["placed", "shipped", "returned"] {
        bench.log(message);
        bench.flush();
    }
    assert_eq!((retention(&bench), bench.logged(GROUP).len()), (Some(90), 3));
}

#[test]
fn trouble_while_creating_costs_no_lines() {
    for name in
        ["OperationAbortedException", "LimitExceededException", "InvalidParameterException", "AccessDeniedException"]
    {
        let bench = bench_at(LogService::start_blocking());
        bench.service.answer_next(Call::CreateLogGroup, [Answer::Error(name), Answer::Status(503), Answer::HangUp]);
        bench.service.answer_next(Call::CreateLogStream, [Answer::Truth, Answer::Error(name)]);
        bench.log("placed");
        bench.flush();
        assert_eq!((bench.logged(GROUP), bench.counters().dropped()), (vec!["placed".to_owned()], 0), "{name}");
        assert!(bench.failures().iter().any(|told| told.contains(name)), "{:?}", bench.failures());
    }
}

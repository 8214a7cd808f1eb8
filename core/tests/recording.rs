//! What a request is from its opening to its record, with a clock that is moved by hand.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tachograph_core::testing::{self, Instance};
use tachograph_core::{
    CallKind, CallOutcome, Capture, Exporter, FieldValue, Handle, Ignore, InCurrentRequest, Level, Limits, ManualClock,
    OpenRequest, Operation, Outcome, PoolName, Record, RecordKind, RequestHead, Share, Yield, database_call,
    external_call, request, start_call, start_connection_wait, start_connection_wait_for, task, trace,
};

const MS: Duration = Duration::from_millis(1);

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
    panic!("the future does not end");
}

fn open(handle: &Handle) -> OpenRequest {
    let head = RequestHead { method: "GET", path: "/users/7", route: Some("/users/{id}"), ..RequestHead::default() };
    OpenRequest::open(handle, head).expect("it is not ignored")
}

fn only(instance: &Instance) -> Record {
    let mut records = instance.take();
    assert_eq!(records.len(), 1, "one record per request");
    assert_eq!(instance.handle().in_flight(), 0);
    records.remove(0)
}

fn shares(record: &Record) -> [u128; 7] {
    let shares = Share::ALL.map(|share| record.breakdown().share(share).as_millis());
    assert_eq!(record.breakdown().total(), record.duration(), "the shares sum to the duration");
    shares
}

fn query(sql: &str) -> std::sync::Arc<Operation> {
    Operation::database("sqlite", "main", sql)
}

#[test]
fn a_request_becomes_one_record_with_its_time_apart() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = open(instance.handle());
    open.poll(|| {
        clock.advance(MS);
        let wait = start_connection_wait();
        clock.advance(2 * MS);
        drop(wait);
        let mut call = start_call(query("SELECT name FROM users WHERE id = 7"), None);
        clock.advance(3 * MS);
        call.brought(Yield::Rows(1));
        call.completed();
    });
    clock.advance(4 * MS);
    open.poll(|| clock.advance(5 * MS));
    open.respond(200, None, false);
    clock.advance(6 * MS);
    open.sent(100);
    open.poll(|| clock.advance(7 * MS));
    open.sent(23);
    open.complete();

    let record = only(&instance);
    assert_eq!(shares(&record), [3, 2, 0, 0, 13, 6, 4]);
    assert_eq!(record.first_byte(), Some(15 * MS));
    assert_eq!((record.method(), record.route(), record.path()), ("GET", Some("/users/{id}"), "/users/7"));
    assert_eq!((record.status_code(), record.outcome()), (Some(200), Outcome::Completed));
    assert_eq!(record.response_bytes(), 123);
    assert_eq!((record.polls(), record.polled(), record.longest_poll()), (3, 18 * MS, 7 * MS));
    let database = record.database();
    assert_eq!((database.count(), database.rows(), database.connection_waits()), (1, 1, 1));
    assert_eq!((database.total(), database.slowest(), database.repeats()), (3 * MS, 3 * MS, 1));
    let call = &record.calls()[0];
    assert_eq!((call.start(), call.end(), call.kind()), (3 * MS, 6 * MS, CallKind::Database));
    assert_eq!(call.operation().statement().unwrap().text(), "SELECT name FROM users WHERE id = ?");
    assert_eq!(record.started() + record.duration(), record.ended());
}

#[test]
fn calls_that_overlap_are_charged_once_and_summed_twice() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = open(instance.handle());
    open.poll(|| {
        let external = start_call(Operation::external("partner:80", "GET"), None);
        clock.advance(MS);
        let first = start_call(query("SELECT 1"), None);
        let second = start_call(query("SELECT 2"), None);
        clock.advance(2 * MS);
        first.completed();
        second.failed("57014");
        clock.advance(MS);
        external.completed();
    });
    open.respond(200, Some(0), false);
    drop(open);
    let record = only(&instance);
    assert_eq!(shares(&record), [2, 0, 2, 0, 0, 0, 0]);
    assert_eq!((record.database().total(), record.external().total()), (4 * MS, 4 * MS));
    assert_eq!((record.database().errors(), record.external().errors()), (1, 0));
    assert_eq!(record.calls()[1].error_type(), Some("57014"));
    assert_eq!(record.database().repeats(), 2, "SELECT 1 and SELECT 2 are one statement");
}

#[test]
fn transaction_control_takes_time_but_is_no_query() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = open(instance.handle());
    open.poll(|| {
        for sql in ["BEGIN", "INSERT INTO users (name) VALUES ('x')", "COMMIT"] {
            let call = start_call(query(sql), None);
            clock.advance(MS);
            call.completed();
        }
    });
    drop(open);
    let record = only(&instance);
    assert_eq!((record.database().count(), record.database().total()), (1, 3 * MS));
    assert_eq!(record.database().calls().count(), 3);
}

#[test]
fn however_it_ends_there_is_one_record() {
    let instance = testing::instance();
    drop(open(instance.handle()));
    assert_eq!(only(&instance).outcome(), Outcome::ClientDisconnected);

    let mut request = open(instance.handle());
    request.respond(200, Some(10), false);
    request.sent(9);
    drop(request);
    let record = only(&instance);
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, Some(200)));

    let mut request = open(instance.handle());
    request.respond(200, Some(10), false);
    request.sent(10);
    drop(request);
    assert_eq!(only(&instance).outcome(), Outcome::Completed, "all announced bytes went out");

    let mut request = open(instance.handle());
    request.respond(200, None, false);
    request.body_failed();
    drop(request);
    let record = only(&instance);
    assert_eq!((record.outcome(), record.level()), (Outcome::BodyFailed, Level::Error));

    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut request = open(instance.handle());
        request.poll(|| panic!("in the handler"));
    }));
    assert!(panicked.is_err());
    let record = only(&instance);
    assert_eq!((record.outcome(), record.status_code()), (Outcome::Panicked, None));
    assert_eq!((record.level(), record.error_type().as_deref()), (Level::Critical, Some("panicked")));
    assert!(tachograph_core::current().is_none(), "a panic leaves no request behind on the thread");

    let mut request = open(instance.handle());
    request.sent(5);
    assert!(!instance.handle().is_shut_down());
    assert!(instance.handle().shutdown(MS));
    assert!(instance.handle().is_shut_down());
    let record = only(&instance);
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::OpenAtShutdown, 5));
    request.complete();
    assert!(instance.take().is_empty(), "a request that was closed at shutdown has its record");
}

#[test]
fn what_the_application_says_is_kept_and_the_records_own_names_are_refused() {
    let instance = Instance::build(|builder| {
        let mut limits = Limits::default();
        (limits.fields, limits.field_bytes) = (3, 20);
        builder.limits(limits)
    });
    let mut open = open(instance.handle());
    open.poll(|| {
        let inner = std::io::Error::other("the disk is full, and so is the other one");
        request()
            .user(7)
            .action("user.read")
            .field("plan", "gold")
            .field("plan", "a value that is too long")
            .field("age", u64::MAX)
            .field("ratio", 0.5)
            .field("fourth", true)
            .field("status_code", 200)
            .field("", 1)
            .metadata("cart", serde_json::json!({"items": [1, 2]}))
            .cache_hit("users")
            .cache_miss("users")
            .cache_miss("plans")
            .error(&std::io::Error::other(inner));
    });
    drop(open);
    let record = only(&instance);
    assert_eq!((record.user_id(), record.action()), (Some("7"), Some("user.read")));
    assert_eq!(record.field("plan"), Some(&FieldValue::String("a value that is too ".into())));
    assert_eq!(record.field("age"), Some(&FieldValue::String("18446744073709551615".into())));
    assert_eq!(record.fields().len(), 3);
    assert_eq!(record.metadata().collect::<Vec<_>>(), [("cart", r#"{"items":[1,2]}"#)]);
    assert_eq!((record.cache().hits(), record.cache().misses(), record.cache().calls().count()), (1, 2, 3));
    let error = record.error().unwrap();
    assert_eq!((error.message(), error.type_name()), ("the disk is full, an", "std::io::error::Error"));
    let counters = instance.handle().counters();
    assert_eq!((counters.fields_dropped, counters.fields_refused), (1, 2));
    assert_eq!(counters.texts_cut, 2);
}

#[test]
fn outside_any_request_nothing_happens_and_calls_are_counted() {
    let instance = testing::instance();
    block_on(instance.scope(async {
        request().user("nobody").field("x", 1);
        start_call(query("SELECT 1"), None).completed();
        drop(start_connection_wait());
    }));
    assert!(instance.take().is_empty());
    assert_eq!(instance.handle().counters().unattributed_calls, 1);
}

#[test]
fn each_wait_is_kept_with_its_pool_and_what_it_took() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = open(instance.handle());
    let mut still_waiting = None;
    open.poll(|| {
        let (main, other) = (PoolName::new("main"), PoolName::new("other"));
        let first = start_connection_wait_for(main);
        clock.advance(MS);
        let second = start_connection_wait_for(other);
        clock.advance(2 * MS);
        drop((first, second));
        drop(start_connection_wait());
        still_waiting = Some(start_connection_wait_for(main));
        clock.advance(4 * MS);
    });
    drop(open);
    drop(still_waiting);
    let record = only(&instance);
    // While two wait, the request waits once: the waits can be more than the share.
    assert_eq!(waits(&record), [("main", 1, 3 * MS), ("other", 1, 2 * MS), ("", 1, Duration::ZERO)]);
    assert_eq!((record.database().connection_waits(), record.breakdown().share(Share::ConnectionWait)), (4, 7 * MS));
}

fn waits(record: &Record) -> Vec<(&'static str, u32, Duration)> {
    let waits = record.database().pool_waits().iter();
    waits.map(|waits| (waits.pool().as_str(), waits.count(), waits.total())).collect()
}

#[test]
fn beyond_the_limit_waits_are_taken_together_by_pool() {
    let instance = Instance::build(|builder| {
        let mut limits = Limits::default();
        (limits.calls, limits.groups) = (1, 1);
        builder.limits(limits).clock(ManualClock::new())
    });
    let mut open = open(instance.handle());
    open.poll(|| {
        for name in ["main", "other", "other", "main"] {
            drop(start_connection_wait_for(PoolName::new(name)));
        }
    });
    drop(open);
    let record = only(&instance);
    assert_eq!(waits(&record), [("main", 1, Duration::ZERO), ("other", 2, Duration::ZERO)]);
    assert_eq!(record.database().connection_waits(), 4);
    assert_eq!(instance.handle().counters().calls_ungrouped, 1);
}

#[test]
fn repeats_are_those_of_many_different_statements_and_of_each_record() {
    let instance = testing::instance();
    let repeats = |statements: u32, last: u32| {
        let mut open = open(instance.handle());
        open.poll(|| {
            run("BEGIN");
            (0..statements).for_each(|number| run(&format!("SELECT a FROM t{number}")));
            (0..last).for_each(|_| run(&format!("SELECT a FROM t{}", statements - 1)));
            (0..9).for_each(|_| run("COMMIT"));
        });
        drop(open);
        only(&instance).database().repeats()
    };
    // The record is the same room each time, and what was counted there is not.
    assert_eq!([repeats(50, 20), repeats(50, 0), repeats(3, 2), repeats(90, 90)], [21, 1, 3, 91]);
}

fn run(sql: &str) {
    start_call(query(sql), None).completed();
}

#[test]
fn beyond_the_limit_calls_are_grouped_and_the_totals_go_on() {
    let instance = Instance::build(|builder| {
        let mut limits = Limits::default();
        (limits.calls, limits.groups) = (2, 1);
        builder.limits(limits)
    });
    let mut open = open(instance.handle());
    open.poll(|| {
        for _ in 0..5 {
            start_call(query("SELECT a FROM t WHERE id = 1"), None).completed();
        }
        start_call(query("SELECT b FROM u"), None).completed();
    });
    drop(open);
    let record = only(&instance);
    assert_eq!((record.calls().len(), record.database().count()), (2, 6));
    assert_eq!(record.database().repeats(), 5);
    let groups = record.call_groups();
    assert_eq!((groups.len(), groups[0].count(), record.calls_ungrouped()), (1, 5, 1));
    let counters = instance.handle().counters();
    assert_eq!((counters.calls_grouped, counters.calls_ungrouped), (4, 1));
}

#[test]
fn a_call_that_is_dropped_is_cancelled_and_one_that_comes_late_is_counted() {
    let instance = testing::instance();
    let mut open = open(instance.handle());
    let mut late = None;
    open.poll(|| {
        drop(start_call(query("SELECT 1"), None));
        late = Some(start_call(query("SELECT 2"), None));
    });
    open.complete();
    drop(late);
    let record = only(&instance);
    assert_eq!(record.calls().len(), 1);
    assert_eq!(record.calls()[0].outcome(), CallOutcome::Cancelled);
    assert_eq!(instance.handle().counters().late_calls, 1);
}

#[test]
fn a_future_that_is_dropped_still_belongs_to_its_request() {
    struct LogsOnDrop;
    impl Drop for LogsOnDrop {
        fn drop(&mut self) {
            start_call(query("SELECT 'last'"), None).completed();
        }
    }
    let instance = testing::instance();
    let mut open = open(instance.handle());
    let mut spawned = None;
    open.poll(|| {
        let work = async {
            let _guard = LogsOnDrop;
            std::future::pending::<()>().await;
        };
        spawned = Some(Box::pin(work.in_current_request()));
    });
    let mut spawned = spawned.unwrap();
    let _ = spawned.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(spawned);
    drop(open);
    assert_eq!(only(&instance).database().count(), 1);
}

#[test]
fn work_on_another_thread_counts_for_the_request_it_came_from() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = open(instance.handle());
    let mut work = None;
    open.poll(|| {
        let clock = clock.clone();
        work = Some(Box::pin(
            async move {
                let call = database_call("sqlite", "main", "SELECT 1").start();
                clock.advance(MS);
                call.completed();
                clock.advance(2 * MS);
            }
            .in_current_request(),
        ));
    });
    let work = work.unwrap();
    std::thread::spawn(move || block_on(work)).join().unwrap();
    drop(open);
    let record = only(&instance);
    assert_eq!(shares(&record), [1, 0, 0, 0, 2, 0, 0]);
    assert!(record.calls()[0].callsite().unwrap().file().ends_with("tests/recording.rs"));
}

#[test]
fn requests_polled_in_turns_keep_their_own() {
    let instance = testing::instance();
    let mut requests: Vec<_> = (0..20).map(|_| open(instance.handle())).collect();
    for round in 0..20 {
        for (number, request) in requests.iter_mut().enumerate() {
            if round <= number {
                request.poll(|| start_call(query("SELECT 1"), None).completed());
            }
        }
    }
    assert_eq!(instance.handle().in_flight(), 20);
    drop(requests);
    let counts: Vec<u32> = instance.take().iter().map(|record| record.database().count()).collect();
    assert_eq!(counts, (1..=20).collect::<Vec<_>>());
}

#[test]
fn reported_calls_take_their_time_back() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    instance.handle().expect_reported_calls();
    let mut open = open(instance.handle());
    open.poll(|| clock.advance(2 * MS));
    clock.advance(6 * MS);
    open.recording().report_call(query("SELECT 1"), 5 * MS, CallOutcome::Completed, Yield::Rows(2));
    open.poll(|| clock.advance(MS));
    open.recording().report_connection_wait(PoolName::new("main"), 20 * MS);
    drop(open);
    let record = only(&instance);
    assert_eq!(shares(&record), [5, 4, 0, 0, 0, 0, 0]);
    assert_eq!((record.database().count(), record.database().rows()), (1, 2));
    // It cannot have waited before it was there.
    assert_eq!(waits(&record), [("main", 1, 9 * MS)]);
    assert_eq!(instance.handle().counters().calls_estimated, 0);
}

#[test]
fn ids_come_from_the_caller_where_they_are_sane() {
    let instance = testing::instance();
    let traceparent = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00".as_slice();
    let head = |request_id: &'static [u8], traceparent: &'static [u8]| RequestHead {
        method: "GET",
        path: "/",
        request_id: Some(request_id),
        trace: trace::extract([traceparent], [], []),
        ..RequestHead::default()
    };
    drop(OpenRequest::open(instance.handle(), head(b"abc-123", traceparent)));
    let record = only(&instance);
    assert_eq!(record.identity().request_id().to_string(), "abc-123");
    assert_eq!(record.identity().trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(record.identity().trace().sampled, Some(false));

    let long = vec![b'a'; 100_000].leak();
    drop(OpenRequest::open(instance.handle(), head(long, b"00-rubbish")));
    let record = only(&instance);
    assert_eq!(record.identity().request_id().to_string().len(), 36);
    let counters = instance.handle().counters();
    assert_eq!((counters.request_ids_refused, counters.trace_headers_malformed), (1, 1));
}

#[test]
fn what_an_attacker_can_vary_has_one_name_in_metrics() {
    let instance = testing::instance();
    let head = RequestHead { method: "BREW", path: "/wp-login.php", ..RequestHead::default() };
    drop(OpenRequest::open(instance.handle(), head));
    let record = only(&instance);
    assert_eq!((record.method(), record.known_method()), ("BREW", "_OTHER"));
    assert_eq!((record.path(), record.route()), ("/wp-login.php", None), "a path is no route");
    drop(open(instance.handle()));
    assert_eq!(only(&instance).known_method(), "GET");
}

#[test]
fn what_was_current_before_is_current_again() {
    let instance = testing::instance();
    let mut outer = open(instance.handle());
    let mut inner = open(instance.handle());
    let name = |request: &OpenRequest| request.recording().identity().request_id().to_string();
    let current = || tachograph_core::current().map(|recording| recording.identity().request_id().to_string());
    let (outer_name, inner_name) = (name(&outer), name(&inner));
    outer.poll(|| {
        inner.poll(|| assert_eq!(current(), Some(inner_name)));
        assert_eq!(current(), Some(outer_name));
    });
    assert_eq!(current(), None);
}

#[test]
fn ignored_requests_are_not_opened() {
    let instance = Instance::build(|builder| {
        let mut capture = Capture::default();
        capture.ignore = Ignore::new(["/quiet*"]).unwrap();
        builder.capture(capture)
    });
    let head = RequestHead { method: "GET", path: "/quiet/please", ..RequestHead::default() };
    assert!(OpenRequest::open(instance.handle(), head).is_none());
    assert_eq!(instance.handle().in_flight(), 0);
}

#[test]
fn a_task_is_a_record_and_inside_a_request_part_of_its_trace() {
    let instance = testing::instance();
    let nested = async {
        external_call("partner", "GET").measure_result(async { Err::<(), _>(std::fmt::Error) }).await.unwrap_err();
        task("mail", async { _ = request().field("letters", 2) }).await;
    };
    block_on(instance.scope(task("rollup", nested)));
    let records = instance.take();
    let [mail, rollup] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((mail.task_name(), rollup.task_name()), (Some("mail"), Some("rollup")));
    assert_eq!((mail.kind(), mail.outcome()), (RecordKind::Task, Outcome::Completed));
    assert_eq!(mail.identity().trace_id(), rollup.identity().trace_id());
    assert_eq!(mail.identity().trace().parent_span_id, Some(rollup.identity().span_id()));
    assert_eq!(mail.field("letters"), Some(&FieldValue::Integer(2)));
    assert_eq!((rollup.external().count(), rollup.external().errors()), (1, 1));

    drop(Box::pin(instance.handle().task("never", std::future::pending::<()>())));
    assert!(instance.take().is_empty(), "a task that never ran has not begun");
    let mut cancelled = Box::pin(instance.handle().task("cancelled", std::future::pending::<()>()));
    let _ = cancelled.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(cancelled);
    assert_eq!(only(&instance).outcome(), Outcome::Cancelled);
}

#[test]
fn an_exporter_that_panics_harms_nobody_else() {
    #[derive(Debug)]
    struct Panics;
    impl Exporter for Panics {
        fn name(&self) -> &str {
            "panics"
        }
        fn record(&self, _: &Record) {
            panic!("in the exporter")
        }
    }
    let instance = Instance::build(|builder| builder.exporter(Panics));
    let mut request = open(instance.handle());
    request.complete();
    only(&instance);
    assert_eq!(instance.handle().counters().exporter_panics, 1);
}

#[test]
fn a_request_has_nothing_of_the_one_before_it() {
    let instance = testing::instance();
    instance.handle().expect_reported_calls();
    let mut first = open(instance.handle());
    first.poll(|| {
        request().user(1).action("a").field("f", 1).metadata("m", 1).cache_hit("c").error(&std::fmt::Error);
        (0..200).for_each(|number| start_call(query(&format!("SELECT a{number} FROM t")), None).failed("x"));
        drop(start_connection_wait());
        external_call("partner", "GET").start().completed();
    });
    first.recording().start_span("part", None);
    first.recording().report_call(query("SELECT 1"), MS, CallOutcome::Unknown, Yield::Rows(1));
    first.respond(500, None, true);
    first.sent(7);
    drop(first);
    assert_eq!(only(&instance).spans().len(), 1);

    let head = RequestHead { method: "PUT", path: "/second", ..RequestHead::default() };
    drop(OpenRequest::open(instance.handle(), head));
    let record = only(&instance);
    assert_eq!((record.method(), record.path(), record.route()), ("PUT", "/second", None));
    assert_eq!((record.status_code(), record.is_streaming(), record.first_byte()), (None, false, None));
    assert_eq!((record.response_bytes(), record.polls(), record.level()), (0, 1, Level::Info));
    assert_eq!((record.user_id(), record.action(), record.error()), (None, None, None));
    assert_eq!((record.fields().len(), record.metadata().len(), record.spans().len()), (0, 0, 0));
    assert_eq!((record.calls().len(), record.call_groups().len(), record.calls_ungrouped()), (0, 0, 0));
    let database = record.database();
    assert_eq!((database.count(), database.errors(), database.unknown(), database.connection_waits()), (0, 0, 0, 0));
    assert_eq!((database.pool_waits(), database.repeats()), (&[][..], 0));
    assert_eq!((record.external().count(), record.cache().hits()), (0, 0));
    assert_eq!(record.breakdown().total(), record.duration());
}

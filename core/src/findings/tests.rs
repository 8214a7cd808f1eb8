//! What is found, and what is not, by the clock of a test.

use std::sync::Arc;
use std::time::Duration;

use super::{Finding, FindingKind, Thresholds};
use crate::call::Yield;
use crate::callsite::Found;
use crate::capture::Capture;
use crate::clock::ManualClock;
use crate::current_request::request;
use crate::handle::HandleBuilder;
use crate::level::Level;
use crate::open_call::{OpenCall, start_call, start_connection_wait_for};
use crate::open_request::{OpenRequest, RequestHead};
use crate::operation::Operation;
use crate::pool_name::PoolName;
use crate::prepared_call::prepare_call;
use crate::record::Record;
use crate::server::Scheme;
use crate::silence::Silence;
use crate::testing::Instance;

const MS: Duration = Duration::from_millis(1);

struct Case {
    clock: ManualClock,
    instance: Instance,
}

impl Case {
    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(configure: impl FnOnce(HandleBuilder) -> HandleBuilder) -> Self {
        let clock = ManualClock::new();
        let instance = Instance::build(|builder| configure(builder.clock(clock.clone())));
        Case { clock, instance }
    }

    fn capturing(change: impl FnOnce(&mut Capture)) -> Self {
        let mut capture = Capture::default();
        change(&mut capture);
        Self::with(|builder| builder.capture(capture))
    }

    /// The record of a request that does this in one poll, and of whose polls none is blocking.
    fn record(&self, work: impl FnOnce(&Self, &mut OpenRequest)) -> Record {
        let head = RequestHead { method: "GET", path: "/orders", route: Some("/orders"), ..RequestHead::default() };
        let mut open = OpenRequest::open(self.instance.handle(), head).unwrap();
        open.pause();
        let recording = open.recording().clone();
        {
            let _scope = crate::context::Scope::enter(Some(recording));
            work(self, &mut open);
        }
        open.respond(200, Some(0), false);
        open.complete();
        self.instance.take().remove(0)
    }

    fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// A query with this parameter.
    fn query(&self, sql: &str, parameter: u64, time: Duration) {
        let mut prepared = prepare_call(Operation::database("postgresql", "main", sql), None);
        prepared.parameters(|hasher| hasher.write_u64(parameter));
        let call = prepared.start();
        self.pass(time);
        call.completed();
    }

    fn get(&self, target: &str, path: &str, time: Duration) {
        let mut call = start_call(Operation::http(Scheme::Https, target, "GET"), None);
        call.set_path(path);
        self.pass(time);
        call.completed();
    }
}

/// A call of this place, or of none that anybody knows.
fn start_at(operation: Arc<Operation>, place: Option<Found>) -> OpenCall {
    let mut prepared = prepare_call(operation, None);
    prepared.known.found = place;
    prepared.start()
}

fn kinds(record: &Record) -> Vec<FindingKind> {
    record.findings().iter().map(Finding::kind).collect()
}

const USER: &str = "SELECT name FROM users WHERE id = $1";

#[test]
fn a_loop_of_queries_is_found_whatever_comes_between_and_however_fast_it_is() {
    let case = Case::new();
    let record = case.record(|case, _| {
        case.query("SELECT id FROM orders", 0, MS);
        for id in 0..12 {
            case.query(USER, id, Duration::from_micros(10));
            case.query("BEGIN", 0, Duration::ZERO);
            if id % 3 == 0 {
                case.query(&format!("SELECT {id} FROM other_{id}"), 0, MS);
            }
        }
    });
    assert_eq!(kinds(&record), [FindingKind::NPlusOne]);
    let found = &record.findings()[0];
    assert_eq!(
        (found.count(), found.distinct_parameters(), found.limit()),
        (12, Some(11), 5),
        "the first is not looked at"
    );
    assert_eq!(found.operation().map(Operation::summary), Some("SELECT users"));
    assert_eq!((found.cost(), found.total()), (Duration::from_micros(120), Duration::from_micros(120)));
    assert!(record.is_flagged());
    assert_eq!(record.level(), Level::Info, "it costs nothing yet");
}

#[test]
fn it_is_loud_from_fifty_milliseconds_on() {
    let case = Case::new();
    let record = case.record(|case, _| (0..5).for_each(|id| case.query(USER, id, 10 * MS)));
    assert_eq!((kinds(&record), record.level()), (vec![FindingKind::NPlusOne], Level::Warning));
}

#[test]
fn calls_that_overlap_cost_their_time_once() {
    let case = Case::new();
    let record = case.record(|case, _| {
        let calls: Vec<_> = (0..8).map(|_| start_call(Operation::database("sqlite", "main", USER), None)).collect();
        case.pass(20 * MS);
        calls.into_iter().for_each(|call| call.completed());
    });
    let found = &record.findings()[0];
    assert_eq!((found.kind(), found.count(), found.distinct_parameters()), (FindingKind::NPlusOne, 8, None));
    assert_eq!((found.cost(), found.total(), found.slowest()), (20 * MS, 160 * MS, 20 * MS));
}

#[test]
fn four_are_not_many_and_neither_are_three_here_and_three_there() {
    let case = Case::new();
    let four = case.record(|case, _| (0..4).for_each(|id| case.query(USER, id, MS)));
    assert_eq!(kinds(&four), []);
    let record = case.record(|_, _| {
        let asked = || Operation::database("postgresql", "main", USER);
        for _ in 0..3 {
            start_at(asked(), Found::named("src/a.rs", 1)).completed();
            start_at(asked(), Found::named("src/b.rs", 1)).completed();
        }
    });
    assert_eq!((kinds(&record), record.database().repeats()), (vec![], 6));
}

#[test]
fn calls_of_unknown_places_belong_to_the_place_that_is_known() {
    let case = Case::new();
    let record = case.record(|_, _| {
        for at in 0..6 {
            let place = if at == 4 { Found::named("src/a.rs", 7) } else { None };
            start_at(Operation::database("postgresql", "main", USER), place).completed();
        }
    });
    let found = &record.findings()[0];
    assert_eq!((found.count(), found.callsite().map(|callsite| callsite.line())), (6, Some(7)));
}

#[test]
fn a_call_is_where_the_one_before_it_was() {
    let case = Case::new();
    let places = |lines: &[u32]| {
        let record = case.record(|_, _| {
            for line in lines {
                let place = if *line > 0 { Found::named("src/a.rs", *line) } else { None };
                start_at(Operation::database("postgresql", "main", USER), place).completed();
            }
        });
        let found = record.findings().iter();
        found.map(|found| (found.callsite().map(|callsite| callsite.line()), found.count())).collect::<Vec<_>>()
    };
    assert_eq!(places(&[0, 7, 7, 7, 8, 0, 0, 0]), [], "four here and four there");
    assert_eq!(places(&[0, 7, 7, 8, 8, 0, 0, 0]), [(Some(8), 5)]);
    assert_eq!(places(&[0, 0, 0, 7, 8]), []);
    assert_eq!(places(&[0, 0, 0, 0, 7]), [(Some(7), 5)]);
    assert_eq!(places(&[0, 0, 0, 0, 0]), [(None, 5)]);
}

#[test]
fn who_loops_over_writes_is_told_how_to_write() {
    let case = Case::new();
    let hint = |sql: &str| case.record(|case, _| (0..5).for_each(|id| case.query(sql, id, MS))).findings()[0].hint();
    assert!(hint(USER).starts_with("load all rows"));
    assert!(hint("INSERT INTO users VALUES ($1)").starts_with("write all rows"));
}

#[test]
fn calls_that_had_to_wait_for_a_connection_could_not_run_at_once() {
    let case = Case::new();
    let record = case.record(|case, _| {
        start_and_end(case, "SELECT count(*) FROM orders", 150 * MS);
        // The other one was asked at the same time.
        crate::request().recording().unwrap().report_connection_wait(PoolName::new("main"), 150 * MS);
        start_and_end(case, "SELECT sum(price) FROM orders", 150 * MS);
        // Those hold no connection.
        case.get("partner.example", "/rates", 100 * MS);
        case.get("rates.example", "/days", 100 * MS);
    });
    let found: Vec<_> = record.findings().iter().map(|found| (found.kind(), found.saves())).collect();
    assert_eq!(found, [(FindingKind::SequentialCalls, Some(100 * MS))]);
}

#[test]
fn the_same_with_the_same_parameters_is_a_duplicate() {
    let case = Case::new();
    let record = case.record(|case, _| (0..5).for_each(|_| case.query(USER, 7, MS)));
    assert_eq!(kinds(&record), [FindingKind::DuplicateQuery]);
    // Nothing is given to it at all.
    let bare = case.record(|case, _| {
        (0..5).for_each(|_| {
            start_call(Operation::database("postgresql", "main", "SELECT count(*) FROM users"), None).completed();
            case.pass(MS);
        });
    });
    assert_eq!((kinds(&bare), bare.findings()[0].distinct_parameters()), (vec![FindingKind::DuplicateQuery], Some(1)));
    let literals = case.record(|_, _| {
        for id in 0..5 {
            let sql = format!("SELECT name FROM users WHERE id = {id}");
            start_call(Operation::database("postgresql", "main", &sql), None).completed();
        }
    });
    assert_eq!(
        (kinds(&literals), literals.findings()[0].distinct_parameters()),
        (vec![FindingKind::NPlusOne], Some(5))
    );
}

#[test]
fn more_calls_than_are_kept_are_counted_too() {
    let case = Case::new();
    let record = case.record(|case, _| (0..500).for_each(|id| case.query(USER, id, MS)));
    let found = &record.findings()[0];
    assert_eq!((found.kind(), found.count(), found.cost()), (FindingKind::NPlusOne, 500, 500 * MS));
    assert_eq!(kinds(&record), [FindingKind::NPlusOne, FindingKind::TooManyQueries], "one of them is the reason");
}

#[test]
fn what_is_meant_is_not_found() {
    let loops = |case: &Case| (0..6).for_each(|id| case.query(USER, id, MS));
    let case = Case::new();
    let deliberate = case.record(|case, _| {
        let mut all = std::pin::pin!(crate::deliberate(async { loops(case) }));
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(all.as_mut().poll(&mut cx).is_ready());
        loops(case);
    });
    assert_eq!((deliberate.findings().len(), deliberate.findings()[0].count()), (1, 6), "the others are not meant");
    let allowed = case.record(|case, _| {
        request().allow(FindingKind::NPlusOne);
        loops(case);
    });
    assert_eq!((kinds(&allowed), allowed.is_flagged()), (vec![], false));
    let off = Case::capturing(|capture| capture.thresholds.switch_off(FindingKind::NPlusOne));
    assert_eq!(kinds(&off.record(|case, _| loops(case))), []);
    for (place, silent) in [
        ("SELECT users", true),
        ("main", true),
        ("orders.rs:88", true),
        ("src/orders.rs", true),
        ("main.example", false),
        ("price_lookup", false),
        ("ers.rs", false),
        ("orders.rs:8", false),
        ("SELECT", false),
    ] {
        let case = Case::capturing(|capture| capture.silence = Silence::new([place]));
        let record = case.record(|_, _| {
            let asked = || Operation::database("postgresql", "main", USER);
            (0..6).for_each(|_| start_at(asked(), Found::named("shop/src/orders.rs", 88)).completed());
        });
        assert_eq!(record.findings().is_empty(), silent, "{place}");
    }
}

#[test]
fn a_route_has_thresholds_of_its_own() {
    let budget = |queries| Thresholds { max_queries: queries, ..Thresholds::default() };
    let case = Case::capturing(|capture| {
        capture.routes.set("GET /orders", budget(2));
        capture.routes.set("/orders", budget(0));
        capture.routes.set("rollup", Thresholds { slow_request: MS, ..Thresholds::default() });
    });
    let queries =
        |count| case.record(|case, _| (0..count).for_each(|at| case.query(&format!("SELECT {at} FROM t{at}"), 0, MS)));
    assert_eq!(kinds(&queries(2)), []);
    let three = queries(3);
    assert_eq!(kinds(&three), [FindingKind::TooManyQueries]);
    assert_eq!((three.findings()[0].count(), three.findings()[0].limit()), (3, 2));
    // Tasks take their time, unless somebody says how much they may.
    for (name, expected) in [("rollup", vec![FindingKind::SlowRequest]), ("clean", vec![])] {
        let mut task = Box::pin(case.instance.handle().task(name, async { case.pass(2000 * MS) }));
        assert!(task.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
        drop(task);
        let record = case.instance.take().remove(0);
        let found: Vec<_> = kinds(&record).into_iter().filter(|kind| *kind != FindingKind::Blocking).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_call_can_be_slow_by_itself() {
    let case = Case::new();
    let record = case.record(|case, _| {
        case.query(USER, 0, 500 * MS);
        case.query("SELECT a FROM b WHERE c = $1", 0, 499 * MS);
        case.get("partner.example", "/a/1", 1000 * MS);
    });
    assert_eq!(kinds(&record), [FindingKind::SlowExternalCall, FindingKind::SlowQuery, FindingKind::SlowRequest]);
    assert_eq!(record.findings()[1].operation().map(Operation::summary), Some("SELECT users"));
    assert_eq!((record.findings()[0].cost(), record.findings()[0].limit()), (1000 * MS, 1000));
}

#[test]
fn calls_that_need_nothing_of_each_other_could_run_at_once() {
    const COUNTS: &str = "SELECT count(*) FROM orders";
    const SUMS: &str = "SELECT sum(price) FROM orders";
    let found = |work: &dyn Fn(&Case)| {
        let case = Case::new();
        let record = case.record(|case, _| work(case));
        record.findings().iter().map(|found| (found.kind(), found.count(), found.saves())).collect::<Vec<_>>()
    };
    let sequential = |count, saves: u32| vec![(FindingKind::SequentialCalls, count, Some(saves * MS))];
    let plain = |case: &Case, sql, time| start_and_end(case, sql, time);

    // The first may have been given anything.
    assert_eq!(
        found(&|case| {
            case.query(USER, 1, 120 * MS);
            plain(case, COUNTS, 150 * MS);
            case.get("partner.example", "/rates", 100 * MS);
        }),
        sequential(3, 220)
    );
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 100 * MS);
            case.pass(5 * MS);
            plain(case, SUMS, 100 * MS);
        }),
        sequential(2, 100)
    );
    // Below what is worth it.
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 400 * MS);
            plain(case, SUMS, 99 * MS);
        }),
        []
    );
    // What the second is given can come from the first.
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 150 * MS);
            case.query(USER, 1, 150 * MS);
        }),
        []
    );
    for path in ["/rates/17", "/rates?day=today", ""] {
        let work = |case: &Case| {
            plain(case, COUNTS, 150 * MS);
            case.get("partner.example", path, 150 * MS);
        };
        assert_eq!(found(&work), [], "{path}");
    }
    // One connection does one thing at a time.
    assert_eq!(
        found(&|case| {
            plain(case, "BEGIN", MS);
            plain(case, COUNTS, 150 * MS);
            plain(case, SUMS, 150 * MS);
            plain(case, "COMMIT", MS);
        }),
        []
    );
    // A write keeps its place.
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 150 * MS);
            plain(case, "UPDATE orders SET open = false", MS);
            plain(case, SUMS, 150 * MS);
        }),
        []
    );
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 150 * MS);
            plain(case, "SELECT id FROM orders FOR UPDATE", 150 * MS);
        }),
        []
    );
    for does in ["SELECT notify_all()", "SELECT id INTO old FROM orders"] {
        let work = |case: &Case| {
            plain(case, COUNTS, 150 * MS);
            plain(case, does, 150 * MS);
        };
        assert_eq!(found(&work), [], "{does}");
    }
    // They do run at once.
    assert_eq!(
        found(&|case| {
            let first = start_call(Operation::database("postgresql", "main", COUNTS), None);
            case.pass(10 * MS);
            let second = start_call(Operation::database("postgresql", "main", SUMS), None);
            case.pass(150 * MS);
            first.completed();
            second.completed();
        }),
        []
    );
}

fn start_and_end(case: &Case, sql: &str, time: Duration) {
    let call = start_call(Operation::database("postgresql", "main", sql), None);
    case.pass(time);
    call.completed();
}

#[test]
fn one_service_asked_again_and_again_is_found() {
    let case = Case::new();
    let calls = |count: u64| {
        case.record(|case, _| (0..count).for_each(|id| case.get("partner.example", &format!("/users/{id}"), MS)))
    };
    assert_eq!(kinds(&calls(9)), []);
    let record = calls(10);
    assert_eq!(kinds(&record), [FindingKind::ExternalNPlusOne]);
    assert_eq!((record.findings()[0].count(), record.findings()[0].cost()), (10, 10 * MS));
}

#[test]
fn waiting_is_named_after_its_pool_or_its_span() {
    let case = Case::new();
    let record = case.record(|case, _| {
        let waits = [("main", 30), ("reports", 80)];
        for (pool, time) in waits {
            let _wait = start_connection_wait_for(PoolName::new(pool));
            case.pass(time * MS);
        }
    });
    let found = &record.findings()[0];
    assert_eq!((found.kind(), found.count(), found.cost()), (FindingKind::ConnectionWait, 2, 110 * MS));
    assert_eq!(found.pool().map(|pool| pool.as_str()), Some("reports"));
    assert_eq!(record.verdict(), Some("100% waiting for a connection of reports (pool exhausted)"));

    let record = case.record(|case, open| {
        let outer = open.recording().start_span("checkout", None);
        case.pass(100 * MS);
        let inner = open.recording().start_span("price_lookup", outer);
        case.query(USER, 1, 300 * MS);
        case.pass(500 * MS);
        inner.into_iter().chain(outer).for_each(|span| open.recording().end_span(span));
    });
    let found = &record.findings()[0];
    assert_eq!((found.kind(), found.span(), found.cost()), (FindingKind::Waiting, Some("price_lookup"), 600 * MS));
    assert_eq!(record.verdict(), Some("67% waiting in price_lookup; 33% database: SELECT users"));
}

#[test]
fn a_poll_that_holds_its_thread_is_found() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.poll(|| clock.advance(120 * MS));
    open.poll(|| clock.advance(80 * MS));
    open.respond(200, Some(0), false);
    open.complete();
    let record = instance.take().remove(0);
    assert_eq!((kinds(&record), record.findings()[0].cost()), (vec![FindingKind::Blocking], 120 * MS));
    assert_eq!(record.verdict(), Some("100% own code: one poll of 120 ms (blocks its thread)"));
}

#[test]
fn a_cache_that_has_little_is_found() {
    let case = Case::new();
    let lookups = |hits: u32, misses: u32| {
        case.record(|case, _| {
            let mut call = start_call(Operation::cache("flags", "MGET"), None);
            case.pass(MS);
            call.brought(Yield::Lookups { hits, misses });
            call.completed();
        })
    };
    assert_eq!(kinds(&lookups(0, 9)), []);
    assert_eq!(kinds(&lookups(11, 10)), []);
    let record = lookups(10, 10);
    assert_eq!((kinds(&record), record.findings()[0].count()), (vec![FindingKind::CacheMisses], 10));
}

#[test]
fn large_and_slow_bodies_are_found_but_not_of_streams() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let answer = |bytes: usize, handler: u32, body: u32, streaming| {
        let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        open.pause();
        clock.advance(handler * MS);
        open.respond(200, Some(bytes as u64), streaming);
        open.sent(bytes);
        clock.advance(body * MS);
        open.complete();
        instance.take().remove(0)
    };
    assert_eq!(kinds(&answer(300_001, 90, 10, false)), []);
    assert_eq!(kinds(&answer(300_000, 90, 11, false)), []);
    let large = answer(3_400_000, 90, 60, false);
    assert_eq!((kinds(&large), large.findings()[0].bytes()), (vec![FindingKind::LargeResponse], Some(3_400_000)));
    assert_eq!(large.verdict(), Some("60% waiting; 40% sending the body: 3.4 MB (large response)"));
    assert_eq!(kinds(&answer(10, 0, 999, false)), []);
    assert_eq!(kinds(&answer(10, 0, 1000, false)), [FindingKind::SlowBody, FindingKind::SlowRequest]);
    let stream = answer(3_400_000, 500, 60_000, true);
    assert_eq!((kinds(&stream), stream.verdict()), (vec![], None));
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let case = Case::new();
    let record = case.record(|case, _| {
        for at in 0..20 {
            (0..5).for_each(|id| case.query(&format!("SELECT a FROM t{at} WHERE id = $1"), id, at * MS));
        }
    });
    assert_eq!(record.findings().len(), 16);
    assert_eq!(case.instance.handle().counters().findings_dropped, 20 + 1 - 16, "so many, and over budget");
    assert_eq!(record.findings()[0].cost(), 95 * MS, "the dearest are kept");
    let verdict = record.verdict().unwrap();
    assert!(verdict.starts_with("100% database: 5 x SELECT t19 (N+1); 5 x SELECT t18 (N+1)"), "{verdict}");
}

#[test]
fn a_verdict_says_the_largest_cause_first_and_what_failed() {
    let case = Case::new();
    let record = case.record(|case, _| {
        for _ in 0..41 {
            let place = Found::named("shop/src/orders.rs", 88);
            let call = start_at(Operation::database("postgresql", "main", USER), place);
            case.pass(2 * MS);
            call.completed();
        }
        case.get("partner.example", "/rates", 12 * MS);
        let call = start_call(Operation::cache("flags", "GET"), None);
        case.pass(6 * MS);
        call.failed("timeout");
    });
    assert_eq!(
        record.verdict(),
        Some(
            "82% database: 41 x SELECT users at orders.rs:88 (N+1); 12% external calls: GET partner.example; \
             failed: GET flags (timeout)"
        )
    );
    let plain = case.record(|case, _| case.query(USER, 1, MS));
    assert_eq!(plain.verdict(), None, "nothing is worth a look");
}

#[test]
fn no_verdict_is_empty() {
    let instance = Instance::with_clock(ManualClock::new());
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.respond(500, Some(0), false);
    open.complete();
    let at_once = instance.take().remove(0);
    assert!(at_once.is_flagged());
    assert_eq!(at_once.verdict(), None, "no time was spent, and nothing is known of why it failed");
}

#[test]
fn a_verdict_is_cut_where_names_are_long() {
    let case = Case::new();
    let record = case.record(|case, _| {
        for at in 0..3 {
            let table = "ä".repeat(110);
            (0..5).for_each(|id| case.query(&format!("SELECT a FROM {table}{at} WHERE id = $1"), id, MS));
        }
    });
    let verdict = record.verdict().unwrap();
    assert!(verdict.len() <= 500 && verdict.ends_with('…'), "{} {verdict}", verdict.len());
}

#[test]
fn lines_of_calls_are_grouped_as_findings_are() {
    let case = Case::new();
    let record = case.record(|_, _| {
        for at in 0..8 {
            let place = if (1..5).contains(&at) { Found::named("src/a.rs", 7) } else { None };
            start_at(Operation::database("postgresql", "main", USER), place).completed();
        }
    });
    let groups = record.call_groups();
    let [group] = &groups[..] else { panic!("{groups:?}") };
    assert_eq!((group.count(), group.callsite().map(|callsite| callsite.line())), (8, Some(7)));
}

#[test]
fn what_blocks_while_it_panics_is_the_panic() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.poll(|| clock.advance(120 * MS));
    open.recording().panicked();
    drop(open);
    let record = instance.take().remove(0);
    assert_eq!((kinds(&record), record.verdict()), (vec![], Some("panicked; 100% own code")));
}

#[test]
fn what_is_said_of_a_budget_is_said_once() {
    let case = Case::new();
    let record = case.record(|case, _| (0..21).for_each(|at| case.query(&format!("SELECT {at} FROM t{at}"), 0, MS)));
    assert_eq!(record.verdict(), Some("100% database: 21 queries, 20 allowed"));
}

#[test]
fn hints_are_for_what_was_seen() {
    let case = Case::new();
    let unknown = case.record(|_, _| {
        (0..5).for_each(|_| start_call(Operation::database("postgresql", "main", USER), None).completed());
    });
    assert!(unknown.findings()[0].hint().ends_with("or ask once, where it asks the same"));
    let together = case.record(|case, _| {
        let call = || start_call(Operation::http(Scheme::Https, "partner.example", "GET"), None);
        let calls: Vec<_> = (0..10).map(|_| call()).collect();
        case.pass(20 * MS);
        calls.into_iter().for_each(|call| call.completed());
    });
    assert_eq!(together.findings()[0].hint(), "ask for all at once, if the service can");
    let after_another = case.record(|case, _| (0..10).for_each(|_| case.get("partner.example", "/a", MS)));
    assert!(after_another.findings()[0].hint().contains("await the calls together"));
}

#[test]
fn calls_that_could_run_at_once_are_named() {
    let case = Case::new();
    let record = case.record(|case, _| {
        start_and_end(case, "WITH old AS (SELECT id FROM orders) SELECT count(*) FROM old", 150 * MS);
        start_and_end(case, "SELECT sum(price) FROM orders", 150 * MS);
        start_and_end(case, "WITH gone AS (DELETE FROM orders RETURNING id) SELECT id FROM gone", 150 * MS);
    });
    assert_eq!(kinds(&record), [FindingKind::SequentialCalls]);
    let asked: Vec<_> = record.findings()[0].sequence().map(Operation::summary).collect();
    assert_eq!(asked.len(), 2, "a write is none: {asked:?}");
    let verdict = record.verdict().unwrap();
    let expected =
        format!("100% database: {}, then {} (one after the other, together 150 ms shorter)", asked[0], asked[1]);
    assert_eq!(verdict, expected);
}

#[test]
fn what_may_be_at_a_silenced_line_is_held_back_until_that_is_known() {
    let found = |place: &str| {
        let case = Case::capturing(|capture| capture.silence = Silence::new([place]));
        let record = case.record(|_, _| {
            // A search that nobody has begun, and so nobody ends.
            let unnamed = Found::unnamed();
            (0..6).for_each(|_| start_at(Operation::database("postgresql", "main", USER), unnamed).completed());
        });
        record.findings().len()
    };
    assert_eq!((found("src/orders.rs:88"), found("src/orders.rs"), found("SELECT orders")), (0, 0, 1));
}

#[test]
fn a_loop_stays_whole_while_its_place_is_looked_up() {
    let case = Case::new();
    let record = case.record(|_, _| {
        for at in 0..8 {
            let place = match at {
                1..4 => Found::unnamed(),
                4..7 => Found::named("src/a.rs", 7),
                _ => None,
            };
            start_at(Operation::database("postgresql", "main", USER), place).completed();
        }
    });
    let found: Vec<_> = record.findings().iter().map(|found| (found.kind(), found.count())).collect();
    assert_eq!(found, [(FindingKind::NPlusOne, 8)]);
}

#[test]
fn where_a_call_ended_divides_no_loop() {
    let case = Case::new();
    let record = case.record(|_, _| {
        for at in 0..8 {
            let place = match at {
                0 | 7 => Found::named("src/a.rs", 9).map(Found::at_end),
                _ => Found::named("src/a.rs", 7),
            };
            start_at(Operation::database("postgresql", "main", USER), place).completed();
        }
    });
    let found: Vec<_> =
        record.findings().iter().map(|found| (found.count(), found.callsite().unwrap().line())).collect();
    assert_eq!(found, [(8, 7)]);
    let groups: Vec<_> =
        record.call_groups().iter().map(|group| (group.count(), group.callsite().unwrap().line())).collect();
    assert_eq!(groups, [(8, 7)]);
    let alone = case.record(|case, _| {
        let place = Found::named("src/a.rs", 9).map(Found::at_end);
        let call = start_at(Operation::database("postgresql", "main", USER), place);
        case.pass(600 * MS);
        call.completed();
    });
    assert_eq!(alone.findings()[0].callsite().map(|callsite| callsite.line()), Some(9));
    assert_eq!(alone.call_groups()[0].callsite().map(|callsite| callsite.line()), Some(9));
}

//! sqlx's events as such.

use std::time::Duration;

use tachograph_core::{ManualClock, Share, Yield, testing};
use tachograph_tracing::{Builder, layer};
use tracing::subscriber::with_default;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::prelude::*;

use crate::{SeesAll, info, query_event};

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn a_short_statement_is_in_the_summary() {
    let instance = testing::instance();
    let record = with_default(tracing_subscriber::registry().with(layer(instance.handle())), || {
        block_on(instance.record(async {
            query_event!("SELECT 1", "", returned: 1, affected: 1);
            query_event!("SELECT id FROM users …", "\n\nSELECT id FROM users WHERE id = 7\n", returned: 0, affected: 5);
            query_event!("SELECT id FROM …", "", returned: 0, affected: 0);
        }))
        .1
    });
    let calls: Vec<_> = record.database().calls().collect();
    let statements: Vec<_> = calls.iter().map(|call| call.operation().statement().unwrap().text()).collect();
    assert_eq!(statements[..2], ["SELECT ?", "SELECT id FROM users WHERE id = ?"]);
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[1].brought(), Yield::Rows(0));
    assert_eq!((calls[0].operation().system(), calls[0].operation().target()), ("other_sql", "sqlx"));
}

#[test]
fn a_query_takes_its_time_from_what_it_was_charged_to() {
    let clock = ManualClock::new();
    let instance = testing::Instance::with_clock(clock.clone());
    let subscriber =
        tracing_subscriber::registry().with(Builder::new(instance.handle()).database("postgresql", "main").layer());
    let record = with_default(subscriber, || {
        block_on(instance.record(async {
            clock.advance(Duration::from_millis(5));
            tracing::debug!(target: "sqlx::pool::acquire", acquired_after_secs = 0.001, "acquired connection");
            clock.advance(Duration::from_millis(3));
            query_event!("SELECT 1", "", returned: 1, affected: 0);
        }))
        .1
    });
    assert_eq!(record.breakdown().share(Share::Database), Duration::from_millis(2));
    assert_eq!(record.breakdown().share(Share::ConnectionWait), Duration::from_millis(1));
    assert_eq!(record.breakdown().share(Share::Own), Duration::from_millis(5));
    let waits = record.database().pool_waits().iter();
    let waits: Vec<_> = waits.map(|wait| (wait.pool().as_str(), wait.total())).collect();
    assert_eq!(waits, [("main", Duration::from_millis(1))]);
    let operation = record.calls()[0].operation();
    assert_eq!((operation.system(), operation.target()), ("postgresql", "main"));
}

#[test]
fn a_query_of_nobodys_is_counted_and_logged_without_its_literals() {
    let instance = testing::instance();
    let log = info().with_target("sqlx::query", tracing::Level::DEBUG);
    let subscriber = tracing_subscriber::registry().with(Builder::new(instance.handle()).log(log).layer());
    with_default(subscriber, || {
        query_event!("SELECT id FROM users …", "\n\nSELECT id FROM users WHERE name = 'secret'\n", returned: 1, affected: 0);
    });
    assert_eq!(instance.handle().counters().unattributed_calls, 1);
    let [line] = &instance.log()[..] else { panic!("one line") };
    assert!(line.fields.contains(&("db.statement".into(), "SELECT id FROM users WHERE name = ?".into())));
    assert!(line.fields.contains(&("rows_returned".into(), 1.into())));
    assert!(!format!("{line:?}").contains("secret"));
}

#[test]
fn a_query_of_a_request_is_logged_only_where_that_is_wanted() {
    use tracing::Level;
    for (wanted, level, lines) in [(false, Level::DEBUG, 0), (true, Level::DEBUG, 1), (true, Level::INFO, 0)] {
        let instance = testing::instance();
        let log = info().with_target("sqlx::query", level);
        let layer = Builder::new(instance.handle()).log(log).queries_in_log(wanted).layer();
        let record = with_default(tracing_subscriber::registry().with(layer), || {
            block_on(instance.record(async { query_event!("SELECT 1", "", returned: 1, affected: 0) })).1
        });
        assert_eq!(record.database().count(), 1);
        assert_eq!(instance.log().len(), lines);
    }
}

#[test]
fn a_query_whose_request_is_gone_is_late() {
    let instance = testing::instance();
    with_default(tracing_subscriber::registry().with(layer(instance.handle())), || {
        let (span, record) = block_on(instance.record(async { tracing::Span::current() }));
        span.in_scope(|| query_event!("SELECT 1", "", returned: 1, affected: 0));
        assert_eq!(instance.handle().counters().late_calls, 1);
        drop((record, instance.take()));
        span.in_scope(|| query_event!("SELECT 1", "", returned: 1, affected: 0));
        assert_eq!(instance.handle().counters().late_calls, 2);
        assert_eq!(instance.handle().counters().unattributed_calls, 0);
    });
}

/// As on SQLite's thread, where nothing but the innermost span is entered.
#[test]
fn a_request_is_found_through_a_span_that_is_hidden_from_us() {
    let instance = testing::instance();
    let subscriber = tracing_subscriber::registry()
        .with(SeesAll.with_filter(info().with_target("hidden", tracing::Level::DEBUG)))
        .with(layer(instance.handle()));
    with_default(subscriber, || {
        let (span, _) = block_on(instance.record(async { tracing::debug_span!(target: "hidden", "hidden") }));
        span.in_scope(|| query_event!("SELECT 1", "", returned: 1, affected: 0));
    });
    let counters = instance.handle().counters();
    assert_eq!((counters.late_calls, counters.unattributed_calls), (1, 0));
}

#[test]
fn without_queries_the_events_are_like_any_other() {
    let instance = testing::instance();
    let subscriber =
        tracing_subscriber::registry().with(Builder::new(instance.handle()).log(info()).queries(false).layer());
    let record = with_default(subscriber, || {
        assert_eq!(tachograph_tracing::check(), Ok(()));
        block_on(instance.record(async {
            query_event!("SELECT 1", "", returned: 1, affected: 0);
            tracing::warn!(target: "sqlx::query", "slow statement");
        }))
        .1
    });
    assert_eq!(record.database().count(), 0);
    assert_eq!(instance.log().len(), 1);
}

#[test]
fn two_layers_in_one_subscriber_count_once() {
    let (one, other) = (testing::instance(), testing::instance());
    let subscriber = tracing_subscriber::registry()
        .with(Builder::new(one.handle()).log(info()).layer())
        .with(Builder::new(other.handle()).log(info()).layer());
    with_default(subscriber, || {
        for instance in [&one, &other] {
            let ((), record) = block_on(instance.record(async {
                tracing::info_span!("part").in_scope(|| query_event!("SELECT 1", "", returned: 1, affected: 0));
                tracing::info!("inside");
            }));
            assert_eq!((record.database().count(), record.spans().len()), (1, 1));
            assert_eq!(instance.log().len(), 1);
        }
        tracing::info!("outside");
    });
    assert_eq!((one.log().len(), other.log().len()), (2, 2));
}

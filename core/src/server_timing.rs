//! The header by which an answer says where its time went so far, to the developer tools of a browser above all.

use std::io::Write as _;

use crate::breakdown::{Breakdown, Share, micros};
use crate::millis::write_millis;
use crate::record::Record;

/// The value of [`Server-Timing`](https://www.w3.org/TR/server-timing/) for a request that has this behind it.
///
/// What is told is how long and how often. What was asked, of whom and where are nobody's business.
pub(crate) fn server_timing(breakdown: &Breakdown, record: &Record) -> String {
    let mut value = Vec::with_capacity(128);
    // They are written so that they add up to the total.
    let rounded = breakdown.rounded_micros();
    for (share, name) in NAMES {
        let micros = rounded[share as usize];
        let description = describe(share, record, micros);
        if micros > 0 || description.is_some() {
            entry(&mut value, name, micros);
        }
        if let Some(description) = description {
            let _ = write!(value, ";desc=\"{description}\"");
        }
    }
    entry(&mut value, "total", micros(breakdown.total()));
    String::from_utf8(value).unwrap_or_default()
}

/// In the order in which a request usually comes to them. The body has none yet: the head is about to be sent.
const NAMES: [(Share, &str); 7] = [
    (Share::ConnectionWait, "wait"),
    (Share::Database, "db"),
    (Share::External, "external"),
    (Share::Cache, "cache"),
    (Share::Own, "app"),
    (Share::Waiting, "waiting"),
    (Share::Body, "body"),
];

fn entry(value: &mut Vec<u8>, name: &str, micros: u64) {
    if !value.is_empty() {
        value.extend_from_slice(b", ");
    }
    value.extend_from_slice(name.as_bytes());
    value.extend_from_slice(b";dur=");
    write_millis(micros, value);
}

/// How often, as far as it has ended by now. None where that is not at all.
fn describe(share: Share, record: &Record, micros: u64) -> Option<String> {
    let cache = record.cache();
    match share {
        // Each query takes a connection, and most of them find one free. What was waited for, the name alone does not say.
        Share::ConnectionWait => (micros > 0).then(|| "for a connection".to_owned()),
        Share::Database => counted(record.database().count(), "query", "queries"),
        Share::External => counted(record.external().count(), "call", "calls"),
        Share::Cache => {
            let hits = counted(cache.hits(), "hit", "hits");
            let misses = counted(cache.misses(), "miss", "misses");
            match (hits, misses) {
                (Some(hits), Some(misses)) => Some(format!("{hits}, {misses}")),
                // What only writes looks nothing up.
                (None, None) => counted(cache.calls().count(), "call", "calls"),
                (hits, misses) => hits.or(misses),
            }
        }
        Share::Own | Share::Waiting | Share::Body => None,
    }
}

fn counted(count: u32, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::capture::Capture;
    use crate::clock::ManualClock;
    use crate::database_call;
    use crate::open_call::start_connection_wait;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::operation::Operation;
    use crate::testing::Instance;
    use crate::{Yield, start_call};

    const MICROSECOND: Duration = Duration::from_micros(1);

    fn open(clock: &ManualClock, server_timing: bool) -> (Instance, OpenRequest) {
        let capture = Capture { server_timing, ..Capture::default() };
        let instance = Instance::build(|builder| builder.clock(clock.clone()).capture(capture));
        let open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        (instance, open)
    }

    /// What an answer says of a request that has done this.
    fn said(work: impl FnOnce(&ManualClock)) -> String {
        let clock = ManualClock::new();
        let (_instance, mut open) = open(&clock, true);
        open.call(|| work(&clock));
        open.recording().server_timing().unwrap()
    }

    fn query(clock: &ManualClock, sql: &str, micros: u32) {
        let call = database_call("sqlite", "main", sql).start();
        clock.advance(micros * MICROSECOND);
        call.completed();
    }

    fn call(clock: &ManualClock, operation: std::sync::Arc<Operation>, brought: Yield) {
        let mut call = start_call(operation, None);
        call.brought(brought);
        clock.advance(1_000 * MICROSECOND);
        call.completed();
    }

    #[test]
    fn every_share_is_told_and_they_add_up() {
        let clock = ManualClock::new();
        let (instance, mut open) = open(&clock, true);
        open.poll(|| {
            clock.advance(5_250 * MICROSECOND);
            let wait = start_connection_wait();
            clock.advance(1_200 * MICROSECOND);
            drop(wait);
            query(&clock, "BEGIN", 100);
            query(&clock, "SELECT * FROM users WHERE id = 7", 12_200);
            query(&clock, "SELECT * FROM users WHERE name = 'secret'", 1);
            call(&clock, Operation::external("partner.example", "GET"), Yield::Unknown);
            call(&clock, Operation::cache("flags", "GET"), Yield::Lookups { hits: 1, misses: 2 });
        });
        clock.advance(40_000 * MICROSECOND);
        assert_eq!(
            open.recording().server_timing().as_deref(),
            Some(
                "wait;dur=1.2;desc=\"for a connection\", db;dur=12.301;desc=\"2 queries\", external;dur=1;desc=\"1 call\", \
                 cache;dur=1;desc=\"1 hit, 2 misses\", app;dur=5.25, waiting;dur=40, total;dur=60.751"
            )
        );
        // It was only looked at.
        open.respond(200, None, false);
        clock.advance(7_000 * MICROSECOND);
        let after = open.recording().server_timing().unwrap();
        assert!(after.ends_with("waiting;dur=40, body;dur=7, total;dur=67.751"), "{after}");
        open.complete();
        assert_eq!(instance.take()[0].breakdown().total(), 67_751 * MICROSECOND);
    }

    #[test]
    fn what_is_rounded_adds_up() {
        let tenths = said(|clock| {
            clock.advance(Duration::from_nanos(10_400));
            let call = database_call("sqlite", "main", "SELECT 1").start();
            clock.advance(Duration::from_nanos(20_450));
            call.completed();
            let _call = start_call(Operation::cache("flags", "SET"), None);
            clock.advance(Duration::from_nanos(30_400));
        });
        assert_eq!(
            tenths,
            "db;dur=0.021;desc=\"1 query\", cache;dur=0.03;desc=\"1 call\", app;dur=0.01, total;dur=0.061"
        );
    }

    #[test]
    fn what_does_not_apply_is_not_told() {
        assert_eq!(said(|_| ()), "total;dur=0");
        assert_eq!(said(|clock| clock.advance(MICROSECOND)), "app;dur=0.001, total;dur=0.001");
        // A connection that was free was not waited for; a query that took no time was made.
        let instant = said(|clock| {
            drop(start_connection_wait());
            query(clock, "SELECT 1", 0);
        });
        assert_eq!(instant, "db;dur=0;desc=\"1 query\", total;dur=0");
        // BEGIN is no query, and takes its time.
        assert_eq!(said(|clock| query(clock, "BEGIN", 1)), "db;dur=0.001, total;dur=0.001");
        // Nor is one that goes on, as one whose rows are sent as they come.
        let clock = ManualClock::new();
        let (_instance, mut open) = open(&clock, true);
        let _open = open.call(|| database_call("sqlite", "main", "SELECT 1").start());
        clock.advance(2_000 * MICROSECOND);
        assert_eq!(open.recording().server_timing().as_deref(), Some("db;dur=2, total;dur=2"));
    }

    #[test]
    fn calls_are_counted_in_singular_and_plural() {
        let external = |clock: &ManualClock| call(clock, Operation::external("partner", "GET"), Yield::Unknown);
        let twice = said(|clock| (0..2).for_each(|_| external(clock)));
        assert_eq!(twice, "external;dur=2;desc=\"2 calls\", total;dur=2");
        for (brought, description) in [
            (Yield::Lookups { hits: 3, misses: 1 }, "3 hits, 1 miss"),
            (Yield::Lookups { hits: 1, misses: 0 }, "1 hit"),
            (Yield::Lookups { hits: 0, misses: 4 }, "4 misses"),
            (Yield::Unknown, "1 call"),
        ] {
            let cache = said(|clock| call(clock, Operation::cache("flags", "GET"), brought));
            assert_eq!(cache, format!("cache;dur=1;desc=\"{description}\", total;dur=1"));
        }
    }

    #[test]
    fn nothing_is_told_unless_it_is_allowed_and_the_request_is_open() {
        let clock = ManualClock::new();
        assert_eq!(open(&clock, false).1.recording().server_timing(), None);
        assert!(!Capture::default().server_timing);
        let (_instance, mut open) = open(&clock, true);
        assert_eq!(open.recording().server_timing().as_deref(), Some("total;dur=0"));
        open.complete();
        assert_eq!(open.recording().server_timing(), None);
    }
}

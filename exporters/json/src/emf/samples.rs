//! Which metrics a request or a task has, and their values.

use std::time::Duration;

use tachograph_core::{Level, Outcome, Record, RecordKind, Share, micros};
use tachograph_metrics::{Naming, plain_status};

use super::metric::{Metric, Number};
use super::signal::named;

/// Which metrics a record has: those of a variant are the same for all records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variant(u8);

impl Variant {
    /// How many there are.
    pub(crate) const COUNT: usize = 1 << 6;
    const TASK: u8 = 1;
    const LATENCY: u8 = 1 << 1;
    const FIRST_BYTE: u8 = 1 << 2;
    const DATABASE: u8 = 1 << 3;
    const EXTERNAL: u8 = 1 << 4;
    const CACHE: u8 = 1 << 5;

    /// What was not used has no metric: each is billed for each set of dimensions. A stream is in no latency, and nothing is
    /// found of it.
    pub(crate) fn of(record: &Record) -> Self {
        if record.kind() == RecordKind::Task {
            return Variant(Self::TASK);
        }
        let cache = record.cache();
        let has = |bit, has| if has { bit } else { 0 };
        Variant(
            has(Self::LATENCY, !record.is_streaming())
                | has(Self::FIRST_BYTE, !record.is_streaming() && record.first_byte().is_some())
                | has(Self::DATABASE, record.database().count() > 0)
                | has(Self::EXTERNAL, record.external().count() > 0)
                | has(Self::CACHE, cache.calls().count() > 0 || cache.hits() > 0 || cache.misses() > 0),
        )
    }

    /// Which it is of all.
    pub(crate) fn number(self) -> usize {
        usize::from(self.0)
    }

    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

/// Tells each metric of this record, and its value. Of each there is one value at most.
pub(crate) fn each_sample(record: &Record, naming: Naming, mut each: impl FnMut(&'static Metric, Number)) {
    let variant = Variant::of(record);
    match (record.kind(), naming) {
        (RecordKind::Request, Naming::OpenTelemetry) => request(record, variant, &mut each),
        (RecordKind::Request, Naming::Plain) => plain_request(record, variant, &mut each),
        (RecordKind::Task, Naming::OpenTelemetry) => {
            each(named!(OpenTelemetry, Tasks), Number::Whole(1));
            each(named!(OpenTelemetry, TaskDuration), Number::Millis(micros(record.duration())));
            each(named!(OpenTelemetry, TaskErrors), whole(has_failed(record)));
        }
        (RecordKind::Task, Naming::Plain) => {
            each(named!(Plain, Tasks), Number::Whole(1));
            each(named!(Plain, TaskDuration), seconds(record.duration()));
            each(named!(Plain, TaskErrors), whole(has_failed(record)));
        }
    }
}

fn request(record: &Record, variant: Variant, each: &mut impl FnMut(&'static Metric, Number)) {
    let shares = record.breakdown().rounded_micros();
    let share = |share: Share| Number::Millis(shares[share as usize]);
    each(named!(OpenTelemetry, Requests), Number::Whole(1));
    if variant.has(Variant::LATENCY) {
        each(named!(OpenTelemetry, Duration), Number::Millis(micros(record.duration())));
    }
    if let Some(first_byte) = record.first_byte().filter(|_| variant.has(Variant::FIRST_BYTE)) {
        each(named!(OpenTelemetry, FirstByte), Number::Millis(micros(first_byte)));
    }
    each(named!(OpenTelemetry, Errors), whole(has_failed(record)));
    if variant.has(Variant::LATENCY) {
        each(named!(OpenTelemetry, Findings), findings(record));
    }
    each(named!(OpenTelemetry, ResponseBytes), Number::Whole(record.response_bytes()));
    if variant.has(Variant::DATABASE) {
        each(named!(OpenTelemetry, DatabaseQueries), whole(record.database().count()));
        each(named!(OpenTelemetry, DatabaseTime), share(Share::Database));
    }
    if variant.has(Variant::EXTERNAL) {
        each(named!(OpenTelemetry, ExternalCalls), whole(record.external().count()));
        each(named!(OpenTelemetry, ExternalTime), share(Share::External));
    }
    if variant.has(Variant::CACHE) {
        each(named!(OpenTelemetry, CacheHits), whole(record.cache().hits()));
        each(named!(OpenTelemetry, CacheMisses), whole(record.cache().misses()));
    }
}

fn plain_request(record: &Record, variant: Variant, each: &mut impl FnMut(&'static Metric, Number)) {
    let status = plain_status(record);
    each(named!(Plain, Requests), Number::Whole(1));
    if variant.has(Variant::LATENCY) {
        each(named!(Plain, Duration), seconds(record.duration()));
    }
    each(named!(Plain, Errors), whole((500..600).contains(&status)));
    each(named!(Plain, ClientErrors), whole((400..500).contains(&status)));
    if variant.has(Variant::LATENCY) {
        each(named!(Plain, Findings), findings(record));
    }
    each(named!(Plain, ResponseBytes), Number::Whole(record.response_bytes()));
    if variant.has(Variant::DATABASE) {
        each(named!(Plain, SlowestQuery), seconds(record.database().slowest()));
        each(named!(Plain, DatabaseQueries), whole(record.database().count()));
    }
    if variant.has(Variant::EXTERNAL) {
        each(named!(Plain, SlowestExternalCall), seconds(record.external().slowest()));
    }
    if variant.has(Variant::CACHE) {
        each(named!(Plain, CacheHits), whole(record.cache().hits()));
        each(named!(Plain, CacheMisses), whole(record.cache().misses()));
    }
}

/// Whether the service failed at it. A client that left or that was refused is none of its failures.
fn has_failed(record: &Record) -> bool {
    let of_a_task = record.kind() == RecordKind::Task && record.error().is_some();
    record.level() >= Level::Error || record.outcome() == Outcome::OpenAtShutdown || of_a_task
}

fn findings(record: &Record) -> Number {
    Number::Whole(record.findings().len() as u64)
}

fn whole(number: impl Into<u64>) -> Number {
    Number::Whole(number.into())
}

fn seconds(duration: Duration) -> Number {
    Number::Seconds(micros(duration))
}

/// Whether a member of a line of metrics has this name, beside those that all lines have.
pub(crate) fn is_taken(name: &str, naming: Naming) -> bool {
    match naming {
        Naming::OpenTelemetry => matches!(
            name,
            "requests" | "tasks" | "errors" | "task_duration_ms" | "task_errors" | "status_class" | "method_original"
        ),
        Naming::Plain => matches!(
            name,
            "http_request_duration_seconds"
                | "http_requests_total"
                | "http_request_5xx_total"
                | "http_request_4xx_total"
                | "http_findings_total"
                | "http_response_size_bytes"
                | "db_query_duration_seconds"
                | "db_queries_total"
                | "external_call_duration_seconds"
                | "cache_hits_total"
                | "cache_misses_total"
                | "tasks_total"
                | "task_duration_seconds"
                | "task_errors_total"
                | "status_class"
                | "method_original"
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tachograph_core::testing::Instance;
    use tachograph_core::{ManualClock, OpenRequest, Operation, RequestHead, is_reserved, start_call};

    use super::*;

    /// A request that has every metric there is, and a task.
    fn records() -> Vec<Record> {
        let instance = Instance::with_clock(ManualClock::new());
        let head = RequestHead { method: "GET", path: "/", route: Some("/"), ..RequestHead::default() };
        let mut request = OpenRequest::open(instance.handle(), head).unwrap();
        request.poll(|| {
            let all = [
                Operation::database("sqlite", "main", "SELECT 1"),
                Operation::external("a", "GET"),
                Operation::cache("a", "GET"),
            ];
            all.into_iter().for_each(|operation| start_call(operation, None).completed());
        });
        request.respond(200, Some(0), false);
        request.complete();
        let mut task = Box::pin(instance.handle().task("rollup", async {}));
        assert!(task.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
        drop(task);
        instance.take()
    }

    #[test]
    fn each_metric_is_a_member_of_every_line_or_a_name_that_no_field_can_have() {
        for (naming, count) in [(Naming::OpenTelemetry, 15), (Naming::Plain, 14)] {
            let mut names = BTreeSet::new();
            for record in records() {
                each_sample(&record, naming, |metric, _| {
                    assert_eq!(
                        metric.is_member,
                        is_reserved(metric.name) && metric.name != "errors",
                        "{}",
                        metric.name
                    );
                    assert!(metric.is_member || is_taken(metric.name, naming), "{}", metric.name);
                    assert!(names.insert(metric.name), "{} is there twice", metric.name);
                });
            }
            assert_eq!(names.len(), count, "{names:?}");
        }
    }
}

//! What the events say of the instance, beside the application's own metrics.

use tachograph_core::Handle;
use tachograph_metrics::{Attributes, Metric, Naming, Number, Origin, Point, Points, Snapshot};

use super::numbers::{Labels, Numbers, Shown};

/// What is counted by [`tachograph_metrics`], too, by either naming there, and what it is called here.
struct Counter {
    counted: [&'static str; 2],
    named: [&'static str; 2],
    /// Whether the sum of all series is told as well, even where it is none, for an alarm to look at.
    has_total: bool,
}

const COUNTERS: [Counter; 4] = [
    Counter {
        counted: ["tachograph.dropped", "tachograph_dropped"],
        named: ["dropped", "tachograph_dropped_total"],
        has_total: true,
    },
    Counter {
        counted: ["tachograph.bounds.hit", "tachograph_bounds_hit"],
        named: ["bounds_hit", "tachograph_bounds_hit_total"],
        has_total: true,
    },
    Counter {
        counted: ["tachograph.series.overflowed", "tachograph_series_overflowed"],
        named: ["series_overflowed", "tachograph_series_overflowed_total"],
        has_total: false,
    },
    Counter {
        counted: ["db.client.connection.timeouts", "db_pool_timeouts"],
        named: ["pool_timeouts", "db_pool_timeouts_total"],
        has_total: false,
    },
];

const ACTIVE_REQUESTS: [&str; 2] = ["active_requests", "http_requests_in_progress"];
const ACTIVE_TASKS: [&str; 2] = ["active_tasks", "tasks_in_progress"];
const COLD_STARTS: [&str; 2] = ["cold_starts", "cold_starts_total"];
const POOL_UTILIZATION: [&str; 2] = ["pool_utilization", "db_pool_utilization"];
const POOL_CONNECTIONS: [&str; 2] = ["pool_connections", "db_pool_connections"];
const POOL_WAITING: [&str; 2] = ["pool_waiting", "db_pool_waiting"];

/// The label that says which pool.
const POOL: &str = "pool";

fn by<T: Copy>(naming: Naming, names: [T; 2]) -> T {
    match naming {
        Naming::OpenTelemetry => names[0],
        Naming::Plain => names[1],
    }
}

/// Leaves what the events tell: all that the application counts, and of ours what belongs to no request.
pub(super) fn retain(snapshot: &mut Snapshot) {
    let is_counter = |metric: &Metric| COUNTERS.iter().any(|counter| counter.counted.contains(&&*metric.name));
    snapshot.metrics.retain(|metric| metric.origin == Origin::Application || is_counter(metric));
}

/// What is as it is.
pub(super) fn levels(handle: &Handle, naming: Naming, out: &mut Numbers) {
    let requests: u64 = handle.active_requests().iter().map(|(_, _, count)| count).sum();
    out.add(Labels::default(), by(naming, ACTIVE_REQUESTS), "Count", Shown::Whole(requests));
    out.add(Labels::default(), by(naming, ACTIVE_TASKS), "Count", Shown::Whole(handle.active_tasks()));
    for (name, used) in handle.pools() {
        let pool = || Labels::of([(POOL, &*name)]);
        if used.max > 0 {
            let share = 100.0 * used.in_use as f64 / used.max as f64;
            out.add(pool(), by(naming, POOL_UTILIZATION), "Percent", Shown::Float(share));
        }
        let open = used.idle.saturating_add(used.in_use);
        out.add(pool(), by(naming, POOL_CONNECTIONS), "Count", Shown::Whole(open));
        out.add(pool(), by(naming, POOL_WAITING), "Count", Shown::Whole(used.waiting));
    }
}

/// That the service has started.
pub(super) fn start(naming: Naming, out: &mut Numbers) {
    out.add(Labels::default(), by(naming, COLD_STARTS), "Count", Shown::Whole(1));
}

/// What was counted of ours since the last event. `with_totals`: even where that is nothing.
pub(super) fn counters(counted: &[Metric], naming: Naming, with_totals: bool, out: &mut Numbers) {
    for counter in &COUNTERS {
        let metric = counted
            .iter()
            .find(|metric| metric.origin == Origin::Tachograph && counter.counted.contains(&&*metric.name));
        let points = match metric.map(|metric| &metric.points) {
            Some(Points::Counter(points)) => points.as_slice(),
            _ => &[],
        };
        let name = by(naming, counter.named);
        let total: u64 = points.iter().map(count).sum();
        if counter.has_total && (with_totals || total > 0) {
            out.add(Labels::default(), name, "Count", Shown::Whole(total));
        }
        for point in points.iter().filter(|point| count(point) > 0) {
            out.add(labels(&point.attributes), name, "Count", Shown::Whole(count(point)));
        }
    }
}

fn count(point: &Point<Number>) -> u64 {
    match point.value {
        Number::Whole(count) => count,
        _ => 0,
    }
}

/// By OpenTelemetry's names a pool is labelled by a long one.
fn labels(attributes: &Attributes) -> Labels {
    match attributes.get("db.client.connection.pool.name") {
        Some(pool) => Labels::of([(POOL, &*super::label::text(pool))]),
        None => Labels::from(attributes),
    }
}

//! What the events say of the instance, beside the application's own metrics.

use tachograph_core::Handle;
use tachograph_metrics::{Attributes, Metric, Naming, Number, Origin, Point, Points, Snapshot};

use super::numbers::{Labels, Numbers, Shown};
use crate::emf::signal::Signal;

/// What is counted by [`tachograph_metrics`], too, by either naming there, and what it is here.
struct Counter {
    counted: [&'static str; 2],
    signal: Signal,
    /// Whether the sum of all series is told as well, even where it is none, for an alarm to look at.
    has_total: bool,
}

const COUNTERS: [Counter; 4] = [
    Counter { counted: ["tachograph.dropped", "tachograph_dropped"], signal: Signal::Dropped, has_total: true },
    Counter { counted: ["tachograph.bounds.hit", "tachograph_bounds_hit"], signal: Signal::BoundsHit, has_total: true },
    Counter {
        counted: ["tachograph.series.overflowed", "tachograph_series_overflowed"],
        signal: Signal::SeriesOverflowed,
        has_total: false,
    },
    Counter {
        counted: ["db.client.connection.timeouts", "db_pool_timeouts"],
        signal: Signal::PoolTimeouts,
        has_total: false,
    },
];

/// The label that says which pool.
pub(in crate::emf) const POOL: &str = "pool";

/// Leaves what the events tell: all that the application counts, and of ours what belongs to no request.
pub(super) fn retain(snapshot: &mut Snapshot) {
    let is_counter = |metric: &Metric| COUNTERS.iter().any(|counter| counter.counted.contains(&&*metric.name));
    snapshot.metrics.retain(|metric| metric.origin == Origin::Application || is_counter(metric));
}

/// What is as it is.
pub(super) fn levels(handle: &Handle, naming: Naming, out: &mut Numbers) {
    let requests: u64 = handle.active_requests().iter().map(|(_, _, count)| count).sum();
    add(Labels::default(), Signal::ActiveRequests, naming, Shown::Whole(requests), out);
    add(Labels::default(), Signal::ActiveTasks, naming, Shown::Whole(handle.active_tasks()), out);
    pools(handle, naming, out);
}

/// Of each pool, and how much of the fullest is in use: an alarm looks at one metric, and does not know what pools are called.
fn pools(handle: &Handle, naming: Naming, out: &mut Numbers) {
    let mut fullest: Option<f64> = None;
    for (name, used) in handle.pools() {
        let pool = || Labels::of([(POOL, &*name)]);
        if used.max > 0 {
            let share = 100.0 * used.in_use as f64 / used.max as f64;
            fullest = Some(fullest.map_or(share, |most| most.max(share)));
            add(pool(), Signal::PoolUtilization, naming, Shown::Float(share), out);
        }
        let open = used.idle.saturating_add(used.in_use);
        add(pool(), Signal::PoolConnections, naming, Shown::Whole(open), out);
        add(pool(), Signal::PoolWaiting, naming, Shown::Whole(used.waiting), out);
    }
    if let Some(share) = fullest {
        add(Labels::default(), Signal::PoolUtilization, naming, Shown::Float(share), out);
    }
}

/// That the service has started.
pub(super) fn start(naming: Naming, out: &mut Numbers) {
    add(Labels::default(), Signal::ColdStarts, naming, Shown::Whole(1), out);
}

fn add(labels: Labels, signal: Signal, naming: Naming, shown: Shown, out: &mut Numbers) {
    if let Some(metric) = signal.metric(naming) {
        out.add(labels, metric.name, metric.unit, shown);
    }
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
        let total: u64 = points.iter().map(count).sum();
        if counter.has_total && (with_totals || total > 0) {
            add(Labels::default(), counter.signal, naming, Shown::Whole(total), out);
        }
        for point in points.iter().filter(|point| count(point) > 0) {
            add(labels(&point.attributes), counter.signal, naming, Shown::Whole(count(point)), out);
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

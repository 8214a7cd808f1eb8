//! What others count: the application's own counters, gauges and histograms.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use tachograph_core::lock;

use crate::attributes::Attributes;
use crate::collection::Collection;
use crate::snapshot::{Metric, Origin, Point, Points};

type Collect = Arc<dyn Fn(&mut Collection) -> Vec<Metric> + Send + Sync>;

#[derive(Default)]
pub(crate) struct Sources(Mutex<Vec<Collect>>);

impl Sources {
    pub(crate) fn add(&self, collect: Collect) {
        lock(&self.0).push(collect);
    }

    pub(crate) fn collect(&self, out: &mut Collection) -> Vec<Metric> {
        // Somebody else's code runs without the lock. If it panics, its series are not shown.
        let sources = lock(&self.0).clone();
        let mut metrics = Vec::new();
        for collect in sources {
            let collected = catch_unwind(AssertUnwindSafe(|| collect(out))).unwrap_or_default();
            for metric in collected {
                if metric.overflowed > 0 {
                    out.overflowed_of(metric.name.clone(), metric.overflowed);
                }
                metrics.push(Metric { points: metric.points.each_once(), origin: Origin::Application, ..metric });
            }
        }
        metrics
    }
}

impl Points {
    /// In the order of their attributes, as ours are, and of several with the same ones the last.
    fn each_once(self) -> Points {
        fn each_once<V>(points: Vec<Point<V>>) -> Vec<Point<V>> {
            let points: BTreeMap<Attributes, V> =
                points.into_iter().map(|point| (point.attributes, point.value)).collect();
            points.into_iter().map(|(attributes, value)| Point { attributes, value }).collect()
        }
        match self {
            Points::Counter(points) => Points::Counter(each_once(points)),
            Points::UpDownCounter(points) => Points::UpDownCounter(each_once(points)),
            Points::Gauge(points) => Points::Gauge(each_once(points)),
            Points::Histogram(points) => Points::Histogram(each_once(points)),
        }
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("count", &lock(&self.0).len()).finish()
    }
}

//! What was counted since the last snapshot that arrived.

use std::collections::HashMap;
use std::time::SystemTime;

use crate::attributes::Attributes;
use crate::snapshot::{Distribution, Number, Point, Points, Snapshot};

/// Turns sums into what was added to them, for receivers that want no sums of their own: it remembers what has arrived.
#[derive(Debug, Default)]
pub struct Delta {
    arrived: Option<Snapshot>,
    under_way: Option<Snapshot>,
}

impl Delta {
    /// Turns the sums of a snapshot into what was added to them since the last one that arrived; what goes up and down stays
    /// as it is.
    pub fn since_last(&mut self, mut snapshot: Snapshot) -> Snapshot {
        let newest = snapshot.clone();
        if let Some(arrived) = &self.arrived {
            subtract(&mut snapshot, arrived);
            forget_exemplars(&mut snapshot, arrived.taken);
            snapshot.started = arrived.taken;
        }
        self.under_way = Some(newest);
        snapshot
    }

    /// What became of the last one. What has not arrived is a part of the next one, whether or not this was called.
    pub fn settled(&mut self, accepted: bool) {
        let settled = self.under_way.take();
        if accepted {
            self.arrived = settled;
        }
    }
}

fn subtract(snapshot: &mut Snapshot, arrived: &Snapshot) {
    let before: HashMap<&str, &Points> =
        arrived.metrics.iter().map(|metric| (metric.name.as_ref(), &metric.points)).collect();
    for metric in &mut snapshot.metrics {
        match (&mut metric.points, before.get(metric.name.as_ref())) {
            (Points::Counter(points), Some(Points::Counter(before))) => {
                each(points, before, |now, then| *now = since(*now, *then))
            }
            (Points::Histogram(points), Some(Points::Histogram(before))) => each(points, before, distribution),
            // What goes up and down, or is as it is, has no sense as a difference.
            _ => {}
        }
    }
}

/// An exemplar is one of the values that were added.
fn forget_exemplars(snapshot: &mut Snapshot, until: SystemTime) {
    for metric in &mut snapshot.metrics {
        let Points::Histogram(points) = &mut metric.points else { continue };
        for point in points {
            point.value.exemplar.take_if(|exemplar| exemplar.time < until);
        }
    }
}

fn each<V>(points: &mut [Point<V>], before: &[Point<V>], subtract: impl Fn(&mut V, &V)) {
    let before: HashMap<&Attributes, &V> = before.iter().map(|point| (&point.attributes, &point.value)).collect();
    for point in points {
        // A series that is new was nothing before.
        if let Some(then) = before.get(&point.attributes) {
            subtract(&mut point.value, then);
        }
    }
}

fn distribution(now: &mut Distribution, then: &Distribution) {
    if now.bounds != then.bounds {
        return;
    }
    now.counts.iter_mut().zip(&then.counts).for_each(|(now, then)| *now = now.saturating_sub(*then));
    now.sum = since(now.sum, then.sum);
}

/// Sums of whole numbers stay whole, so that what is added up again is exact.
fn since(now: Number, then: Number) -> Number {
    match (now, then) {
        (Number::Whole(now), Number::Whole(then)) => Number::Whole(now.saturating_sub(then)),
        (Number::Nanos(now), Number::Nanos(then)) => Number::Nanos(now.saturating_sub(then)),
        (now, then) => Number::Float(now.as_f64() - then.as_f64()),
    }
}

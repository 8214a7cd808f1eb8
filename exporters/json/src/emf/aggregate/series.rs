//! Series, by the dimensions of each set, from one event that has arrived to the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use tachograph_core::RecordKind;
use tachograph_delivery::Source;
use tachograph_metrics::{Add, Metrics};

use super::numbers::Numbers;
use super::{Aggregate, event, overflow, project};
use crate::emf::Shape;
use crate::emf::dimensions::Dimension;

/// The events that the delivery asks for.
pub(in crate::emf) struct Events {
    aggregate: Arc<Aggregate>,
    groups: Vec<Sets>,
    /// What has not arrived yet; with what was counted meanwhile, it is told again.
    waiting: BTreeMap<Key, Numbers>,
    /// Who tells of series without room.
    metrics: Option<Metrics>,
}

/// Sets of dimensions whose series are the same, as what tells them apart is the same for all of the service.
struct Sets {
    dimensions: Vec<Dimension>,
    rendered: Vec<String>,
}

/// What tells one event from another: its sets, what it counts, and the values of its dimensions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    sets: usize,
    is_of_tasks: bool,
    values: Vec<Box<str>>,
}

impl Events {
    pub(in crate::emf) fn new(aggregate: Arc<Aggregate>, metrics: Option<Metrics>) -> Self {
        let groups = aggregate.shape.sets.by_dimensions_of_records();
        let groups = groups.map(|(dimensions, rendered)| Sets { dimensions, rendered }).collect();
        Events { aggregate, groups, waiting: BTreeMap::new(), metrics }
    }

    fn gather(&mut self, kind: RecordKind) {
        let taken = self.aggregate.take(kind);
        for (key, numbers) in &taken.groups {
            self.add(kind, key.each_ref().map(|part| &**part), numbers);
        }
        if taken.overflowed > 0 {
            self.add(kind, overflow(kind), &taken.overflow);
            self.tell_of_overflow();
        }
    }

    fn add(&mut self, kind: RecordKind, key: [&str; 5], numbers: &Numbers) {
        if numbers.count == 0 {
            return;
        }
        for (place, sets) in self.groups.iter().enumerate() {
            if let Some(values) = project(&sets.dimensions, kind, key) {
                let key = Key { sets: place, is_of_tasks: kind == RecordKind::Task, values };
                self.waiting.entry(key).or_default().add(numbers);
            }
        }
    }

    fn tell_of_overflow(&self) {
        if let Some(metrics) = &self.metrics {
            let most = self.aggregate.max_series;
            metrics.warn_once("emf.aggregate", || {
                format!(
                    "the aggregated events have {most} series, and further ones are counted as one that is called \
                     _overflow: see which dimension has so many values, or raise max_series"
                )
            });
        }
    }
}

impl Source for Events {
    fn pull(&mut self, state: &mut Vec<u8>) -> u32 {
        [RecordKind::Request, RecordKind::Task].into_iter().for_each(|kind| self.gather(kind));
        let shape: &Shape = &self.aggregate.shape;
        let now = shape.now();
        for (key, numbers) in &self.waiting {
            let kind = if key.is_of_tasks { RecordKind::Task } else { RecordKind::Request };
            let sets = &self.groups[key.sets];
            let dimensions = sets.dimensions.iter().copied().zip(key.values.iter().map(|value| &**value));
            let event = event::Event { kind, numbers, dimensions, sets: &sets.rendered };
            event.write(shape, now, state);
        }
        u32::try_from(self.waiting.len()).unwrap_or(u32::MAX)
    }

    fn settled(&mut self, accepted: bool) {
        if accepted {
            self.waiting.clear();
        }
    }
}

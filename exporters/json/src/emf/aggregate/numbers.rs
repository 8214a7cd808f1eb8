//! What is counted of one series.

use tachograph_metrics::Add;

use super::values::Values;
use crate::emf::metric::{Metric, Number};

/// Of a request, how many of them is of interest, and not only their sum.
const COUNTS_OF_A_REQUEST: [&str; 2] = ["db_queries", "external_calls"];

/// The metrics of some requests, or of some tasks.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// How many requests.
    pub(super) count: u64,
    /// In the order in which they were first seen, which is nearly always that of the samples.
    pub(super) metrics: Vec<Measured>,
}

#[derive(Debug)]
pub(super) struct Measured {
    pub(super) metric: &'static Metric,
    /// A number of the kind that its values are of.
    pub(super) kind: fn(u64) -> Number,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Sum(u64),
    Values(Values),
}

/// One more request while it is counted.
pub(super) struct Observed<'a> {
    numbers: &'a mut Numbers,
    /// Where the next sample is expected.
    next: usize,
}

impl Numbers {
    /// Counts one more request, whose samples are still to come.
    pub(super) fn observe(&mut self) -> Observed<'_> {
        self.count += 1;
        Observed { numbers: self, next: 0 }
    }

    fn place(&mut self, expected: usize, metric: &'static Metric, kind: fn(u64) -> Number) -> usize {
        let is_it = |measured: &Measured| std::ptr::eq(measured.metric, metric) || measured.metric.name == metric.name;
        if self.metrics.get(expected).is_some_and(is_it) {
            return expected;
        }
        self.metrics.iter().position(is_it).unwrap_or_else(|| {
            let value = match is_summed(metric, kind) {
                true => Value::Sum(0),
                false => Value::Values(Values::default()),
            };
            self.metrics.push(Measured { metric, kind, value });
            self.metrics.len() - 1
        })
    }
}

impl Observed<'_> {
    #[inline]
    pub(super) fn sample(&mut self, metric: &'static Metric, number: Number) {
        let (kind, value): (fn(u64) -> Number, u64) = match number {
            Number::Whole(value) => (Number::Whole, value),
            Number::Millis(value) => (Number::Millis, value),
            Number::Seconds(value) => (Number::Seconds, value),
        };
        let place = self.numbers.place(self.next, metric, kind);
        self.next = place + 1;
        match &mut self.numbers.metrics[place].value {
            Value::Sum(sum) => *sum = sum.saturating_add(value),
            Value::Values(values) => values.observe(value),
        }
    }
}

/// Whether the sum is what a metric is about: how many errors there were, and not how many a request had.
fn is_summed(metric: &Metric, kind: fn(u64) -> Number) -> bool {
    metric.unit == "Count" && matches!(kind(0), Number::Whole(_)) && !COUNTS_OF_A_REQUEST.contains(&metric.name)
}

impl Add for Numbers {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        for (expected, measured) in other.metrics.iter().enumerate() {
            let place = self.place(expected, measured.metric, measured.kind);
            match (&mut self.metrics[place].value, &measured.value) {
                (Value::Sum(sum), Value::Sum(more)) => *sum = sum.saturating_add(*more),
                (Value::Values(values), Value::Values(more)) => values.add(more),
                // A metric is of one kind.
                _ => {}
            }
        }
    }
}

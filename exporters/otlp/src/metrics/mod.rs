//! Metrics, as fields of a `ScopeMetrics`.

mod requests;

use tachograph_delivery::Source;
use tachograph_metrics::{
    Attributes as Series, Delta, Distribution, Exemplar, Metric, Metrics, Naming, Number, Point, Points, Snapshot,
    Value,
};

use crate::attributes::Attributes;
use crate::frame::Frame;
use crate::protobuf;
use crate::settings::{Exemplars, Temporality};
use crate::trace::unix_nanos;

pub(crate) use requests::Requests;

/// The field of `ScopeMetrics` that metrics are.
const METRICS: u32 = 2;

/// The fields of `Metric`.
const NAME: u32 = 1;
const DESCRIPTION: u32 = 2;
const UNIT: u32 = 3;
const GAUGE: u32 = 5;
const SUM: u32 = 7;
const HISTOGRAM: u32 = 9;

/// The fields of each of these three, as far as it has them.
const DATA_POINTS: u32 = 1;
const AGGREGATION_TEMPORALITY: u32 = 2;
const IS_MONOTONIC: u32 = 3;

/// `AggregationTemporality`.
const DELTA: u32 = 1;
const CUMULATIVE: u32 = 2;

/// The fields of a data point.
const START_TIME: u32 = 2;
const TIME: u32 = 3;
const AS_DOUBLE: u32 = 4;
const AS_INT: u32 = 6;
const NUMBER_ATTRIBUTES: u32 = 7;
const COUNT: u32 = 4;
const SUM_OF_VALUES: u32 = 5;
const BUCKET_COUNTS: u32 = 6;
const EXPLICIT_BOUNDS: u32 = 7;
const EXEMPLARS: u32 = 8;
const HISTOGRAM_ATTRIBUTES: u32 = 9;

/// The fields of `Exemplar`.
const EXEMPLAR_TIME: u32 = 2;
const EXEMPLAR_AS_DOUBLE: u32 = 3;
const EXEMPLAR_SPAN_ID: u32 = 4;
const EXEMPLAR_TRACE_ID: u32 = 5;

/// Takes a snapshot whenever the delivery asks for one.
pub(crate) struct Snapshots {
    metrics: Metrics,
    /// Where only what was added is sent.
    delta: Option<Delta>,
    exemplars: Exemplars,
}

impl Snapshots {
    pub(crate) fn new(metrics: Metrics, temporality: Temporality, exemplars: Exemplars) -> Self {
        let delta = (temporality != Temporality::Cumulative).then(Delta::default);
        Snapshots { metrics, delta, exemplars }
    }
}

impl Source for Snapshots {
    /// Nothing before the metrics are a part of an instance, and after its end.
    fn pull(&mut self, state: &mut Vec<u8>) -> u32 {
        let Some(handle) = self.metrics.handle() else { return 0 };
        let snapshot = self.metrics.collect(&handle, Naming::OpenTelemetry);
        match &mut self.delta {
            Some(delta) => write(&delta.since_last(snapshot), DELTA, self.exemplars, state),
            None => write(&snapshot, CUMULATIVE, self.exemplars, state),
        }
    }

    fn settled(&mut self, accepted: bool) {
        if let Some(delta) = &mut self.delta {
            delta.settled(accepted);
        }
    }
}

/// Appends all metrics, whose sums are of this temporality. How many data points they have.
fn write(snapshot: &Snapshot, temporality: u32, exemplars: Exemplars, out: &mut Vec<u8>) -> u32 {
    let shown = Shown {
        start: unix_nanos(snapshot.started),
        now: unix_nanos(snapshot.taken),
        temporality,
        exemplars: exemplars != Exemplars::Never,
    };
    // The snapshot is as bounded as its series are, and texts in it were cut where they were recorded.
    let mut frame = Frame::unbounded(out);
    let mut points = 0_usize;
    for metric in &snapshot.metrics {
        frame.message(METRICS, |frame| shown.metric(metric, frame));
        points += metric.points.len();
    }
    u32::try_from(points).unwrap_or(u32::MAX)
}

/// What all metrics of a snapshot have in common.
struct Shown {
    start: u64,
    now: u64,
    temporality: u32,
    exemplars: bool,
}

impl Shown {
    fn metric(&self, metric: &Metric, frame: &mut Frame<'_>) {
        frame.text(NAME, &metric.name);
        frame.text(DESCRIPTION, &metric.description);
        frame.text(UNIT, &metric.unit);
        match &metric.points {
            Points::Counter(points) => frame.message(SUM, |sum| {
                self.numbers(self.start, points, sum);
                protobuf::number(AGGREGATION_TEMPORALITY, self.temporality, sum.out);
                protobuf::number(IS_MONOTONIC, 1, sum.out);
            }),
            Points::UpDownCounter(points) => frame.message(SUM, |sum| {
                self.numbers(self.start, points, sum);
                protobuf::number(AGGREGATION_TEMPORALITY, CUMULATIVE, sum.out);
            }),
            // It is of now alone.
            Points::Gauge(points) => frame.message(GAUGE, |gauge| self.numbers(0, points, gauge)),
            Points::Histogram(points) => frame.message(HISTOGRAM, |histogram| {
                for point in points {
                    histogram.message(DATA_POINTS, |frame| self.distribution(point, frame));
                }
                protobuf::number(AGGREGATION_TEMPORALITY, self.temporality, histogram.out);
            }),
        }
    }

    fn numbers(&self, start: u64, points: &[Point<Number>], frame: &mut Frame<'_>) {
        for point in points {
            frame.message(DATA_POINTS, |frame| {
                protobuf::fixed64(START_TIME, start, frame.out);
                protobuf::fixed64(TIME, self.now, frame.out);
                match point.value {
                    Number::Whole(number) => {
                        protobuf::fixed64_even_if_zero(AS_INT, number.min(i64::MAX as u64), frame.out);
                    }
                    number => protobuf::double(AS_DOUBLE, number.as_f64(), frame.out),
                }
                series(&point.attributes, NUMBER_ATTRIBUTES, frame);
            });
        }
    }

    fn distribution(&self, point: &Point<Distribution>, frame: &mut Frame<'_>) {
        let Distribution { bounds, counts, sum, exemplar } = &point.value;
        protobuf::fixed64(START_TIME, self.start, frame.out);
        protobuf::fixed64(TIME, self.now, frame.out);
        protobuf::fixed64(COUNT, point.value.count(), frame.out);
        protobuf::double(SUM_OF_VALUES, sum.as_f64(), frame.out);
        protobuf::packed(BUCKET_COUNTS, counts.iter().map(|count| count.to_le_bytes()), frame.out);
        protobuf::packed(EXPLICIT_BOUNDS, bounds.iter().map(|bound| bound.to_le_bytes()), frame.out);
        if let Some(exemplar) = exemplar.as_ref().filter(|_| self.exemplars) {
            frame.message(EXEMPLARS, |frame| slowest(exemplar, frame));
        }
        series(&point.attributes, HISTOGRAM_ATTRIBUTES, frame);
    }
}

fn slowest(exemplar: &Exemplar, frame: &mut Frame<'_>) {
    protobuf::fixed64(EXEMPLAR_TIME, unix_nanos(exemplar.time), frame.out);
    protobuf::double(EXEMPLAR_AS_DOUBLE, exemplar.value.as_f64(), frame.out);
    protobuf::bytes(EXEMPLAR_SPAN_ID, &exemplar.span_id.get().to_be_bytes(), frame.out);
    protobuf::bytes(EXEMPLAR_TRACE_ID, &exemplar.trace_id.get().to_be_bytes(), frame.out);
}

fn series(series: &Series, tag: u32, frame: &mut Frame<'_>) {
    let mut attributes = Attributes::new(frame, tag, usize::MAX);
    for attribute in series.iter() {
        match &attribute.value {
            Value::Text(text) => attributes.text(&attribute.name, text),
            Value::Int(number) => attributes.integer(&attribute.name, *number),
            Value::Bool(value) => attributes.boolean(&attribute.name, *value),
        }
    }
}

#[cfg(test)]
mod tests;

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
use crate::settings::{self, Exemplars, Temporality};
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

/// More than what stands behind the points of a metric, and the lengths that are known at its end.
const TAIL_BYTES: usize = 32;

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
    most: settings::Requests,
}

impl Snapshots {
    /// `most`: what of one metric goes together.
    pub(crate) fn new(
        metrics: Metrics,
        temporality: Temporality,
        exemplars: Exemplars,
        most: settings::Requests,
    ) -> Self {
        let delta = (temporality != Temporality::Cumulative).then(Delta::default);
        Snapshots { metrics, delta, exemplars, most }
    }
}

impl Source for Snapshots {
    /// Nothing before the metrics are a part of an instance, and after its end.
    fn pull(&mut self, state: &mut Vec<u8>) -> u32 {
        let Some(handle) = self.metrics.handle() else { return 0 };
        let snapshot = self.metrics.collect(&handle, Naming::OpenTelemetry);
        match &mut self.delta {
            Some(delta) => write(&delta.since_last(snapshot), DELTA, self.exemplars, self.most, state),
            None => write(&snapshot, CUMULATIVE, self.exemplars, self.most, state),
        }
    }

    fn settled(&mut self, accepted: bool) {
        if let Some(delta) = &mut self.delta {
            delta.settled(accepted);
        }
    }
}

/// Appends all metrics, whose sums are of this temporality. How many data points they have.
fn write(
    snapshot: &Snapshot,
    temporality: u32,
    exemplars: Exemplars,
    most: settings::Requests,
    out: &mut Vec<u8>,
) -> u32 {
    let shown = Shown {
        start: unix_nanos(snapshot.started),
        now: unix_nanos(snapshot.taken),
        temporality,
        exemplars: exemplars != Exemplars::Never,
        most,
    };
    // The snapshot is as bounded as its series are, and texts in it were cut where they were recorded.
    let mut frame = Frame::unbounded(out);
    let mut points = 0_usize;
    for metric in &snapshot.metrics {
        let mut written = 0;
        // One in several parts, where it is too much for a request.
        while written < metric.points.len() {
            written = frame.message(METRICS, |frame| shown.metric(metric, written, frame));
        }
        points += written;
    }
    u32::try_from(points).unwrap_or(u32::MAX)
}

/// What all metrics of a snapshot have in common.
struct Shown {
    start: u64,
    now: u64,
    temporality: u32,
    exemplars: bool,
    most: settings::Requests,
}

/// As many points of a metric as go together.
#[derive(Clone, Copy)]
struct Part {
    /// How many others come before them.
    written: usize,
    /// Where the metric begins that they are written into.
    start: usize,
}

impl Shown {
    /// Appends a metric with those of its points that come behind so many others, as far as they go together. How many
    /// have been written then.
    fn metric(&self, metric: &Metric, written: usize, frame: &mut Frame<'_>) -> usize {
        let part = Part { written, start: frame.out.len() };
        frame.text(NAME, &metric.name);
        frame.text(DESCRIPTION, &metric.description);
        frame.text(UNIT, &metric.unit);
        match &metric.points {
            Points::Counter(points) => frame.message(SUM, |sum| {
                let written = self.numbers(self.start, points, part, sum);
                protobuf::number(AGGREGATION_TEMPORALITY, self.temporality, sum.out);
                protobuf::number(IS_MONOTONIC, 1, sum.out);
                written
            }),
            Points::UpDownCounter(points) => frame.message(SUM, |sum| {
                let written = self.numbers(self.start, points, part, sum);
                protobuf::number(AGGREGATION_TEMPORALITY, CUMULATIVE, sum.out);
                written
            }),
            // It is of now alone.
            Points::Gauge(points) => frame.message(GAUGE, |gauge| self.numbers(0, points, part, gauge)),
            Points::Histogram(points) => frame.message(HISTOGRAM, |histogram| {
                let written = self.points(points, part, histogram, |point, frame| self.distribution(point, frame));
                protobuf::number(AGGREGATION_TEMPORALITY, self.temporality, histogram.out);
                written
            }),
        }
    }

    /// Appends the points of a part, at least one. How many have been written then.
    fn points<V>(
        &self,
        points: &[Point<V>],
        part: Part,
        frame: &mut Frame<'_>,
        write: impl Fn(&Point<V>, &mut Frame<'_>),
    ) -> usize {
        let most_bytes = self.most.max_bytes.saturating_sub(TAIL_BYTES);
        let mut written = part.written;
        for point in points.iter().skip(part.written).take(self.most.max_data_points.max(1)) {
            let before = frame.out.len();
            frame.message(DATA_POINTS, |frame| write(point, frame));
            if written > part.written && frame.out.len() - part.start > most_bytes {
                frame.out.truncate(before);
                break;
            }
            written += 1;
        }
        written
    }

    fn numbers(&self, start: u64, points: &[Point<Number>], part: Part, frame: &mut Frame<'_>) -> usize {
        self.points(points, part, frame, |point, frame| {
            protobuf::fixed64(START_TIME, start, frame.out);
            protobuf::fixed64(TIME, self.now, frame.out);
            match point.value {
                Number::Whole(number) => {
                    protobuf::fixed64_even_if_zero(AS_INT, number.min(i64::MAX as u64), frame.out);
                }
                number => protobuf::double(AS_DOUBLE, number.as_f64(), frame.out),
            }
            series(&point.attributes, NUMBER_ATTRIBUTES, frame);
        })
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

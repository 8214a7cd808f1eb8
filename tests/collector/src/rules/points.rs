//! The points of a metric, in themselves and beside those of the export before.

use std::collections::{HashMap, HashSet};

use crate::check::Check;
use crate::metric::{Exemplar, Histogram, Metric, Number, Point, Shape, Temporality};

/// By how much a sum of fractions may be off, relatively.
const ROUNDING: f64 = 1e-9;

pub(crate) fn check(check: &mut Check, metric: &Metric, before: &[Metric], beside: &[Metric]) {
    check.require(!metric.points.is_empty(), "it has no points");
    if let Some(other) = same(beside, metric) {
        check.complain(format_args!("it is in one export twice, of {:?} and {:?}", other.scope, metric.scope));
    }
    let before = same(before, metric);
    if let Some(before) = before {
        let is_same = (&before.unit, &before.description, before.shape, before.temporality)
            == (&metric.unit, &metric.description, metric.shape, metric.temporality);
        check.require(is_same, "it is another than it was: its unit, description, shape or temporality changed");
    }
    let earlier: HashMap<String, &Point> =
        before.into_iter().flat_map(|metric| &metric.points).map(|point| (point.key(), point)).collect();
    let mut seen = HashSet::new();
    for point in &metric.points {
        let key = point.key();
        let mut of_point = Check::of(format!("{} {key}", metric.what()));
        alone(&mut of_point, metric, point);
        if let Some(earlier) = earlier.get(&key) {
            beside_earlier(&mut of_point, metric, earlier, point);
        }
        of_point.require(seen.insert(key), "the series is there twice");
        check.complaints.append(&mut of_point.complaints);
    }
}

fn same<'a>(metrics: &'a [Metric], metric: &Metric) -> Option<&'a Metric> {
    metrics.iter().find(|other| other.name == metric.name && other.resource == metric.resource)
}

fn alone(check: &mut Check, metric: &Metric, point: &Point) {
    check.time("time_unix_nano", point.time);
    if metric.shape != Shape::Gauge {
        check.time("start_time_unix_nano", point.start);
    }
    check.require(point.start <= point.time, "it starts after its time");
    match &point.value {
        Number::Int(value) => {
            check.require(!is_monotonic(metric) || *value >= 0, format_args!("it is below 0: {value}"))
        }
        Number::Double(value) => {
            check.require(value.is_finite(), format_args!("it is {value}"));
            check.require(!is_monotonic(metric) || *value >= 0.0, format_args!("it is below 0: {value}"));
        }
        Number::Histogram(value) => histogram(check, value),
    }
    for Exemplar { value, time, .. } in &point.exemplars {
        check.require(value.is_finite(), format_args!("an exemplar is {value}"));
        let is_within = metric.shape == Shape::Gauge || *time == 0 || (point.start..=point.time).contains(time);
        check.require(is_within, "an exemplar is of another time than its point");
    }
}

fn histogram(check: &mut Check, histogram: &Histogram) {
    let Histogram { count, sum, min, max, bounds, buckets } = histogram;
    let rises = bounds.is_sorted_by(|one, next| one < next) && bounds.iter().all(|bound| bound.is_finite());
    check.require(rises, format_args!("its bounds do not rise: {bounds:?}"));
    if buckets.len() != bounds.len() + 1 {
        let is_without = buckets.is_empty() && bounds.is_empty();
        check.require(is_without, format_args!("{} buckets have {} bounds", buckets.len(), bounds.len()));
        return;
    }
    let in_buckets: u64 = buckets.iter().sum();
    check.require(*count == in_buckets, format_args!("its count is {count}, and its buckets have {in_buckets}"));
    check.require(sum.is_finite(), format_args!("its sum is {sum}"));
    if *count == 0 {
        check.require(*sum == 0.0, format_args!("nothing sums to {sum}"));
        return;
    }
    // What is measured is a time or a size, so that the first bucket begins at nothing.
    let lowest =
        std::iter::once(&0.0).chain(bounds).zip(buckets).map(|(bound, in_it)| bound * *in_it as f64).sum::<f64>();
    check.require(
        *sum >= lowest * (1.0 - ROUNDING),
        format_args!("its sum is {sum}, and its buckets have {lowest} or more"),
    );
    if buckets.last() == Some(&0) {
        let highest = bounds.iter().zip(buckets).map(|(bound, in_it)| bound * *in_it as f64).sum::<f64>();
        check.require(
            *sum <= highest * (1.0 + ROUNDING),
            format_args!("its sum is {sum}, and its buckets have {highest} at most"),
        );
    }
    if let (Some(min), Some(max)) = (min, max) {
        check.require(min <= max, format_args!("the least is {min}, and the greatest {max}"));
    }
}

fn beside_earlier(check: &mut Check, metric: &Metric, earlier: &Point, point: &Point) {
    check.require(point.time >= earlier.time, "it is older than the one before");
    match metric.temporality {
        None => {}
        Some(Temporality::Delta) => {
            check.require(point.start >= earlier.time, "it counts anew what the one before counted");
        }
        Some(Temporality::Cumulative) if point.start != earlier.start => {
            check.require(point.start >= earlier.time, "it starts anew before the one before was");
        }
        Some(Temporality::Cumulative) if metric.shape == (Shape::Sum { monotonic: false }) => {}
        Some(Temporality::Cumulative) => {
            let fell = falls(&earlier.value, &point.value);
            check.require(!fell, format_args!("it fell from {:?} to {:?}", earlier.value, point.value));
        }
    }
}

fn falls(earlier: &Number, now: &Number) -> bool {
    match (earlier, now) {
        (Number::Int(earlier), Number::Int(now)) => now < earlier,
        (Number::Double(earlier), Number::Double(now)) => now < earlier,
        (Number::Histogram(earlier), Number::Histogram(now)) => {
            let in_a_bucket = || earlier.buckets.iter().zip(&now.buckets).any(|(earlier, now)| now < earlier);
            now.count < earlier.count || now.sum < earlier.sum || now.bounds != earlier.bounds || in_a_bucket()
        }
        _ => true,
    }
}

fn is_monotonic(metric: &Metric) -> bool {
    metric.shape == Shape::Sum { monotonic: true }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::metrics::v1::{HistogramDataPoint, NumberDataPoint, number_data_point};

    use serde_json::json;

    use crate::received::Received;
    use crate::testing::{assert_refused, count_of, count_point, duration_of, duration_point, text};

    fn refused(of: &str, spoil: impl FnOnce(&mut HistogramDataPoint)) {
        let mut point = duration_point();
        spoil(&mut point);
        assert_refused(&Received::default().take_all_metrics(vec![duration_of(vec![point])]).complaints, of);
    }

    /// The second of two exports.
    fn refused_after(of: &str, first: HistogramDataPoint, spoil: impl FnOnce(&mut HistogramDataPoint)) {
        let mut received = Received::default();
        assert_eq!(received.take_all_metrics(vec![duration_of(vec![first.clone()])]).complaints, [""; 0]);
        assert_eq!(received.take_all_metrics(vec![duration_of(vec![first.clone()])]).complaints, [""; 0]);
        let mut second = first;
        spoil(&mut second);
        assert_refused(&received.take_all_metrics(vec![duration_of(vec![second])]).complaints, of);
    }

    #[test]
    fn a_histogram_adds_up() {
        refused("its count is 4, and its buckets have 3", |point| point.count = 4);
        refused("its bounds do not rise", |point| {
            point.explicit_bounds = vec![0.1, 0.1];
        });
        refused("3 buckets have 1 bounds", |point| point.explicit_bounds.truncate(1));
        refused("a histogram has no sum", |point| {
            *point = HistogramDataPoint { count: 0, bucket_counts: vec![0; 3], sum: None, ..point.clone() };
        });
        refused("its buckets have 0.35", |point| point.sum = Some(0.3));
        refused("at most", |point| (point.bucket_counts, point.count) = (vec![1, 1, 0], 2));
        refused("nothing sums to", |point| {
            (point.count, point.bucket_counts, point.sum) = (0, vec![0, 0, 0], Some(-0.5));
        });
        refused("the least is", |point| point.min = Some(1.0));
    }

    #[test]
    fn points_have_times_and_exemplars_theirs() {
        refused("start_time_unix_nano is 0", |point| point.start_time_unix_nano = 0);
        refused("time_unix_nano is more than a day ahead", |point| point.time_unix_nano *= 2);
        refused("an exemplar is of another time", |point| {
            point.exemplars[0].time_unix_nano = point.time_unix_nano + 1;
        });
        refused("the time of an exemplar is 0", |point| {
            point.start_time_unix_nano -= 1;
            point.exemplars[0].time_unix_nano = 0;
        });
        refused("trace_id is all zeroes", |point| point.exemplars[0].trace_id.fill(0));
        refused("span_id has 7 bytes", |point| point.exemplars[0].span_id.truncate(7));
        refused("an exemplar has no value", |point| point.exemplars[0].value = None);
    }

    #[test]
    fn what_counts_does_not_fall() {
        refused_after("it fell", duration_point(), |point| {
            (point.count, point.bucket_counts, point.sum) = (2, vec![1, 0, 1], Some(0.4));
        });
        refused_after("it fell", duration_point(), |point| point.explicit_bounds[0] = 0.09);
        refused_after("it is older", duration_point(), |point| {
            point.time_unix_nano -= 1;
        });
        refused_after("it starts anew before", duration_point(), |point| point.start_time_unix_nano += 1);

        let mut received = Received::default();
        let first = count_point(5);
        let second = NumberDataPoint { value: Some(number_data_point::Value::AsInt(4)), ..first.clone() };
        assert_eq!(received.take_all_metrics(vec![count_of(vec![first])]).complaints, [""; 0]);
        assert_refused(
            &received.take_all_metrics(vec![count_of(vec![second])]).complaints,
            "it fell from Int(5) to Int(4)",
        );
    }

    #[test]
    fn a_series_is_there_once() {
        let mut received = Received::default();
        let twice = duration_of(vec![duration_point(), duration_point()]);
        assert_refused(&received.take_all_metrics(vec![twice]).complaints, "the series is there twice");
        let mut received = Received::default();
        let metrics = vec![count_of(vec![count_point(1)]), count_of(vec![count_point(1)])];
        assert_refused(&received.take_all_metrics(metrics).complaints, "it is in one export twice");
    }

    #[test]
    fn a_metric_stays_what_it_is() {
        let mut received = Received::default();
        let first = count_of(vec![count_point(1)]);
        let mut second = first.clone();
        second.unit = "{event}".to_owned();
        assert_eq!(received.take_all_metrics(vec![first]).complaints, [""; 0]);
        assert_refused(&received.take_all_metrics(vec![second]).complaints, "it is another than it was");
    }

    #[test]
    fn the_latest_point_of_each_series_is_kept() {
        let first = count_point(1);
        let point = |value, of: &str| NumberDataPoint {
            attributes: vec![text("of", of)],
            value: Some(number_data_point::Value::AsInt(value)),
            ..first.clone()
        };
        let mut received = Received::default();
        received.take_all_metrics(vec![count_of(vec![point(1, "a"), point(2, "b")])]);
        received.take_all_metrics(vec![count_of(vec![point(3, "a")])]);
        assert_eq!(received.complaints, [""; 0]);
        let metric = received.metric("events_tracked_total").unwrap();
        assert_eq!(metric.points.len(), 2);
        assert_eq!(metric.point(&json!({ "of": "a" })).int(), 3);
        assert_eq!(metric.point(&json!({ "of": "b" })).int(), 2);
    }
}

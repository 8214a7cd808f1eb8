//! What the application counts with the macros of the `metrics` crate.

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram, with_local_recorder,
};
use tachograph_metrics::{Metrics, Origin, Points, Recorder, Settings};

use crate::bench::{Bench, values};

fn small(max_series: usize) -> Bench {
    Bench::new(Settings { max_series, ..Settings::default() })
}

#[test]
fn counters_have_their_name_without_total() {
    let bench = small(2000);
    let recorder = Recorder::new(&bench.metrics);
    with_local_recorder(&recorder, || {
        describe_counter!("events_tracked_total", "Events that were tracked.");
        counter!("experiment_assignments_total", "variant" => "a").increment(2);
        counter!("experiment_assignments_total", "variant" => "b").increment(1);
        counter!("events_tracked_total").increment(1);
        counter!("events_tracked_total").increment(1);
        counter!("feature_flag_evaluations_total", "key" => "dark-mode", "value" => "on").absolute(7);
    });
    let snapshot = bench.snapshot();
    let of = |name| values(&snapshot, name);
    let expected = [("variant=a".to_owned(), 2.0), ("variant=b".to_owned(), 1.0)];
    assert_eq!(of("experiment_assignments"), expected);
    assert_eq!(of("events_tracked"), [(String::new(), 2.0)]);
    assert_eq!(of("feature_flag_evaluations"), [("key=dark-mode,value=on".to_owned(), 7.0)]);
    let events = snapshot.metric("events_tracked").unwrap();
    assert_eq!((&*events.description, &*events.unit), ("Events that were tracked.", ""));
    assert!(matches!(events.points, Points::Counter(_)));
    assert_eq!(events.origin, Origin::Application);
}

#[test]
fn gauges_and_histograms_have_their_unit() {
    let bench = small(2000);
    let recorder = Recorder::new(&bench.metrics).buckets("cart_size", &[1.0, 2.0]).unwrap();
    with_local_recorder(&recorder, || {
        describe_gauge!("queue", Unit::Bytes, "Waits.");
        gauge!("queue").set(10.5);
        gauge!("queue").decrement(12.0);
        describe_histogram!("render", Unit::Milliseconds, "Rendering.");
        histogram!("render").record(40.0);
        histogram!("lag_seconds").record(0.1);
        histogram!("body_bytes").record(100);
        histogram!("cart_size").record(3.0);
        histogram!("score").record(-1.0);
    });
    let snapshot = bench.snapshot();
    assert_eq!(values(&snapshot, "queue"), [(String::new(), -1.5)]);
    assert_eq!(&*snapshot.metric("queue").unwrap().unit, "By");
    let of = |name| {
        let metric = snapshot.metric(name).unwrap();
        let Points::Histogram(points) = &metric.points else { panic!("{metric:?}") };
        let value = &points[0].value;
        let filled = value.counts.iter().position(|count| *count == 1);
        (&*metric.unit, value.bounds.len(), value.bounds[0], filled.unwrap())
    };
    assert_eq!(of("render"), ("ms", 14, 5.0, 3));
    assert_eq!(of("lag_seconds"), ("s", 14, 0.005, 5));
    assert_eq!(of("body_bytes"), ("By", 7, 100.0, 0));
    assert_eq!(of("cart_size"), ("", 2, 1.0, 2));
    assert_eq!(of("score"), ("", 15, 0.0, 0));
}

#[test]
fn labels_in_another_order_are_the_same_series() {
    let bench = small(2000);
    let recorder = Recorder::new(&bench.metrics);
    with_local_recorder(&recorder, || {
        counter!("orders", "a" => "1", "b" => "2").increment(1);
        counter!("orders", "b" => "2", "a" => "1").increment(1);
        counter!("orders", vec![("b", "2"), ("a", "1")].as_slice()).increment(1);
    });
    assert_eq!(values(&bench.snapshot(), "orders"), [("a=1,b=2".to_owned(), 3.0)]);
}

#[test]
fn labels_made_up_as_it_goes_are_one_series_that_says_so() {
    let bench = small(3);
    let recorder = Recorder::new(&bench.metrics);
    let track = |number: u32| {
        with_local_recorder(&recorder, || {
            counter!("events_tracked_total", "user_id" => number.to_string()).increment(2);
            histogram!("lag_seconds", "user_id" => number.to_string()).record(1.0);
        });
    };
    (0..3).for_each(track);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || (3..1000).filter(|number| number % 4 == thread).for_each(track));
        }
    });
    // Those that have a series of their own keep it.
    track(1);

    let snapshot = bench.snapshot();
    let events = values(&snapshot, "events_tracked");
    assert_eq!(events.len(), 4);
    assert_eq!(events.iter().map(|(_, count)| count).sum::<f64>(), 2002.0);
    assert_eq!(events[0], ("otel.metric.overflow=true".to_owned(), 2.0 * 997.0));
    assert_eq!(values(&snapshot, "lag_seconds").iter().map(|(_, count)| count).sum::<f64>(), 1001.0);
    let overflowed = values(&snapshot, "tachograph.series.overflowed");
    for name in ["events_tracked", "lag_seconds"] {
        assert!(overflowed.contains(&(format!("metric={name}"), 997.0)), "{overflowed:?}");
    }
    bench.snapshot();
    let warnings = bench.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].starts_with("events_tracked has 3 series, and further ones"), "{warnings:?}");
}

#[test]
fn names_made_up_as_it_goes_are_counted_as_lost() {
    let bench = small(3);
    let recorder = Recorder::new(&bench.metrics);
    with_local_recorder(&recorder, || {
        (0..10).for_each(|number| counter!(format!("events_{number}")).increment(1));
        (0..10).for_each(|number| describe_counter!(format!("events_{number}"), "An event."));
    });
    let snapshot = bench.snapshot();
    assert_eq!(snapshot.metrics.iter().filter(|metric| metric.origin == Origin::Application).count(), 3);
    let overflowed = values(&snapshot, "tachograph.series.overflowed");
    assert!(overflowed.contains(&("metric=_overflow".to_owned(), 14.0)), "{overflowed:?}");
    assert!(bench.warnings()[0].starts_with("the application has 3 metrics"), "{:?}", bench.warnings());
}

#[test]
fn a_name_is_of_one_kind() {
    let bench = small(2000);
    let recorder = Recorder::new(&bench.metrics);
    with_local_recorder(&recorder, || {
        counter!("orders").increment(1);
        gauge!("orders").set(5.0);
        histogram!("orders").record(5.0);
    });
    assert_eq!(values(&bench.snapshot(), "orders"), [(String::new(), 1.0)]);
    let expected = "the application's counter orders is used as something else, too, which is not counted";
    assert_eq!(bench.warnings(), [expected]);
    let overflowed = values(&bench.snapshot(), "tachograph.series.overflowed");
    assert!(overflowed.contains(&("metric=_overflow".to_owned(), 2.0)), "{overflowed:?}");
}

#[test]
fn long_values_are_cut() {
    let bench = small(2000);
    let recorder = Recorder::new(&bench.metrics);
    with_local_recorder(&recorder, || {
        (0..3).for_each(|end| counter!("events", "path" => format!("{}{end}", "x".repeat(2000))).increment(1));
    });
    assert_eq!(values(&bench.snapshot(), "events"), [(format!("path={}", "x".repeat(1024)), 3.0)]);
}

#[test]
fn a_process_has_one_recorder() {
    let metrics = Metrics::new(&Default::default(), Settings::default()).unwrap();
    Recorder::new(&metrics).install().unwrap();
    let refused = Recorder::new(&metrics).install().unwrap_err().to_string();
    assert!(
        refused.starts_with("the `metrics` crate has a recorder already") && refused.contains("`Fanout`"),
        "{refused}"
    );
}

//! What the application counts with the macros of the `metrics` crate, on the page.

use metrics::{Unit, counter, describe_histogram, gauge, histogram, with_local_recorder};
use tachograph_metrics::{Naming, Recorder};

use crate::bench::{Bench, OPEN_METRICS, settings};

/// What the demonstration counts, and one of each other kind.
pub(crate) fn count(bench: &Bench) {
    let recorder = Recorder::new(&bench.metrics).buckets("balance", &[-1.0, 0.0]).unwrap();
    with_local_recorder(&recorder, || {
        counter!("experiment_assignments_total", "experiment" => "checkout", "variant" => "b").increment(1);
        counter!("events_tracked_total").increment(2);
        counter!("feature_flag_evaluations_total", "flag.key" => "dark-mode").increment(3);
        gauge!("queue.depth").set(-1.5);
        describe_histogram!("render", Unit::Seconds, "Rendering.");
        histogram!("render").record(0.25);
        histogram!("balance").record(2.0);
        histogram!("score").record(-2.0);
    });
}

#[test]
fn its_counters_end_in_total_once() {
    for naming in [Naming::OpenTelemetry, Naming::Plain] {
        let bench = Bench::new(naming, settings());
        count(&bench);
        let series = bench.series();
        for (name, value) in [
            (r#"experiment_assignments_total{experiment="checkout",variant="b"}"#, 1.0),
            ("events_tracked_total", 2.0),
            (r#"feature_flag_evaluations_total{flag_key="dark-mode"}"#, 3.0),
            ("queue_depth", -1.5),
            (r#"render_seconds_bucket{le="0.5"}"#, 1.0),
            ("render_seconds_sum", 0.25),
        ] {
            assert_eq!(series.get(name), Some(&value), "{name}");
        }
        let page = bench.page(OPEN_METRICS);
        for line in
            ["# TYPE events_tracked counter", "# HELP render_seconds Rendering.", "# UNIT render_seconds seconds"]
        {
            assert!(page.lines().any(|known| known == line), "{line}");
        }
        // Sums that can shrink are in the text format only.
        for name in ["balance_sum 2", "score_sum -2", "score_count 1"] {
            let is_there = |page: &str| page.lines().any(|line| line == name);
            assert_eq!([bench.text(), bench.page(OPEN_METRICS)].map(|page| is_there(&page)), [true, false], "{name}");
        }
    }
}

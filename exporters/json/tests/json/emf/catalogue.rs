//! What is said of the metrics that there are, against those that are written.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value};
use tachograph_core::{CallKind, PoolUse, Service};
use tachograph_json::emf::{Catalogue, Of, Signal, Traffic};
use tachograph_json::metrics::Naming;
use tachograph_json::{Calls, EmfSettings, Format, Settings};

use super::check;
use crate::bench::{Bench, service};

fn sets(sets: &[&[&str]]) -> Vec<Vec<String>> {
    sets.iter().map(|set| set.iter().map(|name| (*name).to_owned()).collect()).collect()
}

/// A service that has all there is: two endpoints, each with a success and a failure, two tasks and two pools.
fn lines(service: &Service, dimensions: &[Vec<String>], naming: Naming) -> Vec<Map<String, Value>> {
    let emf = EmfSettings { dimensions: dimensions.to_vec(), ..EmfSettings::default() };
    let settings = Settings { format: Format::Emf, calls: Calls::None, naming, emf, ..Settings::default() };
    let bench = Bench::build(service, settings, |builder| builder);
    let used = |in_use| move || Some(PoolUse { idle: 1, in_use, max: 4, waiting: 0, timeouts: 0 });
    bench.handle.watch_pool("main", used(3));
    bench.handle.watch_pool("reports", used(1));
    for path in ["/experiments", "/flags"] {
        for status in [200, 500] {
            bench.request(path, status, || {
                bench.call(CallKind::Database, "SELECT 1", 1000);
                bench.call(CallKind::External, "GET", 1000);
                bench.call(CallKind::Cache, "GET", 1000);
            });
        }
    }
    bench.task("rollup", || ());
    bench.task("cleanup", || ());
    bench.lines().iter().map(|line| check::line(line)).collect()
}

/// What CloudWatch bills: each name with each values of each set.
fn published(lines: &[Map<String, Value>]) -> BTreeSet<(String, Vec<(String, String)>)> {
    let mut published = BTreeSet::new();
    for line in lines {
        for set in check::sets(line) {
            let value = |name: &&str| (name.to_string(), line[*name].as_str().unwrap().to_owned());
            let values: Vec<_> = set.iter().map(value).collect();
            published.extend(check::metrics(line).into_keys().map(|name| (name, values.clone())));
        }
    }
    published
}

fn traffic() -> Traffic {
    let two = Traffic { endpoints: 2, methods: 1, routes: 2, outcomes: 1, status_classes: 2, ..Traffic::default() };
    Traffic { tasks: 2, pools: 2, ..two }
}

/// Compares names, sets, and how many there are.
fn assert_said(service: &Service, dimensions: &[Vec<String>], naming: Naming) {
    let published = published(&lines(service, dimensions, naming));
    let catalogue = Catalogue::new(service, dimensions, naming).unwrap();
    let names = |set: &[(String, String)]| set.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let written: BTreeSet<_> = published.iter().map(|(name, set)| (name.clone(), names(set))).collect();
    let mut said = BTreeSet::new();
    for (signal, name, _) in catalogue.metrics() {
        // Nothing of these happened.
        if matches!(signal, Signal::SeriesOverflowed | Signal::PoolTimeouts) {
            continue;
        }
        let mut sets = catalogue.sets(signal.of());
        if signal == Signal::PoolUtilization {
            sets.extend(catalogue.sets(Of::Pool));
        }
        said.extend(
            sets.into_iter().map(|set| (name.to_owned(), set.into_iter().map(str::to_owned).collect::<Vec<_>>())),
        );
    }
    assert_eq!(said, written, "{dimensions:?}");
    let billed: u64 = catalogue.bill(&traffic()).iter().map(|billed| billed.total()).sum();
    assert_eq!(billed, published.len() as u64, "{dimensions:?}");
}

const DEFAULT: [&[&str]; 3] =
    [&["service", "environment"], &["service", "environment", "method", "route"], &["service", "environment", "name"]];

#[test]
fn names_sets_and_the_bill_are_those_of_what_is_written() {
    for naming in [Naming::OpenTelemetry, Naming::Plain] {
        assert_said(&service(), &sets(&DEFAULT), naming);
        assert_said(&Service::new("api"), &sets(&DEFAULT), naming);
        assert_said(&service(), &sets(&[&["service", "route", "status_class"]]), naming);
        assert_said(&service(), &sets(&[&["environment", "service"], &["service"], &["version", "event"]]), naming);
        assert_said(&service(), &sets(&[&[], &["route", "method", "event"], &["outcome"]]), naming);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_the_sets(
        dimensions in prop::collection::vec(
            prop::sample::subsequence(
                vec!["service", "version", "environment", "event", "method", "route", "name", "outcome", "status_class"],
                0..=4,
            ),
            1..4,
        ),
        plain in any::<bool>(),
    ) {
        // A name and a status class no record has both.
        let dimensions: Vec<Vec<String>> = dimensions
            .into_iter()
            .map(|set| set.into_iter().map(str::to_owned).collect::<Vec<_>>())
            .filter(|set| !(set.contains(&"name".into()) && ["method", "route", "status_class"].iter().any(|name| set.contains(&name.to_string()))))
            .collect();
        prop_assume!(!dimensions.is_empty());
        assert_said(&service(), &dimensions, if plain { Naming::Plain } else { Naming::OpenTelemetry });
    }
}

#[test]
fn what_the_service_has_not_said_is_in_no_set() {
    let catalogue = Catalogue::new(&Service::new("api"), &sets(&DEFAULT), Naming::OpenTelemetry).unwrap();
    assert_eq!(catalogue.sets(Of::Request), [vec!["service"], vec!["service", "method", "route"]]);
    assert_eq!(catalogue.sets(Of::Task), [vec!["service"], vec!["service", "name"]]);
    assert_eq!(
        (catalogue.sets(Of::Service), catalogue.sets(Of::Pool)),
        (vec![vec!["service"]], vec![vec!["service", "pool"]])
    );
    let refused = Catalogue::new(&Service::new("api"), &sets(&[&["path"]]), Naming::Plain).unwrap_err();
    assert_eq!(refused.setting(), "emf.dimensions");
}

#[test]
fn counters_are_called_as_in_the_events() {
    for (naming, expected) in [
        (Naming::OpenTelemetry, ["rollbacks", "rollbacks", "level_", "gr__e"]),
        (Naming::Plain, ["rollbacks_total", "rollbacks_total", "level_total", "gr__e_total"]),
    ] {
        let catalogue = Catalogue::new(&service(), &sets(&DEFAULT), naming).unwrap();
        let names = ["rollbacks", "rollbacks_total", "level", "größe"].map(|name| catalogue.counter(name).unwrap());
        assert_eq!(names, expected);
    }
}

#[test]
fn what_is_not_used_is_not_billed() {
    let catalogue = Catalogue::new(&service(), &sets(&DEFAULT[..1]), Naming::OpenTelemetry).unwrap();
    let total = |traffic: &Traffic| catalogue.bill(traffic).iter().map(|billed| billed.total()).sum::<u64>();
    let plain = Traffic { database: false, external: false, cache: false, pools: 0, ..Traffic::default() };
    assert_eq!(total(&plain), 6 + 5, "requests, and what no request carries");
    assert_eq!(total(&Traffic { cache: true, ..plain.clone() }), 6 + 5 + 2);
    assert_eq!(total(&Traffic { series: 7, ..plain.clone() }), 6 + 5 + 7);
    assert_eq!(total(&Traffic { tasks: 9, ..plain }), 6 + 5 + 3, "all tasks are in one set");
}

#[test]
fn endpoints_are_most_of_the_bill() {
    let dimensions = sets(&DEFAULT);
    let catalogue = Catalogue::new(&service(), &dimensions, Naming::OpenTelemetry).unwrap();
    let bill = catalogue.bill(&Traffic { endpoints: 20, routes: 20, ..Traffic::default() });
    let totals: Vec<_> = bill.iter().map(|billed| (billed.of, billed.set.len(), billed.total())).collect();
    assert_eq!(totals, [(Of::Request, 2, 12), (Of::Request, 4, 240), (Of::Service, 2, 6), (Of::Pool, 3, 3)]);
}

//! By what metrics are told apart, and by what they never are.

use std::collections::BTreeMap;
use std::time::Duration;

use tachograph_core::{Limits, Service, request};
use tachograph_json::{EmfSettings, Filter, Settings};

use super::check::{metrics, sets};
use super::{checked, of_requests, only};
use crate::bench::{Bench, PATIENCE, service};

fn by(sets: &[&[&str]]) -> Settings {
    let text = |name: &&str| (*name).to_owned();
    let dimensions = sets.iter().map(|set| set.iter().map(text).collect()).collect();
    Settings { emf: EmfSettings { dimensions, ..EmfSettings::default() }, ..of_requests() }
}

#[test]
fn what_no_route_matched_is_told_apart_by_nothing_of_its_own() {
    let bench = Bench::new(of_requests());
    for path in ["/wp-login.php", "/.env"] {
        let mut scanner = bench.open("GET", path, None);
        scanner.respond(404, Some(0), false);
        scanner.complete();
    }
    for line in checked(&bench) {
        assert_eq!(sets(&line), [["service", "environment"]]);
        assert!(metrics(&line).contains_key("errors"));
    }
}

#[test]
fn methods_that_anybody_can_make_up_are_one() {
    let bench = Bench::new(of_requests());
    for method in ["GET", "BREW", "get"] {
        let mut open = bench.open(method, "/", Some("/"));
        open.respond(405, Some(0), false);
        open.complete();
    }
    let methods: Vec<_> = checked(&bench)
        .iter()
        .map(|line| (line["method"].clone(), line.get("method_original").cloned().unwrap_or_default()))
        .collect();
    let expected = [("GET", None), ("_OTHER", Some("BREW")), ("_OTHER", Some("get"))];
    assert_eq!(methods, expected.map(|(method, original)| (method.into(), original.into())));
}

#[test]
fn a_service_that_has_not_said_its_environment_has_smaller_sets() {
    let bench = Bench::build(&Service::new("api"), of_requests(), |builder| builder);
    bench.request("/", 200, || {});
    assert_eq!(sets(&only(&bench)), [vec!["service"], vec!["service", "method", "route"]]);
    let bench = Bench::build(&Service::new("api"), by(&[&["environment"], &["service"]]), |builder| builder);
    bench.request("/", 200, || {});
    assert_eq!(sets(&only(&bench)), [["service"]], "nothing is no dimension");
}

#[test]
fn a_set_is_counted_once_however_often_it_is_said() {
    let sets_of = [["service", "route"], ["route", "service"], ["service", "service"], ["environment", "service"]];
    let bench = Bench::build(&Service::new("api"), by(&sets_of.each_ref().map(|set| &set[..])), |builder| builder);
    bench.request("/", 200, || {});
    assert_eq!(sets(&only(&bench)), [vec!["service", "route"], vec!["service"]]);
}

#[test]
fn every_dimension_there_is_has_its_value_in_the_line() {
    let all: &[&[&str]] = &[
        &["service", "version", "environment", "event", "outcome"],
        &["method", "route", "status_class"],
        &["name"],
        &["status_class"],
        &[],
    ];
    let bench = Bench::new(by(all));
    bench.request("/", 204, || {});
    bench.task("rollup", || {});
    let lines = checked(&bench);
    assert_eq!((&lines[0]["status_class"], lines[1].get("status_class")), (&"2xx".into(), None));
    assert_eq!(sets(&lines[0]), [all[0], all[1], all[3], all[4]]);
    assert_eq!(sets(&lines[1]), [all[0], all[2], all[4]]);
    let bench = Bench::new(of_requests());
    bench.request("/", 204, || {});
    assert!(!only(&bench).contains_key("status_class"), "it is written where it is asked for");
}

#[test]
fn what_had_no_answer_is_of_the_class_that_it_counts_in() {
    let aggregate = Some(Duration::from_secs(60));
    for aggregate in [None, aggregate] {
        let mut settings = by(&[&["status_class"]]);
        settings.emf.aggregate = aggregate;
        settings.filter = Filter::default();
        let bench = Bench::new(settings);
        drop(bench.open("GET", "/left", Some("/")));
        let mut panicked = bench.open("GET", "/panicked", Some("/"));
        let poll = std::panic::AssertUnwindSafe(|| panicked.poll(|| std::panic::resume_unwind(Box::new(()))));
        assert!(std::panic::catch_unwind(poll).is_err());
        drop(panicked);
        bench.request("/", 302, || {});
        let open = bench.open("GET", "/open", Some("/"));
        bench.handle.shutdown(PATIENCE);
        drop(open);
        let lines: Vec<_> = checked(&bench).into_iter().filter(|line| line["message"] != "metrics").collect();
        let mut counts = BTreeMap::new();
        for line in lines.iter().filter(|line| line.contains_key("_aws")) {
            let requests = metrics(line)["requests"].iter().sum::<f64>();
            *counts.entry(line["status_class"].as_str().unwrap()).or_default() += requests;
        }
        assert_eq!(counts, BTreeMap::from([("3xx", 1.0), ("4xx", 1.0), ("5xx", 2.0)]), "{aggregate:?}");
    }
}

#[test]
fn a_line_to_which_no_set_applies_is_no_metrics() {
    let bench = Bench::new(by(&[&["method", "route"]]));
    bench.request("/", 200, || {});
    bench.task("rollup", || {});
    let lines = checked(&bench);
    assert_eq!(lines.iter().map(|line| line.contains_key("_aws")).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_value_that_cloudwatch_does_not_take_is_as_if_it_were_not_there() {
    let mut limits = Limits::default();
    limits.path_bytes = 1 << 20;
    let bench = Bench::build(&service(), of_requests(), |builder| builder.limits(limits));
    let (longest, too_long) = (format!("/{}", "x".repeat(1023)), format!("/{}", "x".repeat(1024)));
    let routes = [&*longest, &*too_long, "", " ", "/größe", "/a\tb", "/~ok/{id}"];
    for route in routes {
        let mut open = bench.open("GET", "/", Some(route));
        open.respond(200, Some(0), false);
        open.complete();
    }
    let lines = checked(&bench);
    let told_apart: Vec<_> = lines.iter().map(|line| sets(line).len() == 2).collect();
    assert_eq!(told_apart, [true, false, false, false, false, false, true]);
    for (line, route) in lines.iter().zip(routes) {
        assert_eq!(line["route"], route);
    }
}

#[test]
fn a_route_that_was_cut_for_want_of_room_is_not_told_apart_by_its_rest() {
    let mut limits = Limits::default();
    limits.user_bytes = 1 << 20;
    let bench = Bench::build(&service(), of_requests(), |builder| builder.limits(limits));
    // Escaped, it takes all the room that there is for what comes from outside.
    bench.request("/experiments/{id}", 200, || _ = request().user("\0".repeat(1 << 20)));
    let line = only(&bench);
    assert_eq!((&line["route"], &line["method"]), (&"…".into(), &"GET".into()));
    assert_eq!(sets(&line), [["service", "environment"]]);
}

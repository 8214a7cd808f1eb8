//! What is refused at set-up, with the setting and the remedy.

use std::time::Duration;

use tachograph_core::{Level, Service};
use tachograph_json::{EmfSettings, Event, Filter, Json, Sample, Settings};

use super::settings;
use crate::bench::{Collected, service};

fn build(service: &Service, settings: Settings) -> Result<(), (&'static str, String)> {
    let built = Json::with_sink(service, settings, Box::new(Collected::default()));
    built.map(drop).map_err(|error| (error.setting(), error.to_string()))
}

fn with(change: impl FnOnce(&mut EmfSettings)) -> Result<(), (&'static str, String)> {
    let mut settings = settings();
    change(&mut settings.emf);
    build(&service(), settings)
}

#[track_caller]
fn refused(result: Result<(), (&'static str, String)>, setting: &str, parts: &[&str]) {
    let (about, message) = result.unwrap_err();
    assert_eq!(about, setting, "{message}");
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
}

fn set(names: &[&str]) -> Vec<Vec<String>> {
    vec![names.iter().map(|name| (*name).to_owned()).collect()]
}

#[test]
fn dimensions_are_members_with_few_values() {
    for name in ["path", "request_id", "user_id", "plan", "duration_ms", ""] {
        let refusal = with(|emf| emf.dimensions = set(&["service", name]));
        refused(refusal, "emf.dimensions", &[&format!("`{name}`"), "`route`", "`status_class`"]);
    }
    refused(with(|emf| emf.dimensions = Vec::new()), "emf.dimensions", &["`[[]]`"]);
    refused(with(|emf| emf.dimensions = set(&["service"; 31])), "emf.dimensions", &["31", "30"]);
    assert_eq!(with(|emf| emf.dimensions = set(&["service"; 30])), Ok(()));
    assert_eq!(with(|emf| emf.dimensions = set(&[])), Ok(()));
}

#[test]
fn a_set_must_be_left() {
    let mut settings = settings();
    settings.emf.dimensions = set(&["environment", "version"]);
    refused(build(&Service::new("api"), settings), "emf.dimensions", &["environment", "`service`"]);
}

#[test]
fn a_service_must_be_called_so_that_cloudwatch_takes_it() {
    let long = "x".repeat(1025);
    for name in ["größe", "\n", " ", "", &long] {
        let mut named = settings();
        named.emf.namespace = Some("Experiments".into());
        refused(build(&Service::new(name), named), "emf.dimensions", &["service", "1024"]);
        let mut named = settings();
        named.emf.namespace = Some("Experiments".into());
        refused(build(&Service::new("api").environment(name), named), "emf.dimensions", &["environment"]);
        let mut without = settings();
        without.emf.namespace = Some("Experiments".into());
        without.emf.dimensions = set(&["method", "route"]);
        assert_eq!(build(&Service::new(name), without), Ok(()), "it is no dimension");
    }
}

#[test]
fn namespaces_groups_and_streams_are_those_that_cloudwatch_takes() {
    let long = "x".repeat(256);
    for namespace in ["", " ", ":x", "AWS/EC2", "a b", "ü", "a\"b", &long] {
        refused(with(|emf| emf.namespace = Some(namespace.into())), "emf.namespace", &["letters"]);
    }
    refused(build(&Service::new("my service"), settings()), "emf.namespace", &["`my service`"]);
    assert_eq!(with(|emf| emf.namespace = Some("Acme/Orders-2#a:b._".into())), Ok(()));
    let long = "x".repeat(513);
    for group in ["", "a b", "a:b", &long] {
        refused(with(|emf| emf.log_group = Some(group.into())), "emf.log_group", &["512"]);
    }
    for stream in ["", "a:b", "a*b", &long] {
        let both = |emf: &mut EmfSettings| {
            emf.log_group = Some("/a".into());
            emf.log_stream = Some(stream.into());
        };
        refused(with(both), "emf.log_stream", &["512"]);
        refused(with(|emf| emf.log_stream = Some(stream.into())), "emf.log_stream", &["512"]);
    }
}

#[test]
fn sampled_lines_are_no_metrics_of_all_requests() {
    let sampled = |aggregate| {
        let mut settings = Settings { sample: Sample::new(0.1).unwrap(), ..settings() };
        settings.emf.aggregate = aggregate;
        build(&service(), settings)
    };
    refused(sampled(None), "sample", &["emf.aggregate_ms", "sample = 1"]);
    assert_eq!(sampled(Some(Duration::from_secs(10))), Ok(()));
}

#[test]
fn lines_of_errors_alone_are_no_metrics_of_all_requests() {
    let of_level = |level, events: Option<Vec<Event>>, aggregate| {
        let filter = Filter { level: Some(level), events, loggers: None };
        let mut settings = Settings { filter, ..settings() };
        settings.emf.aggregate = aggregate;
        build(&service(), settings)
    };
    for level in [Level::Warning, Level::Error, Level::Critical] {
        let parts = ["emf.aggregate_ms", "leave out the level"];
        refused(of_level(level, None, None), "filter.level", &parts);
        refused(of_level(level, Some(vec![Event::Task]), None), "filter.level", &parts);
        assert_eq!(of_level(level, None, Some(Duration::from_secs(10))), Ok(()));
        assert_eq!(of_level(level, Some(vec![Event::Log, Event::Metrics]), None), Ok(()), "no lines of requests");
    }
    assert_eq!(of_level(Level::Info, None, None), Ok(()));
}

#[test]
fn no_time_is_no_time_to_count_in() {
    refused(with(|emf| emf.aggregate = Some(Duration::ZERO)), "emf.aggregate_ms", &["1000"]);
    refused(with(|emf| emf.interval = Duration::ZERO), "emf.interval_ms", &["1000"]);
}

//! Templates of CloudFormation.

mod alarms;
mod boards;
mod body;
pub(crate) mod emitted;
mod logs;
mod pattern;
#[cfg(feature = "peer-tests")]
mod peers;
mod published;
mod stack;

use tachograph_dashboards::{Counter, Settings};
use tachograph_metrics::Naming;

/// A service that names all there is.
fn named() -> Settings {
    let mut settings = Settings::new("experiments-api");
    settings.environment = Some("production".into());
    settings.region = Some("eu-west-1".into());
    settings.retention_days = Some(90);
    settings.email = Some("on-call@example.org".into());
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    settings.resources.functions = names(&["resize", "make-report"]);
    settings.resources.clusters = names(&["experiments"]);
    settings.resources.tables = names(&["flags", "assignments.v2"]);
    settings.resources.streams = names(&["events"]);
    settings.resources.dead_letter_queues = names(&["events-dlq", "emails_dlq"]);
    settings.counters = vec![counter("safety_rollbacks_total", 0.0, 604_800), counter("events_tracked", 1000.0, 300)];
    settings
}

fn changed(mut settings: Settings, change: impl FnOnce(&mut Settings)) -> Settings {
    change(&mut settings);
    settings
}

fn counter(name: &str, most: f64, period_s: u64) -> Counter {
    Counter { name: name.into(), most, period_s, healthy: None, action: None }
}

/// Settings as they are likely, with what each is called.
fn many() -> Vec<(&'static str, Settings)> {
    let sets = |sets: &[&[&str]]| -> Vec<Vec<String>> {
        sets.iter().map(|set| set.iter().map(|name| (*name).to_owned()).collect()).collect()
    };
    let plain = |mut settings: Settings| {
        settings.emf_naming = Naming::Plain;
        settings
    };
    let with = |dimensions: Vec<Vec<String>>, mut settings: Settings| {
        settings.dimensions = dimensions;
        settings
    };
    let odd = || {
        let mut settings = named();
        settings.service = "a \"b\" ${c} \\ 'd'".into();
        settings.namespace = "Acme/odd".into();
        settings.counters[0].action = Some("ask ${who} \u{E000}Table\u{E001} \"now\"\n".into());
        settings
    };
    let longest = || {
        let mut settings = plain(named());
        settings.service = "s".repeat(200);
        settings.environment = Some("e".repeat(200));
        settings.resources.functions = vec!["f".repeat(140)];
        settings.resources.streams = vec!["t".repeat(128)];
        settings.resources.dead_letter_queues = vec!["q".repeat(80)];
        settings.counters = vec![counter(&"c".repeat(92), 0.0, 60)];
        settings
    };
    vec![
        ("nothing said", Settings::new("experiments-api")),
        ("nothing said, plain", plain(Settings::new("experiments-api"))),
        ("all named", named()),
        ("all named, plain", plain(named())),
        ("by the service alone", with(sets(&[&["service"], &["service", "route"]]), named())),
        ("by no dimension", with(sets(&[&[], &["route", "method"]]), named())),
        ("by kind", with(sets(&[&["service", "environment", "event"]]), plain(named()))),
        ("odd texts", odd()),
        ("longest names", longest()),
    ]
}

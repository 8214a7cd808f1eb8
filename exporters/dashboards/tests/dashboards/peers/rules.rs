//! promtool takes the rules, and they tell of what they are for and of nothing else.

use std::fmt::Write;
use std::process::Command;

use serde_json::Value;
use tachograph_dashboards::{Source, grafana, prometheus_rules};
use tachograph_metrics::{Naming, names, prometheus_label};

use super::program;
use crate::grafana::{NAMINGS, panels, questions, settings};

/// How a service was for some time, by its series, and what was told of when.
struct Story {
    name: &'static str,
    naming: Naming,
    /// The process that series are of.
    instance: &'static str,
    series: Vec<(String, String)>,
    told: Vec<(u32, Vec<&'static str>)>,
    asked: Vec<(u32, String, f64)>,
}

/// So many minutes that promtool has samples for.
const MINUTES: u32 = 400;

impl Story {
    /// The service runs, and answers 10,000 requests in a minute, all of them well.
    fn new(name: &'static str, naming: Naming) -> Self {
        Story { name, naming, instance: "one", series: Vec::new(), told: Vec::new(), asked: Vec::new() }.runs().answers(
            "/experiments/{id}",
            "200",
            "",
            10_000,
        )
    }

    fn runs(self) -> Self {
        self.with("target_info", "service_name=\"experiments-api\"", &format!("1x{MINUTES}"))
    }

    fn with(mut self, name: &str, labels: &str, values: &str) -> Self {
        let comma = if labels.is_empty() { "" } else { "," };
        let process = format!("job=\"demo\",instance=\"{}\"", self.instance);
        self.series.push((format!("{name}{{{process}{comma}{labels}}}"), values.to_owned()));
        self
    }

    fn name(&self, metric: &tachograph_metrics::Instrument, suffix: &str) -> String {
        format!("{}{suffix}", metric.prometheus_name(self.naming))
    }

    /// The labels of requests.
    fn of_requests(&self, route: &str, status: &str, error: &str) -> String {
        let names = match self.naming {
            Naming::OpenTelemetry => ["http.request.method", "http.route", "http.response.status_code", "error.type"],
            Naming::Plain => ["method", "path", "status", ""],
        };
        let pairs = names
            .into_iter()
            .zip(["GET", route, status, error])
            .filter(|(name, value)| !name.is_empty() && !value.is_empty());
        pairs.map(|(name, value)| format!("{}=\"{value}\"", prometheus_label(name))).collect::<Vec<_>>().join(",")
    }

    /// So many requests in a minute, each of less than 100 ms.
    fn answers(self, route: &str, status: &str, error: &str, a_minute: u32) -> Self {
        self.takes(route, status, error, &format!("0+{a_minute}x{MINUTES}"), &format!("0+{a_minute}x{MINUTES}"))
    }

    /// Requests of less than 100 ms, and all, which take less than 2.5 s.
    fn takes(mut self, route: &str, status: &str, error: &str, fast: &str, all: &str) -> Self {
        let labels = self.of_requests(route, status, error);
        let buckets = [("0.1", fast), ("0.25", fast), ("0.5", fast), ("1.0", fast), ("2.5", all), ("+Inf", all)];
        for (le, values) in buckets {
            let name = self.name(&names::DURATIONS, "_bucket");
            self = self.with(&name, &format!("{labels},le=\"{le}\""), values);
        }
        let name = self.name(&names::DURATIONS, "_count");
        self.with(&name, &labels, all)
    }

    fn metric(self, metric: &tachograph_metrics::Instrument, suffix: &str, labels: &str, values: &str) -> Self {
        let name = self.name(metric, suffix);
        self.with(&name, labels, values)
    }

    /// A pool of ten connections, of which so many are in use.
    fn pool(self, used: u32) -> Self {
        let [pool, state] = match self.naming {
            Naming::OpenTelemetry => ["db_client_connection_pool_name", "db_client_connection_state"],
            Naming::Plain => ["pool", "state"],
        };
        let of = format!("{pool}=\"main\"");
        self.metric(&names::POOL_CONNECTIONS, "", &format!("{of},{state}=\"used\""), &format!("{used}x{MINUTES}"))
            .metric(
                &names::POOL_CONNECTIONS,
                "",
                &format!("{of},{state}=\"idle\""),
                &format!("{}x{MINUTES}", 10 - used),
            )
            .metric(&names::POOL_MAX, "", &of, &format!("10x{MINUTES}"))
    }

    /// So many keys of a hundred that the cache has.
    fn hits(self, of_hundred: u32) -> Self {
        let labels = self.of_requests("/flags/{key}", "200", "");
        self.metric(&names::CACHE_HITS, "_total", &labels, &format!("0+{of_hundred}x{MINUTES}")).metric(
            &names::CACHE_MISSES,
            "_total",
            &labels,
            &format!("0+{}x{MINUTES}", 100 - of_hundred),
        )
    }

    fn n_plus_one(self, values: &str) -> Self {
        let labels = format!("{},finding=\"n_plus_one\"", self.of_requests("/experiments", "200", ""));
        self.metric(&names::FINDINGS, "_total", &labels, values)
    }

    /// What comes now is of this process.
    fn process(self, instance: &'static str) -> Self {
        Story { instance, ..self }
    }

    /// In this minute a question of a panel has this answer, in thousandths.
    fn asked(mut self, minute: u32, panel: &str, thousandths: f64) -> Self {
        let dashboard: Value = serde_json::from_str(&grafana(&settings(self.naming), Source::Prometheus)).unwrap();
        let panel = panels(&dashboard).into_iter().find(|other| other["title"] == panel).unwrap();
        let expression = format!("round(1000 * sum({}))", questions(&panel)[0].0);
        self.asked.push((minute, expression, thousandths));
        self
    }

    /// In this minute of the story these alerts are told of, each as often as it stands here.
    fn told(mut self, minute: u32, alerts: &[&'static str]) -> Self {
        self.told.push((minute, alerts.to_vec()));
        self
    }

    /// As promtool reads it.
    fn write(&self, out: &mut String) {
        let _ = writeln!(out, "  - name: {}\n    interval: 1m\n    input_series:", self.name);
        for (series, values) in &self.series {
            let _ = writeln!(out, "      - series: '{series}'\n        values: '{values}'");
        }
        let _ = writeln!(out, "    promql_expr_test:");
        for (minute, expression, answer) in &self.asked {
            let _ = writeln!(out, "      - expr: '{expression}'\n        eval_time: {minute}m\n        exp_samples:");
            let _ = writeln!(out, "          - labels: '{{}}'\n            value: {answer}");
        }
        for (minute, alerts) in &self.told {
            let expression = "count by (alertname)(ALERTS{alertstate=\"firing\"})";
            let _ = writeln!(out, "      - expr: '{expression}'\n        eval_time: {minute}m\n        exp_samples:");
            let mut names = alerts.clone();
            names.sort_unstable();
            names.dedup();
            if names.is_empty() {
                let _ = writeln!(out, "          []");
            }
            for name in names {
                let count = alerts.iter().filter(|other| **other == name).count();
                let _ = writeln!(out, "          - labels: '{{alertname=\"{name}\"}}'\n            value: {count}");
            }
        }
    }
}

/// Well for two hours, then so many bad ones of the 10,000 in a minute for a time, then well again.
fn spell(bad: u32, minutes: u32) -> String {
    format!("0x120 {bad}+{bad}x{} {}x{}", minutes - 1, bad * minutes, MINUTES - 121 - minutes)
}

fn stories(naming: Naming) -> Vec<Story> {
    let story = |name| Story::new(name, naming);
    let labels = "";
    let rollbacks = "safety_rollbacks_total";
    let mut stories = vec![
        story("all is well")
            .pool(7)
            .hits(95)
            .asked(60, "Errors", 0.0)
            .asked(60, "Slower requests", 0.0)
            .told(5, &[])
            .told(130, &[])
            .told(390, &[]),
        story("three of two hundred are slow")
            .takes("/slow", "200", "", &format!("0x{MINUTES}"), &format!("0+150x{MINUTES}"))
            .asked(60, "Slower requests", 2500.0)
            .told(3, &[])
            .told(20, &["SlowRequests"]),
        story("one of two hundred is slow")
            .takes("/slow", "200", "", &format!("0x{MINUTES}"), &format!("0+50x{MINUTES}"))
            .told(20, &[]),
        story("two of a hundred fail")
            .answers("/fail", "500", "500", 205)
            .asked(60, "Errors", 20.0)
            .told(4, &["ErrorBudgetBurn", "ErrorBudgetBurn", "ErrorBudgetBurn"])
            .told(20, &["ErrorBudgetBurn", "ErrorBudgetBurn", "ErrorBudgetBurn", "FailingRequests"]),
        story("clients leave").answers("/slow", "499", "client_disconnected", 5_000).told(20, &[]),
        story("it asks for what is not there").answers("/nowhere", "404", "", 5_000).told(20, &[]),
        story("a pool has hardly a connection left").pool(9).told(4, &[]).told(20, &["PoolNearlyExhausted"]),
        story("a cache has too few").hits(80).told(10, &[]).told(40, &["CacheMisses"]),
        story("a loop came with a version")
            .n_plus_one(&format!("0x100 0+5x{}", MINUTES - 101))
            .told(90, &[])
            .told(110, &["NewNPlusOne"])
            .told(300, &[]),
        story("a loop has been there for long").n_plus_one(&format!("0+5x{MINUTES}")).told(200, &[]),
        story("an exporter loses some")
            .metric(&names::DROPPED, "_total", "exporter=\"json\",reason=\"full\"", &format!("0+3x{MINUTES}"))
            .told(8, &[])
            .told(30, &["ExporterDrops"]),
        story("an exporter lost some once")
            .metric(&names::DROPPED, "_total", "exporter=\"json\",reason=\"full\"", &format!("3x{MINUTES}"))
            .told(30, &[]),
        // The series comes into being by what it counts.
        story("a counter grows by two")
            .with(rollbacks, labels, &format!("_x29 2x{}", MINUTES - 30))
            .told(28, &[])
            .told(40, &["CounterGrows"]),
        story("a counter grows by one").with(rollbacks, labels, &format!("_x29 1x{}", MINUTES - 30)).told(40, &[]),
        story("a counter grows twice")
            .with(rollbacks, labels, "_x29 1x60 2x200")
            .told(80, &[])
            .told(100, &["CounterGrows"]),
        story("a counter begins anew").with(rollbacks, labels, "1x29 0x60 1x60 0x200").told(80, &[]).told(100, &[]),
    ];
    // What is known of a process when it is looked at for the first time happened before.
    let mut found = Story { series: Vec::new(), ..story("a process is found") };
    found = found.with("target_info", "service_name=\"experiments-api\"", "_x50 1x100").with(
        rollbacks,
        labels,
        "_x50 500x100",
    );
    stories.push(found.told(60, &[]).told(100, &[]));
    // A process that has ended is not forgotten.
    let mut ended = Story { series: Vec::new(), ..story("a process ends") };
    ended = ended.with("target_info", "service_name=\"experiments-api\"", "1x50 stale").with(
        rollbacks,
        labels,
        "0x20 3x29 stale",
    );
    stories.push(ended.told(15, &[]).told(40, &["CounterGrows"]).told(200, &["CounterGrows"]));
    let mut replaced = Story { series: Vec::new(), ..story("a loop is still there when another process answers") };
    replaced =
        replaced.with("target_info", "service_name=\"experiments-api\"", "1x199 stale").n_plus_one("0+5x199 stale");
    replaced = replaced.process("two").with("target_info", "service_name=\"experiments-api\"", "_x199 1x200");
    stories.push(replaced.n_plus_one("_x199 0+5x200").told(190, &[]).told(220, &[]).told(300, &[]));
    // One of another service is none of ours.
    let mut other = Story { series: Vec::new(), ..story("another service fails") };
    other = other
        .with("target_info", "service_name=\"other\"", &format!("1x{MINUTES}"))
        .answers("/fail", "500", "500", 100);
    stories.push(other.told(30, &[]));

    let burn = |name, bad: u32, minutes| {
        let story = story(name);
        story.takes("/fail", "500", "500", &spell(bad, minutes), &spell(bad, minutes))
    };
    // 10 % for half an hour: the budget of a month would be gone in hours. The short window ends the alert.
    stories.push(
        burn("a tenth fails for half an hour", 1_000, 30)
            .told(119, &[])
            .told(150, &["ErrorBudgetBurn", "ErrorBudgetBurn", "ErrorBudgetBurn", "FailingRequests"])
            .told(165, &["ErrorBudgetBurn", "ErrorBudgetBurn"])
            .told(250, &["ErrorBudgetBurn"]),
    );
    // 0.05 % is half of what 99.9 % allows.
    stories.push(burn("half of what may fail fails", 5, 270).told(130, &[]).told(250, &[]).told(390, &[]));
    stories.push(burn("a little more than may fail fails", 20, 270).told(130, &[]).told(390, &["ErrorBudgetBurn"]));
    // 30 % of one endpoint is 30 times what 99 % allows, and no failure.
    let slow = |name, route: &str| {
        let (fast, all) = (format!("0+7000x{MINUTES}"), format!("0+10000x{MINUTES}"));
        Story { series: Vec::new(), ..story(name) }.runs().takes(route, "200", "", &fast, &all)
    };
    stories.push(
        slow("the promised endpoint is slow", "/experiments/{id}")
            .told(60, &["ErrorBudgetBurn", "ErrorBudgetBurn", "ErrorBudgetBurn", "SlowRequests"]),
    );
    stories.push(slow("another endpoint is slow", "/slow").told(60, &["SlowRequests"]));
    if naming == Naming::OpenTelemetry {
        for outcome in ["panicked", "body_failed", "open_at_shutdown"] {
            let story = story("requests end without an answer").answers("/panic", "", outcome, 205);
            stories.push(story.told(20, &["ErrorBudgetBurn", "ErrorBudgetBurn", "ErrorBudgetBurn", "FailingRequests"]));
        }
    }
    stories
}

/// Runs promtool over files in a folder of its own.
fn promtool(name: &str, files: &[(&str, &str)], arguments: &[&str]) {
    let folder = std::env::temp_dir().join(format!("tachograph-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
    let output = Command::new(program("PEER_PROMTOOL")).current_dir(&folder).args(arguments).output().unwrap();
    let _ = std::fs::remove_dir_all(&folder);
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success(), "{said}");
}

#[test]
fn promtool_takes_the_rules() {
    for naming in NAMINGS {
        let mut hostile = settings(naming);
        hostile.service = "a\"b\\c\n{{ $x }}: '#".to_owned();
        hostile.environment = Some("{{ end }}".to_owned());
        hostile.objectives[1].name = "}} or \"".to_owned();
        hostile.objectives[1].route = Some("/{{id}}\"} #".to_owned());
        hostile.counters[0].name = "weird \"name\"".to_owned();
        hostile.counters[0].action = Some("line\n- alert: x: {{ y".to_owned());
        for settings in [settings(naming), hostile] {
            let rules = prometheus_rules(&settings).unwrap();
            promtool(&format!("check-{naming}"), &[("rules.yml", &rules)], &["check", "rules", "rules.yml"]);
        }
    }
}

#[test]
fn alerts_tell_of_what_is_not_well_and_of_nothing_else() {
    for naming in NAMINGS {
        let rules = prometheus_rules(&settings(naming)).unwrap();
        let mut tests = String::from("rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n");
        stories(naming).iter().for_each(|story| story.write(&mut tests));
        promtool(
            &format!("test-{naming}"),
            &[("rules.yml", &rules), ("tests.yml", &tests)],
            &["test", "rules", "tests.yml"],
        );
    }
}

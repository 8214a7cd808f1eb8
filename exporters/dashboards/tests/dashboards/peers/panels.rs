//! Each panel has data.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tachograph_dashboards::{Source, grafana};
use tachograph_metrics::{Naming, names};

use super::http::{ask, encoded};
use super::{Running, first, program};
use crate::grafana::{NAMINGS, panels, questions, settings};

/// What the demonstration has nothing for: it answers no streams, runs no tasks, calls no remote procedures, has its cache
/// in memory, and loses nothing.
fn is_without_data(expression: &str, naming: Naming) -> bool {
    let mut without = vec![names::STREAMS, names::TASKS, names::ACTIVE_TASKS, names::DROPPED];
    if naming == Naming::OpenTelemetry {
        without.push(names::REMOTE_PROCEDURES);
    }
    let is_redis = expression.contains("db_client") && expression.contains("cache_name!=");
    is_redis || without.iter().any(|one| expression.contains(&*one.prometheus_name(naming)))
}

/// The rules, once a second instead of once a minute.
fn hurried(rules: &str) -> String {
    rules.replace("interval: 1m", "interval: 1s").replace("offset 1m", "offset 1s")
}

/// What is asked of the demonstration, again and again.
const REQUESTS: [(&str, &str, &str); 13] = [
    ("GET", "/experiments/1", ""),
    ("GET", "/experiments", ""),
    ("GET", "/experiments?joined=true", ""),
    ("GET", "/experiments/1/report", ""),
    ("GET", "/flags/dark-mode", ""),
    ("GET", "/flags/unknown", ""),
    ("GET", "/export?rows=500", ""),
    ("GET", "/slow?ms=300", ""),
    ("GET", "/fail?status=503", ""),
    ("GET", "/panic", ""),
    ("GET", "/nowhere", ""),
    ("POST", "/experiments/1/assignments", "{\"user_id\":\"u\"}"),
    ("POST", "/events", "{\"name\":\"seen\"}"),
];

fn demonstration(folder: &Path, naming: Naming, version: &str) -> (Running, SocketAddr) {
    let mut demo = Running::start(
        Command::new(program("PEER_DEMO"))
            .current_dir(folder)
            .env("PORT", "0")
            .env("TACHOGRAPH_SERVICE__NAME", "experiments-api")
            .env("TACHOGRAPH_SERVICE__VERSION", version)
            .env("TACHOGRAPH_EXPORTERS__PROMETHEUS__NAMING", naming.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped()),
    );
    let address = |line: &str| line.split("http://").nth(1)?.split(['/', ' ']).next()?.parse().ok();
    let address = first(demo.0.stderr.take().unwrap(), address);
    (demo, address)
}

fn prometheus(folder: &Path, targets: &[SocketAddr], rules: &str) -> (Running, SocketAddr) {
    let targets: Vec<String> = targets.iter().map(|target| format!("\"{target}\"")).collect();
    std::fs::write(folder.join("rules.yml"), rules).unwrap();
    let configuration = format!(
        "global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\n\
         rule_files: [rules.yml]\n\
         scrape_configs:\n  - job_name: demo\n    static_configs: [{{ targets: [{}] }}]\n",
        targets.join(", ")
    );
    std::fs::write(folder.join("prometheus.yml"), configuration).unwrap();
    let mut server = Running::start(
        Command::new(program("PEER_PROMETHEUS"))
            .current_dir(folder)
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped()),
    );
    let address = |line: &str| {
        let at = line.contains("Listening on").then(|| line.split("address=").nth(1))??;
        at.trim_matches('"').parse().ok()
    };
    let address = first(server.0.stderr.take().unwrap(), address);
    (server, address)
}

/// Asks as Grafana asks for what is there at this moment: whether there is a number in the answer.
fn has_data(server: SocketAddr, expression: &str) -> bool {
    let form = format!("query={}", encoded(expression));
    let (status, body) = ask(server, "POST", "/api/v1/query", "application/x-www-form-urlencoded", &form).unwrap();
    // Until it has read what it kept, it answers nothing.
    if status == 503 {
        return false;
    }
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["status"], "success", "{expression}: {body}");
    let series = answer["data"]["result"].as_array().unwrap();
    series.iter().any(|series| series["value"][1].as_str().is_some_and(|value| value != "NaN"))
}

#[test]
fn each_panel_has_data_of_the_demonstration() {
    for naming in NAMINGS {
        let folder = std::env::temp_dir().join(format!("tachograph-dashboards-{}-{naming}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut settings = settings(naming);
        settings.counters[0].name = "experiment_assignments_total".to_owned();
        let (_one, first) = demonstration(&folder, naming, "1.4.2");
        let (_other, second) = demonstration(&folder, naming, "1.5.0");
        let rules = tachograph_dashboards::prometheus_rules(&settings).unwrap();
        let (_server, server) = prometheus(&folder, &[first, second], &hurried(&rules));

        let is_over = Arc::new(AtomicBool::new(false));
        let load = [first, second].map(|demo| {
            let is_over = Arc::clone(&is_over);
            std::thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    for (method, target, body) in REQUESTS {
                        // One that panics is answered or not, as the framework likes.
                        let _ = ask(demo, method, target, "application/json", body);
                    }
                }
            })
        });

        let dashboard: Value = serde_json::from_str(&grafana(&settings, Source::Prometheus)).unwrap();
        let asked: Vec<(String, String)> = panels(&dashboard)
            .iter()
            .flat_map(|panel| {
                let title = panel["title"].as_str().unwrap().to_owned();
                questions(panel).into_iter().map(move |(expression, _)| (title.clone(), expression))
            })
            .map(|(title, expression)| (title, expression.replace("[5m]", "[10s]").replace("[3h]", "[10s]")))
            .filter(|(_, expression)| !is_without_data(expression, naming))
            .collect();
        let mut missing = asked.clone();
        assert!(missing.len() > 50, "{}", missing.len());
        // What is divided in several ways is the same in all of them, once no series came into being in the time of a rate.
        let all_of = |title: &str| {
            let (_, expression) = asked.iter().find(|(other, _)| other == title).unwrap();
            format!("sum({expression})")
        };
        let name = names::DURATIONS.prometheus_name(naming);
        let mean = format!("sum(rate({name}_sum[10s])) / sum(rate({name}_count[10s]))");
        for (one, other) in [(all_of("Answers"), all_of("Requests by version")), (all_of("Time of a request"), mean)] {
            missing.push(("the same in all ways".to_owned(), format!("abs({one} / ({other}) - 1) < 1e-6")));
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline && !missing.is_empty() {
            missing.retain(|(_, expression)| !has_data(server, expression));
            std::thread::sleep(Duration::from_millis(200));
        }
        is_over.store(true, Ordering::Relaxed);
        load.into_iter().for_each(|thread| thread.join().unwrap());
        let _ = std::fs::remove_dir_all(&folder);
        assert!(missing.is_empty(), "{naming}: {missing:#?}");
    }
}

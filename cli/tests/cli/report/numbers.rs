//! The numbers of a report are those of the requests.

use serde_json::{Value, json};
use tachograph_json::{Calls, Format, Settings};

use super::service::Service;
use super::{json, request, row};

fn settings(format: Format) -> Settings {
    Settings { format, calls: Calls::All, ..Settings::default() }
}

/// Four experiments of 1, 2, 3 and 10 ms of queries, one of which failed, a report of 40 ms and a task of 5 ms.
fn lines(settings: Settings) -> String {
    let service = Service::new(settings);
    for (millis, status) in [(1, 200), (2, 200), (3, 503), (10, 200)] {
        service.experiment(millis * 500, status);
    }
    service.report(40_000);
    service.task("rollup", 5_000);
    service.lines()
}

fn members(row: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| row[*name].clone()).collect()
}

const TIMES: [&str; 7] = ["requests", "mean_ms", "slowest_ms", "total_ms", "errors", "error_rate", "response_bytes"];

#[test]
fn requests_and_tasks_are_counted_by_endpoint_and_ranked_by_their_time() {
    let report = json(&lines(settings(Format::Structured)), &[]);
    let groups: Vec<_> = report["groups"].as_array().unwrap().iter().map(|row| row["group"].clone()).collect();
    assert_eq!(
        groups,
        [
            json!({"method": "GET", "route": "/report"}),
            json!({"method": "GET", "route": "/experiments/{id}"}),
            json!({"method": "task", "route": "rollup"}),
        ]
    );
    let experiments = row(&report, "/experiments/{id}");
    assert_eq!(members(experiments, &TIMES), json!([4.0, 4.75, 10.75, 19.0, 1.0, 0.25, 100.0]));
    assert_eq!(
        members(experiments, &["db_queries", "db_ms", "db_wait_ms", "own_ms", "external_ms", "dominant"]),
        json!([2.0, 16.0, 1.0, 2.0, 0.0, "db"])
    );
    assert_eq!(
        members(row(&report, "rollup"), &["requests", "mean_ms", "own_ms", "p99_ms"]),
        json!([1.0, 5.0, 5.0, 5.0])
    );
    assert_eq!(
        members(row(&report, "/report"), &["impact", "external_calls", "cause"]),
        json!([0.625, 1.0, "100% external calls"])
    );
    assert_eq!(members(&report["total"], &["requests", "total_ms", "errors"]), json!([6.0, 64.0, 1.0]));
    assert_eq!(report["lines"]["requests"], 6);
    assert_eq!(report["lines"]["broken"], 0);
}

#[test]
fn statements_hosts_and_findings_are_told_of() {
    let report = json(&lines(settings(Format::Structured)), &[]);
    let statement = &report["statements"][0];
    assert_eq!(
        members(statement, &["kind", "target", "statement", "requests", "count", "errors", "total_ms", "slowest_ms"]),
        json!(["database", "main", "SELECT * FROM experiments WHERE id = ?", 4.0, 8.0, 0.0, 16.0, 5.0])
    );
    let host = &report["hosts"][0];
    assert_eq!(members(host, &["target", "count", "errors", "total_ms"]), json!(["partner.example", 1.0, 1.0, 40.0]));
    // The clock of the test begins at a Thursday's midnight.
    assert_eq!(host["hours"][0], json!({"count": 1.0, "errors": 1.0, "mean_ms": 40.0}));
    assert_eq!(host["weekdays"][3]["count"], 1.0);
    assert_eq!(host["weekdays"][4]["count"], 0.0);

    let service = Service::new(Settings::default());
    service.report(2_000_000);
    let findings = json(&service.lines(), &[])["findings"].clone();
    assert_eq!(findings[0]["finding"], "slow_external_call");
    assert_eq!(members(&findings[0], &["target", "requests", "cost_ms"]), json!(["partner.example", 1.0, 2000.0]));
    assert!(findings[0]["callsite"].as_str().unwrap().contains("service.rs:"), "{findings}");
}

#[test]
fn lines_that_are_metrics_and_lines_of_text_give_the_same() {
    let structured = json(&lines(settings(Format::Structured)), &[]);
    let plain = Settings { naming: "plain".parse().unwrap(), ..settings(Format::Emf) };
    for emf in [settings(Format::Emf), plain] {
        let mut emf = json(&lines(emf), &[]);
        // What no request carries has lines of its own.
        assert!(emf["lines"]["metrics"].as_u64().unwrap() > 0);
        emf["lines"] = structured["lines"].clone();
        assert_eq!(emf, structured);
    }
    for text_times in [false, true] {
        let text = json(&lines(Settings { text_times, ..settings(Format::Text) }), &[]);
        let rows = [(&text, "no shares"), (&structured, "shares")].map(|(report, _)| {
            let rows = report["groups"].as_array().unwrap();
            rows.iter()
                .map(|row| members(row, &["group", "requests", "mean_ms", "errors", "p95_ms"]))
                .collect::<Vec<_>>()
        });
        assert_eq!(rows[0], rows[1]);
        assert_eq!(text["total"]["dominant"], Value::Null);
        assert_eq!(text["from"].is_string(), text_times);
    }
}

#[test]
fn percentiles_are_within_one_percent() {
    let mut random = fastrand::Rng::with_seed(11);
    // From microseconds to minutes.
    let mut durations: Vec<f64> =
        (0..20_000).map(|_| (10_f64.powf(random.f64() * 7.0 - 2.0) * 1000.0).round() / 1000.0).collect();
    let lines: String = durations.iter().map(|duration| request("/a", *duration, "")).collect();
    let report = json(&lines, &[]);
    let row = row(&report, "/a");
    durations.sort_by(f64::total_cmp);
    for (name, part) in [("p50_ms", 0.50), ("p95_ms", 0.95), ("p99_ms", 0.99)] {
        let exact = durations[(durations.len() as f64 * part).ceil() as usize - 1];
        let found = row[name].as_f64().unwrap();
        assert!((found / exact - 1.0).abs() < 0.01, "{name} is {found} for {exact}");
    }
    let sum: f64 = durations.iter().sum();
    assert!((row["total_ms"].as_f64().unwrap() / sum - 1.0).abs() < 1e-9);
    assert_eq!(row["slowest_ms"], durations[durations.len() - 1]);
    assert_eq!(row["requests"], 20_000.0);
    let counted: f64 =
        row["distribution"].as_array().unwrap().iter().map(|bucket| bucket["count"].as_f64().unwrap()).sum();
    assert_eq!(counted, 20_000.0);
}

#[test]
fn sampled_lines_stand_for_several_and_streams_for_no_time() {
    let lines = request("/a", 10.0, ",\"sample_weight\":9.0")
        + &request("/a", 20.0, ",\"sample_weight\":1.0,\"level\":\"error\"")
        + &request("/a", 60_000.0, ",\"streaming\":true");
    let report = json(&lines, &[]);
    assert_eq!(
        members(row(&report, "/a"), &["requests", "streams", "mean_ms", "errors", "slowest_ms"]),
        json!([10.0, 1.0, 11.0, 1.0, 20.0])
    );
    let slot = &report["time"]["slots"][0];
    assert_eq!(members(slot, &["requests", "errors", "p99_ms"])[1], 1.0);
    assert!(slot["p99_ms"].as_f64().unwrap() < 21.0, "{slot}");
    // A Saturday.
    let hour = &report["time"]["by_weekday_and_hour"][5][10];
    assert_eq!(members(hour, &["count", "errors", "mean_ms"]), json!([10.0, 1.0, 11.0]));
}

#[test]
fn series_of_metrics_are_not_counted_beside_their_requests() {
    let mut settings = settings(Format::Emf);
    settings.emf.aggregate = Some(std::time::Duration::from_secs(10));
    let report = json(&lines(settings), &[]);
    assert_eq!(report["lines"]["requests"], 6);
    assert_eq!(report["total"]["total_ms"], 64.0);
    assert!(report["lines"]["metrics"].as_u64().unwrap() >= 3, "{}", report["lines"]);
    assert_eq!(report["lines"]["foreign"], 0);
}

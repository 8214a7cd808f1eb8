//! Which requests are looked at, and how they are told apart.

use serde_json::{Value, json};
use tachograph_json::{Calls, Settings};

use super::service::Service;
use super::{json, request};
use crate::program::{run, run_with};

#[test]
fn calls_and_findings_follow_their_requests() {
    let service = Service::new(Settings { calls: Calls::All, ..Settings::default() });
    (0..10).for_each(|_| service.experiment(1_000, 200));
    service.experiment(100_000, 200);
    service.report(40_000);
    let lines = service.lines();
    let all = json(&lines, &[]);
    assert_eq!(all["statements"][0]["count"], 22.0);
    // No line of a call has this member, but its request's has.
    let slow = json(&lines, &["--where", "duration_ms > 100 and method not in (OPTIONS, HEAD)"]);
    assert_eq!(slow["total"]["requests"], 1.0);
    assert_eq!(slow["statements"][0]["count"], 2.0);
    assert_eq!(slow["statements"][0]["total_ms"], 200.0);
    assert_eq!(slow["hosts"], json!([]));
    assert_eq!(slow["where"], "duration_ms > 100 and method not in (OPTIONS, HEAD)");
    assert_eq!(slow["lines"]["all"], all["lines"]["all"]);
    let status = json(&lines, &["--group-by", "status_code"]);
    assert_eq!(status["groups"].as_array().unwrap().len(), 1);
    assert_eq!(status["groups"][0]["group"], json!({"status_code": "200"}));
}

#[test]
fn requests_are_told_apart_by_any_members() {
    let lines = request("/a", 1.0, ",\"plan\":\"pro\",\"seats\":5")
        + &request("/a", 2.0, ",\"plan\":\"pro\",\"seats\":9007199254740993")
        + &request("/b", 4.0, ",\"plan\":\"free\",\"beta\":true")
        + &request("/b", 8.0, "");
    let groups = |by: &str| -> Vec<(Value, f64)> {
        let report = json(&lines, &["--group-by", by]);
        let rows = report["groups"].as_array().unwrap();
        rows.iter().map(|row| (row["group"].clone(), row["total_ms"].as_f64().unwrap())).collect()
    };
    assert_eq!(
        groups("plan"),
        [(json!({"plan": null}), 8.0), (json!({"plan": "free"}), 4.0), (json!({"plan": "pro"}), 3.0)]
    );
    assert_eq!(groups("seats,beta")[2], (json!({"seats": "9007199254740993", "beta": null}), 2.0));
    assert_eq!(groups("beta,route")[1], (json!({"beta": "true", "route": "/b"}), 4.0));
    let table = run_with(["report", "--group-by", "plan,route"], lines.as_bytes()).stdout;
    assert!(table.contains("plan=free /b") && table.contains("plan=- /b"), "{table}");
}

#[test]
fn more_groups_than_there_is_room_for_are_counted_together_and_that_is_said() {
    let lines: String = (0..5000).map(|number| request(&format!("/{number}"), 1.0, "")).collect();
    let report = json(&lines, &["--top", "100000"]);
    let groups = report["groups"].as_array().unwrap();
    assert!(groups.len() <= 2001, "{}", groups.len());
    let sum: f64 = groups.iter().map(|row| row["requests"].as_f64().unwrap()).sum();
    assert_eq!(sum, 5000.0);
    let others = groups.iter().find(|row| row["group"]["_overflow"] == true).unwrap();
    assert!(others["requests"].as_f64().unwrap() >= 3000.0);
    assert_eq!(report["lines"]["overflowed"], others["requests"]);
    let table = run_with(["report", "--top", "3"], lines.as_bytes()).stdout;
    assert!(table.contains("(all others)") && table.contains("are counted together"), "{table}");
}

#[test]
fn top_says_how_many() {
    let lines: String = (0..9).map(|number| request(&format!("/{number}"), f64::from(number), "")).collect();
    let report = json(&lines, &["--top", "2"]);
    let routes: Vec<_> = report["groups"].as_array().unwrap().iter().map(|row| &row["group"]["route"]).collect();
    assert_eq!(routes, ["/8", "/7"]);
    assert_eq!(report["groups_left_out"], 7);
    assert_eq!(report["total"]["requests"], 9.0);
    assert!(run_with(["report", "--top", "2"], lines.as_bytes()).stdout.contains("and 7 more: see --top"));
}

#[test]
fn only_lines_of_the_time_that_was_asked_for_count() {
    let at = |time: &str| request("/a", 1.0, "").replace("2026-11-21T10:00:00.000Z", time);
    let lines = at("2026-11-20T23:59:59.999Z")
        + &at("2026-11-21T00:00:00.000Z")
        + &at("2026-11-21T11:59:59.999Z")
        + &at("2026-11-21T12:00:00.000Z")
        + "[profiler] GET /a 5.00 200\n";
    let requests = |arguments: &[&str]| json(&lines, arguments)["lines"]["requests"].as_u64().unwrap();
    assert_eq!(requests(&[]), 5);
    assert_eq!(requests(&["--since", "2026-11-21"]), 3);
    assert_eq!(requests(&["--until", "2026-11-21T12:00Z"]), 3);
    assert_eq!(requests(&["--since", "2026-11-21", "--until", "2026-11-21 12:00"]), 2);
    assert_eq!(requests(&["--since", "2026-11-21T01:00+01:00"]), 3);
    let report = json(&lines, &["--since", "2026-11-21"]);
    assert_eq!(
        (&report["from"], &report["to"]),
        (&json!("2026-11-21T00:00:00.000Z"), &json!("2026-11-21T12:00:00.000Z"))
    );
    assert_eq!(report["lines"]["not_asked"], 2);
}

#[test]
fn what_cannot_be_understood_is_said_before_anything_is_read() {
    let wrong = |arguments: &[&str]| {
        let ended = run([&["report", "/dev/null"], arguments].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}");
        ended.stderr
    };
    assert_eq!(
        wrong(&["--where", "duration_ms > and"]),
        "tachograph: --where: expected a value; quote this one\n  duration_ms > and\n                ^\n"
    );
    assert!(wrong(&["--since", "yesterday"]).starts_with("tachograph: --since: this is no time"));
    assert!(wrong(&["--format", "pdf"]).contains("possible values"));
    assert!(wrong(&["--tolerance", "a lot"]).contains("use a number, as `5%`"));
    assert!(wrong(&["--baseline", "1"]).contains("--compare"));
    for without_sides in [["--fail-on", "slower"], ["--tolerance", "5%"], ["--tolerance-ms", "5"]] {
        assert!(wrong(&without_sides).contains("--compare"), "{without_sides:?}");
    }
    assert!(wrong(&["--group-by", "method,,route"]).contains("--group-by"));
}

#[test]
fn a_member_that_no_line_has_is_told_of() {
    let told = |arguments: &[&str]| {
        let ended = run_with([&["report"], arguments].concat(), request("/a", 300.0, "").as_bytes());
        assert_eq!(ended.code, 0);
        ended.stderr
    };
    let nothing = "tachograph: there is no request that was asked for\n";
    assert_eq!(told(&["--where", "duration > 200"]), format!("tachograph: no request has `duration`\n{nothing}"));
    assert_eq!(told(&["--where", "duration_ms > 400"]), nothing);
    assert_eq!(told(&["--group-by", "route,nosuch"]), "tachograph: no request has `nosuch`\n");
    assert_eq!(told(&["--where", "route = /a", "--group-by", "route"]), "");
}

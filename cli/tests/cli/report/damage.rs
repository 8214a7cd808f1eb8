//! What is no line of ours, or no longer one, is passed over and said.

use serde_json::json;

use super::{Files, json, json_of, request};
use crate::program::run;

#[test]
fn broken_and_foreign_lines_are_counted_and_the_first_of_each_is_named() {
    let good = request("/a", 1.0, "");
    let lines = [
        good.as_bytes(),
        b"listening on 0.0.0.0:8080\n",
        &good.as_bytes()[..90],
        b"\n\n",
        b"{\"level\":\"info\",\"msg\":\"somebody else's\"}\n",
        b"{\"timestamp\":\"2026-11-21T10:00:00.000Z\",\"event\":\"request\",\"duration_ms\":\"fast\"}\n",
        b"{\"timestamp\":\"2026-11-21T10:00:00.000Z\",\"level\":\"info\",\"logger\":\"shop\",\"message\":\"placed\"}\n",
        b"\xff\xfe{}\n",
        b"prefix {not json\n",
        b"[profiler] GET /a soon 200\n",
        b"[profiler] GET /a 1.00 fine\n",
        b"{\"timestamp\":\"2026-11-21T10:00:00.000Z\",\"event\":\"request\",\"duration_ms\":1e300}\n",
        b"[1, 2]\n",
        good.as_bytes(),
        // Cut off where the service ended.
        &good.as_bytes()[..good.len() - 20],
    ]
    .concat();
    let files = Files::new();
    let path = files.write("api.log", lines);
    let report = json_of(&path, &[]);
    let lines = &report["lines"];
    assert_eq!(report["total"]["requests"], 2.0);
    assert_eq!(
        (&lines["requests"], &lines["broken"], &lines["foreign"], &lines["logs"]),
        (&json!(2), &json!(7), &json!(4), &json!(1))
    );
    assert_eq!(lines["first_broken"], format!("{}:3", path.display()));
    assert_eq!(lines["first_foreign"], format!("{}:2", path.display()));

    let table = run(["report", path.to_str().unwrap()]);
    assert_eq!(table.code, 0);
    assert!(table.stdout.contains("7 lines passed over, broken or cut off; the first is"), "{}", table.stdout);
    assert!(table.stdout.contains("4 lines passed over, not ours; the first is"), "{}", table.stdout);
}

#[test]
fn a_line_without_end_is_passed_over() {
    let endless = format!("{{\"timestamp\":\"{}\"}}\n", "x".repeat(17 << 20));
    let lines = request("/a", 1.0, "") + &endless + &request("/a", 3.0, "") + &request("/b", 5.0, "") + "{\"half\n";
    let report = json(&lines, &[]);
    assert_eq!(report["total"]["requests"], 3.0);
    assert_eq!(report["lines"]["too_long"], 1);
    assert!(report["lines"]["first_too_long"].as_str().unwrap().ends_with("api.log:2"));
    // It counts as a line all the same.
    assert!(report["lines"]["first_broken"].as_str().unwrap().ends_with("api.log:5"), "{}", report["lines"]);
}

#[test]
fn the_number_of_a_line_counts_all_before_it() {
    let mut lines: String = (0..5000).map(|_| request("/a", 1.0, "")).collect();
    assert!(lines.len() > 700_000);
    lines += &lines.clone();
    lines += "{\"timestamp\":\n";
    let report = json(&lines, &[]);
    assert!(report["lines"]["first_broken"].as_str().unwrap().ends_with("api.log:10001"), "{}", report["lines"]);
}

#[test]
fn nothing_at_all_is_a_report_too() {
    for format in ["table", "json", "markdown", "html"] {
        let ended = run(["report", "/dev/null", "--format", format]);
        let note = "tachograph: there is no request that was asked for\n";
        assert_eq!((ended.code, ended.stderr.as_str()), (0, note), "{format}");
        assert!(!ended.stdout.contains("NaN") && !ended.stdout.contains("inf"), "{}", ended.stdout);
    }
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let folder = Files::new();
    for (path, why) in [("/no/such/file.log", "No such file"), (folder.0.path().to_str().unwrap(), "it is a directory")]
    {
        let ended = run(["report", path]);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        assert!(ended.stderr.contains(path) && ended.stderr.contains(why), "{}", ended.stderr);
    }
}

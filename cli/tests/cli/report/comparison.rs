//! What became slower, and what the exit code says of it.

use serde_json::Value;

use super::{Files, request};
use crate::program::{Ended, run};

/// Requests of a version, of about so many milliseconds.
fn requests(version: &str, route: &str, millis: f64, more: &str) -> String {
    let mut random = fastrand::Rng::with_seed(millis.to_bits() ^ version.len() as u64);
    let line = |_| {
        let duration = (millis * (0.5 - (1.0 - random.f64()).ln() / 2.0) * 1000.0).round() / 1000.0;
        request(route, duration, &format!(",\"version\":\"{version}\",\"db_ms\":{duration}{more}"))
    };
    (0..500).map(line).collect()
}

fn compare(lines: &str, arguments: &[&str]) -> Ended {
    let files = Files::new();
    let path = files.write("api.log", lines);
    run([&["report", path.to_str().unwrap(), "--compare", "version"], arguments].concat())
}

fn comparison(lines: &str) -> Value {
    let ended = compare(lines, &["--format", "json", "--fail-on", "nothing"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    report["comparison"].clone()
}

/// The first version, which has a millisecond's time, is the one before.
fn two(before: &str, after: &str) -> String {
    before.replace("10:00:00", "09:00:00") + after
}

#[test]
fn an_endpoint_that_became_slower_ends_it_with_1() {
    let before = requests("1.9", "/a", 50.0, "") + &requests("1.9", "/b", 20.0, "");
    let slower = requests("1.10", "/a", 80.0, "") + &requests("1.10", "/b", 20.0, "");
    let ended = compare(&two(&before, &slower), &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (1, "tachograph: GET /a is slower\n"), "{}", ended.stdout);
    assert!(ended.stdout.starts_with("From version 1.9 to 1.10\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("1 slower, 0 faster, of 2"), "{}", ended.stdout);
    let line = ended.stdout.lines().find(|line| line.starts_with("GET /a")).unwrap();
    assert!(line.contains(" slower ") && line.contains("database +"), "{line}");

    assert_eq!(compare(&two(&before, &slower), &["--fail-on", "nothing"]).code, 0);
    assert_eq!(compare(&two(&before, &slower), &["--fail-on", "errors,queries"]).code, 0);
    assert_eq!(compare(&two(&before, &slower), &["--tolerance", "200%"]).code, 0);
    assert_eq!(compare(&two(&before, &slower), &["--tolerance-ms", "100"]).code, 0);
    // The other way round it became faster.
    let back = compare(&two(&before, &slower), &["--baseline", "1.10", "--candidate", "1.9"]);
    assert_eq!(back.code, 0, "{}", back.stdout);
    assert!(back.stdout.contains("0 slower, 1 faster, of 2"), "{}", back.stdout);
}

#[test]
fn chance_alone_ends_it_with_0() {
    let before = requests("1.9", "/a", 50.0, "") + &requests("1.9", "/b", 20.0, "");
    let after = requests("1.10", "/a", 50.0, "") + &requests("1.10", "/b", 20.0, "");
    let ended = compare(&two(&before, &after), &[]);
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert!(ended.stdout.contains("0 slower, 0 faster, of 2"), "{}", ended.stdout);
    // Of a handful nothing is said.
    let few = |version: &str, millis: f64| -> String {
        requests(version, "/a", millis, "").lines().take(10).map(|line| format!("{line}\n")).collect()
    };
    let ended = compare(&two(&few("1.9", 50.0), &few("1.10", 500.0)), &[]);
    assert_eq!(ended.code, 0);
    assert!(ended.stdout.contains("too few"), "{}", ended.stdout);
}

#[test]
fn what_is_compared_has_its_numbers_and_interval() {
    let all = comparison(&two(&requests("1.9", "/a", 50.0, ""), &requests("1.10", "/a", 80.0, "")));
    assert_eq!((&all["by"], &all["baseline"], &all["candidate"]), (&"version".into(), &"1.9".into(), &"1.10".into()));
    let one = &all["groups"][0];
    let number = |value: &Value| value.as_f64().unwrap();
    let difference = number(&one["candidate"]["mean_ms"]) - number(&one["baseline"]["mean_ms"]);
    assert!((number(&one["mean"]["difference_ms"]) - difference).abs() < 0.002);
    assert!(number(&one["mean"]["low_ms"]) < difference && difference < number(&one["mean"]["high_ms"]));
    assert!(number(&one["mean"]["low_ms"]) > 0.0);
    assert_eq!(one["verdict"], "slower");
    assert_eq!(one["p95"]["verdict"], "slower");
    assert_eq!(one["because"]["share"], "db");
    assert_eq!(one["baseline"]["requests"], 500.0);
    assert_eq!(one["baseline"]["group"]["route"], "/a");
    // Each of the time of its own side.
    assert_eq!([&one["baseline"]["impact"], &one["candidate"]["impact"]], [1.0, 1.0]);
}

#[test]
fn more_queries_and_more_errors_can_end_it_too() {
    let before = requests("1.9", "/a", 50.0, ",\"db_queries\":2");
    let chatty = requests("1.10", "/a", 50.0, ",\"db_queries\":12");
    let ended = compare(&two(&before, &chatty), &["--fail-on", "queries"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.stderr, "tachograph: GET /a makes more queries\n");
    assert!(ended.stdout.contains("2 → 12") && ended.stdout.contains("more queries"), "{}", ended.stdout);
    assert!(ended.stdout.contains("0 slower, 0 faster, 1 with more queries, of 1"), "{}", ended.stdout);
    assert_eq!(compare(&two(&before, &chatty), &["--fail-on", "slower,errors"]).code, 0);
    assert_eq!(compare(&two(&chatty, &before), &["--fail-on", "queries"]).code, 0);

    let failing = requests("1.10", "/a", 50.0, ",\"db_queries\":2,\"status_code\":500");
    let ended = compare(&two(&before, &failing), &["--fail-on", "errors"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.stderr, "tachograph: GET /a has more errors\n");
    assert!(ended.stdout.contains("0 % → 100 %") && ended.stdout.contains("1 with more errors"), "{}", ended.stdout);
    // One in five hundred is chance.
    let (first, rest) = before.split_once('\n').unwrap();
    let once = first.replace("\"db_queries\"", "\"status_code\":500,\"db_queries\"") + "\n" + rest;
    let once = once.replace("\"version\":\"1.9\"", "\"version\":\"1.10\"");
    assert_eq!(compare(&two(&before, &once), &["--fail-on", "errors"]).code, 0);
}

#[test]
fn endpoints_that_are_new_or_gone_are_told_of() {
    let before = requests("1.9", "/a", 50.0, "") + &requests("1.9", "/old", 20.0, "");
    let after = requests("1.10", "/a", 50.0, "") + &requests("1.10", "/new", 20.0, "");
    let all = comparison(&two(&before, &after));
    assert_eq!(all["groups"].as_array().unwrap().len(), 1);
    assert_eq!(all["new"][0]["group"]["route"], "/new");
    assert_eq!(all["gone"][0]["group"]["route"], "/old");
    assert_eq!(all["new"].as_array().unwrap().len() + all["gone"].as_array().unwrap().len(), 2);
    let table = compare(&two(&before, &after), &[]).stdout;
    let (new, gone) = (table.find("\nNew\n").unwrap(), table.find("\nGone\n").unwrap());
    assert!(table[new..gone].contains("/new") && table[gone..].contains("/old"), "{table}");
}

#[test]
fn two_sets_of_files_are_compared() {
    let files = Files::new();
    let before = files.write("before.log", requests("1", "/a", 50.0, ""));
    let after = files.write("after.log", requests("1", "/a", 80.0, ""));
    let report = |new: &std::path::Path, old: &std::path::Path| {
        run(["report", new.to_str().unwrap(), "--against", old.to_str().unwrap()])
    };
    let slower = report(&after, &before);
    assert_eq!(slower.code, 1, "{}", slower.stdout);
    assert!(slower.stdout.starts_with("From files baseline to candidate\n"), "{}", slower.stdout);
    assert_eq!(report(&before, &after).code, 0);
    assert_eq!(report(&before, &before).code, 0);
    let empty = report(&after, std::path::Path::new("/dev/null"));
    assert_eq!((empty.code, empty.stdout.as_str()), (2, ""));
    assert_eq!(empty.stderr, "tachograph: the files of the baseline have no request that was asked for\n");
}

#[test]
fn where_it_is_not_clear_what_to_compare_it_ends_with_2() {
    let one = requests("1.9", "/a", 50.0, "");
    let ended = compare(&one, &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert_eq!(ended.stderr, "tachograph: all requests have version 1.9, so there is nothing to compare it with\n");
    let three = one + &requests("1.10", "/a", 50.0, "") + &requests("1.11", "/a", 50.0, "");
    let ended = compare(&three, &[]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("say which, by --baseline and --candidate: 1.10, 1.11, 1.9"), "{}", ended.stderr);
    assert_eq!(compare(&three, &["--baseline", "1.9", "--candidate", "1.11"]).code, 0);
    assert_eq!(compare(&three, &["--baseline", "2.0"]).code, 2);
    assert_eq!(compare(&three, &["--baseline", "1.9", "--candidate", "1.9"]).code, 2);
}

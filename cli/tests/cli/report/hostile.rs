//! Whoever sends requests chooses what stands in their lines.

use super::well_formed::check;
use super::{Files, request};
use crate::program::{run, run_with};

/// A route, a version, a statement and a host that would rather be something else.
fn lines() -> String {
    let evil = r#"<script>alert('1')</script> \u001b[2J\u001b]0;x\u0007 \u0085\u202e | ![x](https://evil.example/p.png) \"&amp;"#;
    let id = ",\"request_id\":\"r-1\"";
    let call = format!(
        "{{\"timestamp\":\"2026-11-21T10:00:00.000Z\",\"logger\":\"tachograph.call\",\"event\":\"call\"{id},\"kind\":\"external\",\
         \"target\":\"{evil}\",\"summary\":\"{evil}\",\"count\":1,\"errors\":1,\"total_ms\":5,\"slowest_ms\":5}}\n"
    );
    let statement = call.replace("external", "database").replace("\"summary\"", "\"statement\"");
    let finding = call
        .replace("\"event\":\"call\"", "\"event\":\"finding\"")
        .replace("\"kind\":\"external\"", &format!("\"finding\":\"{evil}\",\"callsite\":\"{evil}\",\"cost_ms\":9"));
    let request = request(evil, 9.0, &format!(",\"version\":\"{evil}\"{id}"));
    request + &call + &statement + &finding + "\x1b[31mforeign\n"
}

#[test]
fn no_control_character_reaches_a_terminal() {
    for format in ["table", "json", "markdown", "html"] {
        let ended = run_with(["report", "--format", format, "--group-by", "route,version"], lines().as_bytes());
        assert_eq!(ended.code, 0);
        let unfit = |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
        let found = ended.stdout.chars().find(|character| unfit(*character));
        // In JSON, a program reads it, and gets what was there.
        assert!(found.is_none() || format == "json" && found == Some('\u{85}'), "{format}: {found:?}");
        assert!(!ended.stdout.contains('\x1b'), "{format}");
    }
}

#[test]
fn text_stays_text_in_a_page_and_in_a_ticket() {
    let report = |format: &str| run_with(["report", "--format", format], lines().as_bytes()).stdout;
    let page = report("html");
    check(&page);
    assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
    assert!(!page.contains("<script") && !page.contains("<img"));
    let markdown = report("markdown");
    assert!(
        !markdown.contains("<script") && !markdown.contains("![x](") && !markdown.contains("https://"),
        "{markdown}"
    );
    assert!(markdown.contains("\\|"));
}

#[test]
fn errors_show_no_control_characters_either() {
    let files = Files::new();
    let path = files.write("a\x1b[2J.log", lines());
    let shown = [
        run(["report", path.to_str().unwrap(), "--compare", "version"]).stderr,
        run(["report", path.to_str().unwrap(), "--where", "a \x1b[2J b"]).stderr,
        run(["report", "/no/such\x1b[2J"]).stderr,
        run(["report", path.to_str().unwrap()]).stdout,
    ];
    for shown in shown {
        assert!(
            !shown.is_empty() && !shown.contains(|character: char| character.is_control() && character != '\n'),
            "{shown:?}"
        );
    }
}

#[test]
fn no_value_is_taken_for_two() {
    let lines = request("/a\\u001fb", 1.0, ",\"plan\":\"x\\u001f/a\"");
    let ended = run_with(["report", "--format", "json", "--group-by", "plan,route"], lines.as_bytes());
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["groups"][0]["group"], serde_json::json!({"plan": "x /a", "route": "/a b"}));
}

#[test]
fn numbers_beyond_all_measure_are_survived() {
    let at = |time: &str, route: &str, millis: f64, more: &str| {
        request(route, millis, more).replace("2026-11-21T10:00:00.000Z", time)
    };
    let lines = at(
        "9999-12-31T23:59:59.999Z",
        "/a",
        1e13,
        ",\"response_bytes\":1e300,\"db_queries\":1e300,\"db_ms\":1e300",
    ) + &at(
        "0001-01-01T00:00:00Z",
        "/a",
        1.0,
        ",\"status_code\":-1,\"response_bytes\":-5,\"sample_weight\":1e308",
    ) + &at("", "/a", 1.0, ",\"status_code\":99999999,\"sample_weight\":-3")
        + "{\"timestamp\":\"0001-01-01T00:00:00Z\",\"logger\":\"x\",\"event\":\"call\",\"kind\":\"external\",\"target\":\"h\",\
           \"count\":18446744073709551615,\"errors\":9e99,\"total_ms\":1e300,\"slowest_ms\":-1}\n";
    for format in ["table", "json", "markdown", "html"] {
        let ended = run_with(["report", "--format", format], lines.as_bytes());
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{format}");
        assert!(!ended.stdout.contains("NaN") && !ended.stdout.contains("inf"), "{}", ended.stdout);
    }
    let report: serde_json::Value =
        serde_json::from_str(&run_with(["report", "--format", "json"], lines.as_bytes()).stdout).unwrap();
    assert_eq!(report["total"]["requests"], 3.0);
    assert_eq!(report["lines"]["broken"], 0);
}

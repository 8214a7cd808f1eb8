//! The page on which the service shows where its time goes: who sees it, and that it says what the lines say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::everything::ask_for_everything;
use crate::case::Case;
use crate::client::{Connection, Request, Response};
use crate::lines::{Line, Lines};
use crate::service::{Demo, LONG, PROMISED, Setup, eventually};

const TOKEN: &str = "conformance-0123456789";

/// `:` and the token, as a browser sends a password.
const BASIC: &str = "Basic OmNvbmZvcm1hbmNlLTAxMjM0NTY3ODk=";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// One of each kind of address that the page has.
const ADDRESSES: [&str; 5] = ["", "/page.js", "/endpoints.json", "/requests.json", "/live"];

/// As a browser on this machine asks.
fn here(path: &str) -> Request {
    Request::to_host("localhost:8080", "GET", path)
}

fn with_token(case: &Case) -> Setup {
    // An exporter that is asked for is there beside no other that is not.
    let setup = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "stdout");
    setup.env("TACHOGRAPH_EXPORTERS__PAGE__TOKEN", TOKEN)
}

/// The head alone, for a stream has no end.
fn status(demo: &Demo, request: Request) -> u16 {
    head(demo, &request).status
}

fn head(demo: &Demo, request: &Request) -> Response {
    let mut connection = demo.connect();
    connection.send(request.to_bytes());
    connection.head().expect("the service answers")
}

pub(super) fn it_is_whole_and_loads_nothing_of_others(case: &Case) {
    let demo = case.start();
    let page = demo.ask(here("/tachograph"));
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let html = str::from_utf8(&page.body).expect("the page is text");
    assert!(!html.contains("//"), "no address is another's, nor absolute: {html}");
    for (attribute, of) in [(" style=", "style"), (" onload=", "script"), ("<style", "style"), (" onclick=", "script")]
    {
        assert!(!html.contains(attribute), "a {of} that the policy forbids: {html}");
    }
    let parts = html.split_inclusive('"').filter_map(|part| part.strip_suffix('"'));
    let parts: Vec<&str> = parts.filter(|part| part.starts_with("tachograph/")).collect();
    assert!(parts.len() >= 3, "{parts:?}");
    for part in parts.iter().chain(&["tachograph/endpoints.json", "tachograph/status.json"]) {
        let response = demo.ask(here(&format!("/{part}")));
        let kind = match part.rsplit_once('.').expect("each has a kind").1 {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "application/json",
        };
        assert_eq!((response.status, response.header("content-type")), (200, Some(kind)), "{part}");
        guarded(&response);
    }
    guarded(&page);
    assert_eq!(status(&demo, here("/tachograph/nothing")), 404);
    assert_eq!(status(&demo, Request::to_host("localhost", "POST", "/tachograph").header("content-length", "0")), 405);
    assert_eq!(demo.stop().requests().len(), 0, "who looks at the page is not what it shows");
}

#[track_caller]
fn guarded(response: &Response) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(response.header(name), Some(value), "{name}");
    }
    assert_eq!(response.header("x-request-id"), None, "it is not measured");
}

pub(super) fn only_this_machine_sees_it_without_a_token(case: &Case) {
    let demo = case.start();
    for path in ADDRESSES.map(|below| format!("/tachograph{below}")) {
        for host in ["localhost", "127.0.0.1:8080", "[::1]:8080", "demo.localhost"] {
            assert_eq!(status(&demo, Request::to_host(host, "GET", &path)), 200, "{host} {path}");
        }
        for host in ["example.com", "localhost.example.com", "10.0.0.1", ""] {
            let request = Request::to_host(host, "GET", &path);
            assert_eq!(status(&demo, request), 403, "{host} {path}");
        }
        for header in ["x-forwarded-for", "forwarded", "via", "x-real-ip", "cf-connecting-ip", "x-forwarded-host"] {
            assert_eq!(status(&demo, here(&path).header(header, "127.0.0.1")), 403, "{header} {path}");
        }
        let guessed = here(&path).header("via", "1.1 proxy").header("authorization", "Bearer guessed-0123456789");
        assert_eq!(status(&demo, guessed), 403, "there is none that would fit: {path}");
        // A link to the page may be anywhere; what it shows is asked for by itself alone.
        let strange = if path.ends_with(".json") || path.ends_with("/live") { 403 } else { 200 };
        assert_eq!(status(&demo, here(&path).header("sec-fetch-site", "cross-site")), strange, "{path}");
    }
    guarded(&head(&demo, &Request::to_host("example.com", "GET", "/tachograph")));
    demo.stop();
}

pub(super) fn with_the_token_it_is_seen_from_anywhere(case: &Case) {
    let demo = with_token(case).start();
    let elsewhere = |path: &str| Request::to_host("shop.example", "GET", path).header("x-forwarded-for", "192.0.2.7");
    for path in ADDRESSES.map(|below| format!("/tachograph{below}")) {
        assert_eq!(status(&demo, here(&path)), 200, "{path}");
        let refused = head(&demo, &elsewhere(&path));
        let asked = refused.header("www-authenticate").expect("a browser is told to ask for it");
        assert!(refused.status == 401 && asked.starts_with("Basic "), "{path}: {refused:?}");
        for wrong in [format!("{TOKEN}0"), TOKEN[1..].to_owned(), String::new()] {
            let request = elsewhere(&path).header("authorization", format!("Bearer {wrong}"));
            assert_eq!(status(&demo, request), 401, "{path} {wrong}");
        }
        for right in [format!("Bearer {TOKEN}"), BASIC.to_owned()] {
            assert_eq!(status(&demo, elsewhere(&path).header("authorization", right)), 200, "{path}");
        }
    }
    demo.signal("TERM");
    let (written, said) = demo.ended_within(PROMISED);
    assert!(written.contains("for other machines by a token"), "{written}");
    assert!(!written.contains(TOKEN) && !said.contains(TOKEN), "it is a secret: {written}{said}");
}

pub(super) fn it_says_of_requests_what_their_lines_say(case: &Case) {
    let demo = case.setup().env("TACHOGRAPH_CAPTURE__SLOW_REQUEST_MS", "500").start();
    demo.get("/slow?ms=550");
    let last = ask_for_everything(&demo);
    demo.until_recorded(last.id());
    // A client that was reset is seen to be gone when the service gets to it.
    demo.until_written(&[r#""outcome":"client_disconnected""#]);
    let shown = || json(&demo, "/requests.json?window=all&limit=500");
    eventually(LONG, "every request is on the page", || {
        shown()["requests"].as_array().unwrap().len() == demo.written(&[r#""event":"request""#])
    });
    let (requests, endpoints) = (shown(), json(&demo, "/endpoints.json?window=all"));
    let summaries = requests["requests"].as_array().expect("requests are a list");
    let details: Vec<Value> = summaries
        .iter()
        .map(|summary| json(&demo, &format!("/request.json?id={}", summary["request_id"].as_str().unwrap())))
        .collect();
    let lines = demo.stop();
    assert_eq!((lines.requests().len(), &requests["more"]), (summaries.len(), &Value::from(0)));
    for (summary, detail) in summaries.iter().zip(&details) {
        let line = lines.request(summary["request_id"].as_str().unwrap());
        for (member, value) in summary.as_object().unwrap() {
            let told = &detail[member.as_str()];
            assert!(told.is_array() || told == value, "{member} {detail}");
        }
        summary_agrees(summary, line);
        detail_agrees(detail, line, &lines);
    }
    for endpoint in endpoints["endpoints"].as_array().expect("endpoints are a list") {
        assert_eq!(endpoint["kind"], "request");
        let of_it = |line: &&Line| {
            // Of methods that nobody knows there can be any number: they are one.
            let method = line.text("method").replace("BREW", "_OTHER");
            endpoint["method"] == method && &endpoint["route"] == line.get("route")
        };
        endpoint_agrees(endpoint, &lines.requests().into_iter().filter(of_it).collect::<Vec<_>>());
    }
    let counted =
        endpoints["endpoints"].as_array().unwrap().iter().map(|endpoint| endpoint["requests"].as_u64().unwrap());
    assert_eq!(counted.sum::<u64>(), summaries.len() as u64);
}

fn json(demo: &Demo, below: &str) -> Value {
    let response = demo.ask(here(&format!("/tachograph{below}")));
    assert_eq!(response.status, 200, "{below}: {}", String::from_utf8_lossy(&response.body));
    response.json()
}

/// What both write is the same to the last digit.
fn summary_agrees(summary: &Value, line: &Line) {
    const SAME: [&str; 25] = [
        "trace_id",
        "span_id",
        "version",
        "method",
        "path",
        "status_code",
        "outcome",
        "error_type",
        "level",
        "duration_ms",
        "first_byte_ms",
        "own_ms",
        "db_ms",
        "db_wait_ms",
        "external_ms",
        "cache_ms",
        "body_ms",
        "waiting_ms",
        "response_bytes",
        "db_queries",
        "external_calls",
        "cache_hits",
        "cache_misses",
        "findings",
        "verdict",
    ];
    for member in SAME {
        assert_eq!(&number(&summary[member]), &number(line.get(member)), "{member} of {summary} and {line:?}");
    }
    assert_eq!(&summary["route"], line.get("route"), "{summary} {line:?}");
}

/// 0 and 0.0 are one number, however they are written.
fn number(value: &Value) -> Value {
    value.as_f64().map_or_else(|| value.clone(), Value::from)
}

fn detail_agrees(detail: &Value, line: &Line, lines: &Lines) {
    let id = line.text("request_id");
    for member in ["user_id", "action"] {
        assert_eq!(&detail[member], line.get(member), "{member} of {detail} and {line:?}");
    }
    for (name, value) in detail["fields"].as_object().expect("fields are an object") {
        assert_eq!(value, line.get(name), "{name} of {detail} and {line:?}");
    }
    let calls = detail["calls"].as_array().expect("calls are a list");
    let of_kind = |kind: &str| calls.iter().filter(|call| call["kind"] == kind).count() as u64;
    assert_eq!(Some(of_kind("external")), line.get("external_calls").as_u64(), "{detail}");
    assert!(Some(of_kind("database")) >= line.get("db_queries").as_u64(), "{detail}");
    for written in lines.calls(id) {
        let same = |call: &&Value| {
            ["kind", "target", "statement", "callsite"].iter().all(|member| &call[*member] == written.get(member))
        };
        let count = calls.iter().filter(same).count() as u64;
        assert_eq!(Some(count), written.get("count").as_u64(), "{written:?} {detail}");
    }
    let found = detail["findings"].as_array().expect("findings are a list");
    let written = lines.findings(id);
    assert_eq!(found.len(), written.len(), "{detail} {written:?}");
    for (found, written) in found.iter().zip(written) {
        for member in ["finding", "summary", "callsite", "count", "limit", "cost_ms", "hint"] {
            assert_eq!(&found[member], written.get(member), "{member} of {found} and {written:?}");
        }
    }
}

fn endpoint_agrees(endpoint: &Value, lines: &[&Line]) {
    assert_eq!(endpoint["requests"].as_u64(), Some(lines.len() as u64), "{endpoint} {lines:?}");
    let micros = |value: &Value| (value.as_f64().expect("a time is a number") * 1e3).round() as u64;
    let mut sums = BTreeMap::new();
    for line in lines {
        for share in ["own_ms", "db_ms", "db_wait_ms", "external_ms", "cache_ms", "body_ms", "waiting_ms"] {
            *sums.entry(share).or_insert(0) += line.micros(share);
        }
        *sums.entry("total_ms").or_insert(0) += line.micros("duration_ms");
    }
    for (member, sum) in sums {
        // Each line's shares are rounded, so that they sum to its duration; a sum is rounded once.
        let apart = micros(&endpoint[member]).abs_diff(sum);
        assert!(apart <= lines.len() as u64, "{member} of {endpoint} is {sum} of {lines:?}");
    }
    let slowest = lines.iter().map(|line| line.micros("duration_ms")).max();
    assert_eq!(Some(micros(&endpoint["slowest_ms"])), slowest, "{endpoint}");
    let mean = |member: &str| {
        let values = lines.iter().map(|line| line.get(member).as_f64().unwrap_or_default());
        values.sum::<f64>() / lines.len() as f64
    };
    for member in ["db_queries", "external_calls", "response_bytes"] {
        let told = endpoint[member].as_f64().expect("a mean is a number");
        assert!((told - mean(member)).abs() < 0.51, "{member} of {endpoint} of {lines:?}");
    }
    let errors = lines.iter().filter(|line| matches!(line.text("level"), "error" | "critical")).count();
    assert_eq!(endpoint["errors"].as_u64(), Some(errors as u64), "{endpoint} {lines:?}");
}

fn live(demo: &Demo) -> Connection {
    let mut connection = demo.connect();
    connection.send(here("/tachograph/live").header("accept-encoding", "gzip").to_bytes());
    let head = connection.head().expect("the stream begins");
    assert_eq!((head.status, head.header("content-encoding").unwrap_or("identity")), (200, "identity"));
    assert!(head.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream")), "{head:?}");
    guarded(&head);
    connection
}

pub(super) fn the_live_view_has_what_happens_after_it_was_opened(case: &Case) {
    let demo = case.start();
    let mut connection = live(&demo);
    let response = demo.get("/experiments/3");
    let mut events = String::new();
    while !events.contains(response.id()) {
        events += str::from_utf8(&connection.chunk().expect("the stream goes on")).expect("events are text");
    }
    let data = events.lines().filter_map(|line| line.strip_prefix("data: ")).next_back().expect("an event has data");
    let data: Value = serde_json::from_str(data).expect("which is JSON");
    let shown = data["requests"].as_array().expect("a list").iter();
    let shown = shown.filter(|summary| summary["request_id"] == response.id()).collect::<Vec<_>>();
    let [summary] = shown[..] else { panic!("it is shown once: {data}") };
    let lines = demo.stop();
    summary_agrees(summary, lines.only_request());
}

pub(super) fn told_to_stop_it_ends_the_live_view(case: &Case) {
    let demo = case.start();
    let mut watching: Vec<Connection> = (0..3).map(|_| live(&demo)).collect();
    demo.signal("TERM");
    demo.ended_within(PROMISED);
    for connection in &mut watching {
        assert!(connection.comes_to_an_end(), "as an answer does, and is not cut off");
    }
}

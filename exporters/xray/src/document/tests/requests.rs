//! Segments: how requests and tasks ended, and where they ran.

use serde_json::{Value, json};
use tachograph_core::{RequestHead, Service, request};

use super::{Bench, documents, get, query, written};
use crate::origin::{Origin, Platform};

#[derive(Debug)]
struct Failed(&'static str, Option<Box<Failed>>);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

/// Which of error, throttle and fault are set.
fn flags(segment: &Value) -> String {
    let set = ["error", "throttle", "fault"].into_iter().filter(|flag| segment[*flag] == true);
    set.collect::<Vec<_>>().join(" ")
}

/// How often each exception names another as its cause, what they say, and where.
fn exceptions(segment: &Value) -> Vec<&Value> {
    segment["cause"]["exceptions"].as_array().map(|list| list.iter().collect()).unwrap_or_default()
}

#[test]
fn the_status_says_who_is_to_blame() {
    let bench = Bench::new();
    for (status, expected) in
        [(200, ""), (302, ""), (400, "error"), (404, "error"), (429, "error throttle"), (500, "fault"), (503, "fault")]
    {
        let segment = bench.segment(&bench.request(status, || {}));
        assert_eq!((flags(&segment).as_str(), &segment["cause"]), (expected, &Value::Null), "{status}");
        assert_eq!(segment["http"]["response"]["status"], status);
    }
}

#[test]
fn how_it_ended_counts_where_the_status_says_nothing() {
    let bench = Bench::new();
    drop(bench.open(get("/a/7")));
    let left = bench.segment(&bench.record());
    assert_eq!((flags(&left), &left["http"]["response"]), ("error".into(), &Value::Null));
    assert_eq!(exceptions(&left)[0]["type"], "client_disconnected");

    let mut open = bench.open(get("/a/7"));
    open.respond(200, None, false);
    open.body_failed();
    let broken = bench.segment(&bench.record());
    assert_eq!(flags(&broken), "fault");
    assert_eq!(exceptions(&broken)[0]["message"], "the body of the answer ended in an error");

    let mut open = bench.open(get("/a/7"));
    let panicking = std::panic::AssertUnwindSafe(|| open.poll(|| panic!("told to")));
    std::panic::catch_unwind(panicking).unwrap_err();
    drop(open);
    assert_eq!(flags(&bench.segment(&bench.record())), "fault");

    let open = bench.open(get("/a/7"));
    bench.instance.handle().shutdown(std::time::Duration::ZERO);
    let cut_short = bench.segment(&bench.record());
    assert_eq!(exceptions(&cut_short)[0]["type"], "open_at_shutdown");
    assert_eq!(flags(&cut_short), "fault");
    drop(open);
}

#[test]
fn an_error_is_told_with_its_sources_and_where_it_was_given() {
    let bench = Bench::new();
    let error = Failed("no answer", Some(Box::new(Failed("refused", Some(Box::new(Failed("port closed", None)))))));
    let line = line!() + 1;
    let segment = bench.segment(&bench.request(502, || _ = request().error(&error)));
    let [first, second, third] = exceptions(&segment)[..] else { panic!("{segment:#}") };
    assert!(first["type"].as_str().unwrap().ends_with("requests::Failed"));
    assert_eq!(first["stack"], json!([{ "path": file!(), "line": line }]));
    assert_eq!(
        [&first["message"], &second["message"], &third["message"]],
        [&json!("no answer"), &json!("refused"), &json!("port closed")]
    );
    assert_eq!([&first["cause"], &second["cause"], &third["cause"]], [&second["id"], &third["id"], &Value::Null]);
    // An answer that looks well, and an error all the same.
    assert_eq!(flags(&bench.segment(&bench.request(200, || _ = request().error(&error)))), "fault");
    assert_eq!(flags(&bench.segment(&bench.request(409, || _ = request().error(&error)))), "error");
}

#[test]
fn a_task_is_a_segment_without_http() {
    let bench = Bench::new();
    let mut task = std::pin::pin!(bench.instance.handle().task("rollup", async { query() }));
    assert!(task.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    let segment = bench.segment(&bench.record());
    assert_eq!((&segment["name"], &segment["http"]), (&json!("experiments-api"), &Value::Null));
    assert_eq!(segment["annotations"]["name"], "rollup");
    assert_eq!(segment["metadata"]["tachograph"]["event"], "task");
    assert_eq!(segment["subsegments"][0]["name"], "main");
}

#[test]
fn where_no_host_is_known_the_url_is_the_path() {
    let bench = Bench::new();
    let segment = bench.segment(&bench.request(200, || {}));
    assert_eq!(segment["http"]["request"], json!({ "method": "GET", "url": "/a/7" }));
}

#[test]
fn in_lambda_it_hangs_under_the_invocation() {
    let bench = Bench::new();
    let lambda = || Origin::new(Platform::Lambda, []).start();
    let documents = documents(&Service::new("resize"), lambda(), 64_000, 500_000);
    let header = b"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".as_slice();
    let trace = tachograph_core::trace::extract([], [], [header]);
    let mut open = bench.open(RequestHead { trace, ..get("/a/7") });
    open.poll(|| {
        request().user("seven");
        query();
    });
    open.respond(500, Some(0), false);
    open.complete();
    let (parts, _) = written(&documents, &bench.record());
    let part = &parts[0];
    assert_eq!((&part["type"], &part["parent_id"]), (&json!("subsegment"), &json!("53995c3f42cd8ad8")));
    assert_eq!(
        (&part["name"], &part["subsegments"][0]["name"], &part["fault"]),
        (&json!("resize"), &json!("main"), &json!(true))
    );
    assert_eq!([&part["user"], &part["http"], &part["service"], &part["aws"]], [&Value::Null; 4]);
    let ours = &part["metadata"]["tachograph"];
    assert_eq!([&ours["user_id"], &ours["method"], &ours["path"]], ["seven", "GET", "/a/7"]);
    assert_eq!(ours["status_code"], 500);
    // Without an invocation, there is nothing to hang under.
    let (segments, _) = written(&documents, &bench.request(200, || {}));
    assert_eq!((&segments[0]["type"], &segments[0]["parent_id"]), (&Value::Null, &Value::Null));
}

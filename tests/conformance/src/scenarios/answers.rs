//! Answers that are none of a route's usual ones.

use serde_json::json;

use crate::case::Case;
use crate::client::Request;
use crate::differences::{DOES_NOT_COMPRESS, ENDS_WHAT_FAILS, KNOWS_NOT_EVERY_METHOD};
use crate::expected::SOME;

pub(super) fn a_failure_has_its_status_and_level(case: &Case) {
    let demo = case.start();
    let statuses = [
        (200, "info"),
        (204, "info"),
        (304, "info"),
        (404, "warning"),
        (499, "warning"),
        (500, "error"),
        (503, "error"),
    ];
    let answers = statuses.map(|(status, level)| (demo.get(&format!("/fail?status={status}")), status, level));
    let impossible = demo.get("/fail?status=42");
    let lines = demo.stop();
    for (response, status, level) in answers {
        lines.answered(&response, json!({ "route": "/fail", "path": "/fail", "status_code": status, "level": level }));
    }
    lines.answered(&impossible, json!({ "route": "/fail", "path": "/fail", "status_code": 400 }));
}

pub(super) fn a_panic_is_recorded_and_hurts_nobody_else(case: &Case) {
    let demo = case.start();
    let mut bystander = demo.connect();
    let mut ask = || bystander.ask(&Request::get("/experiments/1")).expect("others are served");
    let before = ask();
    let answer = demo.connect().ask(&Request::get("/panic").header("x-request-id", "panicking"));
    let after = ask();
    let lines = demo.stop();
    let panicked = json!({ "route": "/panic", "path": "/panic", "outcome": "panicked", "status_code": null });
    match answer {
        Some(response) => {
            assert_eq!(response.id(), "panicking");
            lines.answered(&response, panicked);
        }
        None => lines.unanswered("panicking", panicked),
    }
    for response in [before, after] {
        lines.answered(&response, json!({ "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1 }));
    }
    assert_eq!(lines.requests().len(), 3);
}

pub(super) fn a_body_that_fails_is_told_from_one_that_ends(case: &Case) {
    let demo = case.start();
    let mut connection = demo.connect();
    connection.send(Request::get("/export?rows=200000&broken=true").header("x-request-id", "broken").to_bytes());
    assert_eq!(connection.head().map(|head| head.status), Some(200));
    assert_eq!(connection.comes_to_an_end(), case.is_known(ENDS_WHAT_FAILS), "the client can tell");
    let lines = demo.stop();
    lines.unanswered(
        "broken",
        json!({
            "route": "/export", "path": "/export", "outcome": "body_failed", "status_code": 200, "response_bytes": SOME,
        }),
    );
}

pub(super) fn what_matches_no_route_has_none(case: &Case) {
    let demo = case.start();
    let paths = ["/nothing/here", "/", "/FLAGS/dark-mode"];
    let answers = paths.map(|path| demo.get(path));
    let lines = demo.stop();
    for (response, path) in answers.iter().zip(paths) {
        lines.answered(response, json!({ "path": path, "status_code": 404 }));
    }
}

pub(super) fn a_method_that_a_route_does_not_have_is_refused_by_it(case: &Case) {
    let demo = case.start();
    let methods = ["DELETE", "PATCH", "PUT"];
    let answers = methods.map(|method| demo.ask(Request::new(method, "/experiments/1")));
    let lines = demo.stop();
    for (response, method) in answers.iter().zip(methods) {
        lines.answered(
            response,
            json!({
                "request": "a method that the route does not have",
                "route": "/experiments/{id}", "path": "/experiments/1", "method": method, "status_code": 405,
            }),
        );
    }
}

pub(super) fn a_method_that_nobody_knows_is_written_as_it_came(case: &Case) {
    let demo = case.start();
    let methods = ["PROPFIND", "BREW", "get"];
    let answers = methods.map(|method| demo.ask(Request::new(method, "/experiments/1")));
    let lines = demo.stop();
    if case.is_known(KNOWS_NOT_EVERY_METHOD) {
        assert!(answers.iter().all(|response| response.status == 400 && response.header("x-request-id").is_none()));
        assert_eq!(lines.requests().len(), 0);
        return;
    }
    for (response, method) in answers.iter().zip(methods) {
        lines.answered(
            response,
            json!({ "route": "/experiments/{id}", "path": "/experiments/1", "method": method, "status_code": 405 }),
        );
    }
}

pub(super) fn a_head_has_the_work_but_not_the_bytes(case: &Case) {
    let demo = case.start();
    let one = demo.ask(Request::new("HEAD", "/experiments/1"));
    let export = demo.ask(Request::new("HEAD", "/export?rows=100000"));
    let nowhere = demo.ask(Request::new("HEAD", "/nothing/here"));
    assert_eq!(one.header("content-length"), Some("70"));
    let lines = demo.stop();
    lines.answered(
        &one,
        json!({ "method": "HEAD", "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1 }),
    );
    lines.answered(&export, json!({ "method": "HEAD", "route": "/export", "path": "/export" }));
    lines.answered(&nowhere, json!({ "method": "HEAD", "path": "/nothing/here", "status_code": 404 }));
}

pub(super) fn a_compressed_answer_is_counted_as_it_goes_over_the_wire(case: &Case) {
    let demo = case.start();
    let paths = ["/experiments?joined=true", "/export?rows=5000", "/slow?ms=0"];
    let answers = paths.map(|path| {
        let plain = demo.get(path);
        (demo.ask(Request::get(path).header("accept-encoding", "gzip")), plain)
    });
    let head = demo.ask(Request::new("HEAD", "/export?rows=5000").header("accept-encoding", "gzip"));
    let lines = demo.stop();
    let [(list, plain_list), (export, plain_export), (small, _)] = answers;
    for (compressed, plain) in [(&list, &plain_list), (&export, &plain_export)] {
        if case.is_known(DOES_NOT_COMPRESS) {
            assert_eq!((compressed.header("content-encoding"), &compressed.body), (None, &plain.body));
        } else {
            assert_eq!(compressed.header("content-encoding"), Some("gzip"));
            assert!(compressed.body.starts_with(b"\x1f\x8b") && compressed.body.len() < plain.body.len() / 2);
        }
    }
    for list in [&list, &plain_list] {
        lines
            .answered(list, json!({ "route": "/experiments", "path": "/experiments", "db_queries": 1, "db_rows": 12 }));
    }
    for export in [&export, &plain_export] {
        lines.answered(export, json!({ "route": "/export", "path": "/export" }));
    }
    lines.answered(&small, json!({ "route": "/slow", "path": "/slow" }));
    lines.answered(&head, json!({ "method": "HEAD", "route": "/export", "path": "/export" }));
}

pub(super) fn what_is_ignored_is_served_without_a_line_or_an_id(case: &Case) {
    let demo = case.setup().env("TACHOGRAPH_CAPTURE__IGNORE", r#"["OPTIONS *", "/slow"]"#).start();
    let ignored = [demo.ask(Request::new("OPTIONS", "/experiments")), demo.get("/slow?ms=0")];
    assert!((400..500).contains(&ignored[0].status) && ignored[1].status == 200, "{ignored:?}");
    assert!(ignored.iter().all(|response| response.header("x-request-id").is_none()));
    assert!(demo.stop().requests().is_empty());
}

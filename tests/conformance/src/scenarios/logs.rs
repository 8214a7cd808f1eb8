//! The application's own lines, and which of them there are.

use serde_json::json;

use crate::case::Case;
use crate::client::{Request, Response};
use crate::service::Demo;

const APPLICATION: &str = "tachograph_experiments::app";

fn create(demo: &Demo, key: &str) -> Response {
    let request = Request::post("/experiments", json!({ "name": "New", "key": key })).header("x-user-id", "ada");
    demo.ask(request.header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
}

pub(super) fn an_event_inside_a_request_carries_its_ids(case: &Case) {
    let demo = case.start();
    let response = create(&demo, "new");
    let lines = demo.stop();
    let said = lines.of(APPLICATION);
    let [said] = said.as_slice() else { panic!("the application says one thing: {said:?}") };
    said.has(json!({
        "level": "info", "message": "experiment created", "event": null, "request_id": response.id(), "user_id": "ada",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": lines.only_request().get("span_id"),
        "experiment_id": 13, "key": "new",
    }));
}

pub(super) fn rust_log_chooses_the_applications_lines_and_no_others(case: &Case) {
    for (filter, said, of_the_driver) in
        [("warn", 0, false), ("tachograph_experiments=info", 1, false), ("debug", 1, true)]
    {
        let demo = case.setup().env("RUST_LOG", filter).start();
        let response = create(&demo, filter);
        let lines = demo.stop();
        assert_eq!(lines.of(APPLICATION).len(), said, "{filter}");
        assert_eq!(!lines.of("sqlx::query").is_empty(), of_the_driver, "{filter}");
        lines.request(response.id()).has(json!({ "status_code": 201, "db_queries": 1 }));
    }
}

pub(super) fn one_line_at_start_says_what_is_in_force(case: &Case) {
    let demo = case.setup().file("tachograph.toml", "[service]\nenvironment = 'staging'\n").start();
    demo.get("/experiments/1");
    let lines = demo.stop();
    // The last line tells of the calls that were made before the first request.
    let [said, _last] = lines.of("tachograph")[..] else { panic!("one line says it: {:?}", lines.of("tachograph")) };
    for part in [case.framework.service().as_str(), "staging", "tachograph.toml", "json (structured) to stdout"] {
        assert!(said.text("message").contains(part), "{said:?}");
    }
    lines.only_request().has(json!({ "environment": "staging" }));
}

//! Under which ids a request is found.

use serde_json::json;

use crate::case::Case;
use crate::client::Request;
use crate::expected::and;

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const X_AMZN_TRACE_ID: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

pub(super) fn a_request_has_the_id_it_came_with_or_one_of_its_own(case: &Case) {
    let demo = case.start();
    let given = demo.ask(Request::get("/experiments/1").header("x-request-id", "order-7/retry:2"));
    let made = [demo.get("/experiments/1"), demo.get("/experiments/1")];
    assert_eq!(given.id(), "order-7/retry:2");
    assert!(made.iter().all(|response| response.id().len() == 36) && made[0].id() != made[1].id());
    let lines = demo.stop();
    for response in made.iter().chain([&given]) {
        lines.answered(
            response,
            json!({
                "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1, "request_id": response.id(),
            }),
        );
    }
}

pub(super) fn a_request_belongs_to_the_trace_it_came_with_or_begins_one(case: &Case) {
    let demo = case.start();
    let w3c = demo.ask(Request::get("/experiments/1").header("traceparent", TRACEPARENT));
    let xray = demo.ask(Request::get("/experiments/1").header("X-Amzn-Trace-Id", X_AMZN_TRACE_ID));
    let both = Request::get("/experiments/1").header("X-Amzn-Trace-Id", X_AMZN_TRACE_ID);
    let both = demo.ask(both.header("traceparent", TRACEPARENT));
    let none = [demo.get("/experiments/1"), demo.get("/experiments/1")];

    let lines = demo.stop();
    let record = json!({ "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1 });
    for (response, trace, parent) in [
        (&w3c, "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"),
        (&xray, "5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8"),
        (&both, "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"),
    ] {
        lines.answered(response, and(&record, json!({ "trace_id": trace })));
        assert_ne!(lines.request(response.id()).text("span_id"), parent, "the request is a span of its own");
    }
    let traces = none.each_ref().map(|response| {
        lines.answered(response, record.clone());
        lines.request(response.id()).text("trace_id")
    });
    assert_ne!(traces[0], traces[1]);
}

//! What X-Ray is told of an invocation: parts of the segment that Lambda itself sends.

use serde_json::json;
use tachograph_lambda_api::{Event, Running};
use tachograph_xray_daemon::{Daemon, Document};

use crate::{function, report, trace};

/// Lambda's own part of the trace, under which those of the function stand.
const PARENT: &str = "53995c3f42cd8ad8";

fn start() -> (Daemon, Running) {
    let daemon = Daemon::start();
    daemon.segment_elsewhere(PARENT);
    let function = function().variable("AWS_XRAY_DAEMON_ADDRESS", daemon.address().to_string()).start();
    (daemon, function)
}

/// The part of the invocation, with those below it.
fn invocation(daemon: &Daemon) -> Document {
    let mut invocations: Vec<_> =
        daemon.documents().into_iter().filter(|document| document.parent_id() == PARENT).collect();
    assert_eq!(invocations.len(), 1, "{invocations:#?}");
    invocations.remove(0)
}

#[test]
fn an_invocation_is_a_subsegment_under_lambdas_own() {
    let (daemon, function) = start();
    function.invoke(&report(7).trace(trace(1))).answer().response();
    function.frozen();
    // It is frozen: what does not come now was not sent.
    daemon.wait_for(1);
    let invocation = invocation(&daemon);
    assert!(invocation.is_subsegment());
    assert_eq!((invocation.name(), invocation.trace_id()), ("demo-lambda", "1-67891233-abcdef012345678912345678"));
    let parts = invocation.parts();
    let called: Vec<&str> = parts.iter().map(Document::name).collect();
    assert_eq!(parts.iter().filter(|part| part.at("sql").is_object()).count(), 2, "two queries: {called:?}");
    assert!(called.iter().any(|name| name.contains("127.0.0.1")), "the partner: {called:?}");
    assert!(!called.contains(&"Lambda runtime invoke"), "the runtime's own span: {called:?}");
    assert_eq!(daemon.complaints(), [""; 0]);
}

#[test]
fn what_lambda_does_not_sample_is_not_sent() {
    let (daemon, function) = start();
    function.invoke(&report(7).trace(trace(0))).answer().response();
    function.invoke(&report(8).trace(trace(1))).answer().response();
    function.frozen();
    daemon.wait_for(1);
    assert_eq!(invocation(&daemon).at("metadata.application.experiment_id"), &json!(8));
    assert_eq!(function.lines().iter().filter(|line| line["event"] == "task").count(), 2, "its line is there");
    assert_eq!(daemon.complaints(), [""; 0]);
}

#[test]
fn failures_are_faults() {
    let (daemon, function) = start();
    function.invoke(&Event::new(json!({ "do": "fail" })).trace(trace(1))).answer().error();
    function.frozen();
    daemon.wait_for(1);
    let invocation = invocation(&daemon);
    assert_eq!(invocation.at("fault"), &json!(true));
    assert_eq!(invocation.at("cause.exceptions")[0]["type"], "ParseIntError");
    assert_eq!(daemon.complaints(), [""; 0]);
}

//! The HTTP API behind what invokes functions.

use serde_json::{Value, json};
use tachograph_lambda_api::{Event, Function, Running};

use crate::{TRACE_ID, record, records, trace};

fn function() -> Function {
    // Behind a stage the path would begin with it, as no route does.
    let http = Function::of(env!("CARGO_BIN_EXE_demo-lambda-http"));
    http.variable("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true")
}

fn start() -> Running {
    function().start()
}

/// API Gateway's HTTP APIs, and function URLs.
fn version_2(path: &str, query: &str) -> Event {
    Event::new(json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": { "host": "experiments.example", "x-forwarded-proto": "https" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "experiments.example",
            "http": { "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            "timeEpoch": 1583348638390_u64,
        },
        "isBase64Encoded": false,
    }))
}

/// API Gateway's REST APIs.
fn version_1(path: &str) -> Event {
    Event::new(json!({
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": "GET",
        "headers": { "Host": "experiments.example", "X-Forwarded-Proto": "https" },
        "multiValueHeaders": { "Host": ["experiments.example"], "X-Forwarded-Proto": ["https"] },
        "queryStringParameters": null,
        "requestContext": { "stage": "prod", "requestId": "id", "httpMethod": "GET", "path": path, "identity": {} },
        "body": null,
        "isBase64Encoded": false,
    }))
}

/// An application load balancer.
fn load_balancer(path: &str) -> Event {
    Event::new(json!({
        "requestContext": { "elb": { "targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a/b" } },
        "httpMethod": "GET",
        "path": path,
        "queryStringParameters": {},
        "headers": { "host": "experiments.example", "x-forwarded-proto": "https" },
        "body": "",
        "isBase64Encoded": false,
    }))
}

fn body(response: &Value) -> Value {
    serde_json::from_str(response["body"].as_str().unwrap()).unwrap()
}

#[test]
fn a_request_is_the_record_whatever_invoked_the_function() {
    let function = start();
    let path = "/experiments/7/report";
    for (number, event) in [version_2(path, ""), version_1(path), load_balancer(path)].into_iter().enumerate() {
        let response = function.invoke(&event.trace(trace(1))).answer().response().json();
        assert_eq!((&response["statusCode"], &body(&response)["id"]), (&200.into(), &7.into()));
        function.frozen();
        let records = records(&function);
        assert_eq!(records.len(), number + 1, "{records:#?}");
        let record = &records[number];
        assert_eq!((&record["event"], &record["route"]), (&"request".into(), &"/experiments/{id}/report".into()));
        assert_eq!((&record["method"], &record["path"]), (&"GET".into(), &path.into()));
        assert_eq!((&record["status_code"], &record["outcome"]), (&200.into(), &"completed".into()));
        assert_eq!((&record["db_queries"], &record["external_calls"]), (&2.into(), &1.into()));
        assert_eq!((&record["trace_id"], &record["cold_start"]), (&TRACE_ID.into(), &(number == 0).into()));
        assert_eq!((&record["function_name"], &record["memory_mb"]), (&"experiments".into(), &256.into()));
    }
}

#[test]
fn a_body_is_over_when_the_function_is_frozen() {
    let function = start();
    let response = function.invoke(&version_2("/export", "rows=1000")).answer().response().json();
    let body = response["body"].as_str().unwrap();
    let record = record(&function);
    assert_eq!((&record["status_code"], &record["response_bytes"]), (&200.into(), &body.len().into()));
}

#[test]
fn an_answer_says_where_the_time_went_if_it_is_told_to() {
    let said = |function: &Running, event: &Event, headers: &str| {
        let response = function.invoke(event).answer().response().json();
        response[headers]["server-timing"].clone()
    };
    let (telling, silent) = (function().variable("TACHOGRAPH_CAPTURE__SERVER_TIMING", "true").start(), start());
    let path = "/experiments/7";
    for (event, headers) in [(version_2(path, ""), "headers"), (version_1(path), "multiValueHeaders")] {
        let value = said(&telling, &event, headers);
        let value = value.as_str().or(value[0].as_str()).unwrap_or_else(|| panic!("{value}"));
        assert!(value.contains(";desc=\"1 query\"") && value.contains("total;dur="), "{value}");
        assert!(said(&silent, &event, headers).is_null());
    }
}

#[test]
fn a_panic_is_reported_and_recorded() {
    let function = start();
    let error = function.invoke(&version_2("/panic", "").trace(trace(1))).answer().error();
    assert!(error.message.contains("somebody asked for a panic"), "{}", error.message);
    let record = record(&function);
    assert_eq!((&record["event"], &record["route"]), (&"request".into(), &"/panic".into()));
    assert_eq!((&record["outcome"], &record["trace_id"]), (&"panicked".into(), &TRACE_ID.into()));
}

#[test]
fn what_is_ignored_leaves_no_record_and_what_is_no_request_leaves_a_task() {
    let function = start();
    function.invoke(&version_2("/livez", "")).answer().response();
    function.frozen();
    assert_eq!(records(&function).len(), 0);
    function.invoke(&Event::new(json!({ "warm": true }))).answer().error();
    let record = record(&function);
    assert_eq!((&record["event"], &record["error_type"]), (&"task".into(), &"unreadable_event".into()));
}

#[test]
fn a_time_out_is_recorded_as_the_request_that_it_is() {
    let function = start();
    let slow = version_2("/slow", "ms=60000").within(std::time::Duration::from_secs(1));
    assert!(matches!(function.invoke(&slow).answer(), tachograph_lambda_api::Answer::TimedOut));
    let records = records(&function);
    assert_eq!(records.len(), 1);
    let record = &records[0];
    assert_eq!((&record["event"], &record["route"]), (&"request".into(), &"/slow".into()));
    assert_eq!((&record["outcome"], &record["error_type"]), (&"open_at_shutdown".into(), &"timeout".into()));
    assert_eq!(record["level"], "error");
}

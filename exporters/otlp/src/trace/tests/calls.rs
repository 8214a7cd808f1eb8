//! Each kind of call, by the conventions that there are for it.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::trace::v1::Span;
use tachograph_core::{Callsite, OpenCall, Operation, Scheme, Yield, start_call};

use super::{Bench, query, status};
use crate::decoded::attributes;

const INTERNAL: i32 = 1;
const CLIENT: i32 = 3;

/// Name, kind, attributes.
fn told(span: &Span) -> (&str, i32, BTreeMap<&str, String>) {
    (&span.name, span.kind, attributes(&span.attributes))
}

fn expected<const N: usize>(attributes: [(&'static str, &str); N]) -> BTreeMap<&'static str, String> {
    attributes.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

fn external(target: &str, summary: &str) -> OpenCall {
    start_call(Operation::external(target, summary), None)
}

#[test]
fn a_query() {
    let bench = Bench::new();
    let callsite = Callsite::caller();
    let span = bench.call(|| {
        let mut call = query("SELECT name FROM experiments WHERE id IN (1, 2)", Some(callsite));
        call.brought(Yield::Rows(3));
        bench.advance(250);
        call.completed();
    });
    let line = callsite.line().to_string();
    let attributes = expected([
        ("db.system.name", "\"sqlite\""),
        ("db.namespace", "\"main\""),
        ("db.query.summary", "\"SELECT experiments\""),
        ("db.query.text", "\"SELECT name FROM experiments WHERE id IN (?)\""),
        ("db.response.returned_rows", "3"),
        ("code.file.path", &format!("{:?}", callsite.file())),
        ("code.line.number", &line),
    ]);
    assert_eq!(told(&span), ("SELECT experiments", CLIENT, attributes));
    assert_eq!(span.end_time_unix_nano - span.start_time_unix_nano, 250_000);
    assert_eq!(status(&span), None);
}

#[test]
fn rows_that_were_changed_were_not_returned() {
    let bench = Bench::new();
    let rows = |sql| {
        let span = bench.call(|| {
            let mut call = query(sql, None);
            call.brought(Yield::Rows(2));
            call.completed();
        });
        let attributes = attributes(&span.attributes);
        ["db.response.returned_rows", "tachograph.changed_rows"].map(|name| attributes.contains_key(name))
    };
    assert_eq!(rows("UPDATE experiments SET name = 'a'"), [false, true]);
    assert_eq!(rows("INSERT INTO experiments (name) VALUES ('a') RETURNING id"), [true, false]);
    assert_eq!(rows("WITH a AS (SELECT 1) SELECT * FROM a"), [true, false]);
}

#[test]
fn what_is_not_sql_is_named_by_its_database() {
    let bench = Bench::new();
    let span = bench.call(|| query("", None).failed("syntax"));
    assert_eq!(span.name, "sqlite");
    assert_eq!((status(&span), &*attributes(&span.attributes)["error.type"]), (Some((2, "")), "\"syntax\""));
    let span = bench.call(|| start_call(Operation::database("", "", ""), None).ended());
    assert_eq!(span.name, "database");
    assert_eq!(attributes(&span.attributes)["tachograph.outcome"], "\"unknown\"");
}

#[test]
fn a_call_by_http() {
    let bench = Bench::new();
    let mut id = None;
    let span = bench.call(|| {
        let mut call = start_call(Operation::http(Scheme::Http, "[::1]:8080", "GET"), None);
        call.set_path("/benchmarks/7");
        id = call.span_id();
        bench.advance(40);
        call.responded(404);
        call.brought(Yield::Bytes(120));
        call.completed();
    });
    let attributes = expected([
        ("http.request.method", "\"GET\""),
        ("url.full", "\"http://[::1]:8080/benchmarks/7\""),
        ("server.address", "\"::1\""),
        ("server.port", "8080"),
        ("http.response.status_code", "404"),
        ("error.type", "\"404\""),
        ("http.response.body.size", "120"),
        ("tachograph.first_byte_ms", "0.04"),
    ]);
    assert_eq!(told(&span), ("GET", CLIENT, attributes));
    assert_eq!(status(&span), Some((2, "")));
    assert_eq!(span.span_id, id.unwrap().get().to_be_bytes(), "the id that was sent");
}

#[test]
fn targets_are_hosts_and_ports() {
    let bench = Bench::new();
    for (target, address, port) in [
        ("partner.example", Some("\"partner.example\""), None),
        ("partner.example:8443", Some("\"partner.example\""), Some("8443")),
        ("[2001:db8::7]", Some("\"2001:db8::7\""), None),
        ("2001:db8::7", Some("\"2001:db8::7\""), None),
        ("the partner:x", Some("\"the partner:x\""), None),
        ("partner:99999", Some("\"partner:99999\""), None),
        ("", None, None),
    ] {
        let span = bench.call(|| external(target, "POST").completed());
        let attributes = attributes(&span.attributes);
        let read = ["server.address", "server.port"].map(|name| attributes.get(name).map(String::as_str));
        assert_eq!(read, [address, port], "{target}");
    }
}

#[test]
fn a_call_that_was_given_up_is_no_error() {
    let bench = Bench::new();
    let span = bench.call(|| drop(external("partner", "_OTHER")));
    assert_eq!((span.name.as_str(), status(&span)), ("HTTP", None));
    let attributes = attributes(&span.attributes);
    assert_eq!((&*attributes["tachograph.outcome"], attributes.get("error.type")), ("\"cancelled\"", None));
}

#[test]
fn a_port_that_no_target_names_is_the_schemes_own() {
    let bench = Bench::new();
    let span = bench.call(|| {
        let mut call = start_call(Operation::http(Scheme::Https, "partner.example", "_OTHER"), None);
        call.set_path("/tea?sugar=secret");
        call.set_original_method("BREW");
        call.completed();
    });
    let attributes = expected([
        ("http.request.method", "\"_OTHER\""),
        ("http.request.method_original", "\"BREW\""),
        ("url.full", "\"https://partner.example/tea\""),
        ("server.address", "\"partner.example\""),
        ("server.port", "443"),
    ]);
    assert_eq!(told(&span), ("HTTP", CLIENT, attributes));
}

#[test]
fn a_call_of_grpc() {
    let bench = Bench::new();
    let greet = || start_call(Operation::grpc(None, "greeter:50051", "greet.Greeter/Greet"), None);
    let span = bench.call(|| greet().failed("UNAVAILABLE"));
    let all = expected([
        ("rpc.system.name", "\"grpc\""),
        ("rpc.system", "\"grpc\""),
        ("rpc.service", "\"greet.Greeter\""),
        ("rpc.method", "\"greet.Greeter/Greet\""),
        ("rpc.response.status_code", "\"UNAVAILABLE\""),
        ("rpc.grpc.status_code", "14"),
        ("server.address", "\"greeter\""),
        ("server.port", "50051"),
        ("error.type", "\"UNAVAILABLE\""),
    ]);
    assert_eq!(told(&span), ("greet.Greeter/Greet", CLIENT, all));
    let code = |end: fn(OpenCall)| {
        let span = bench.call(|| end(greet()));
        attributes(&span.attributes).get("rpc.grpc.status_code").cloned()
    };
    assert_eq!(code(OpenCall::completed).as_deref(), Some("0"));
    assert_eq!(code(|call| call.failed("UNAUTHENTICATED")).as_deref(), Some("16"));
    assert_eq!(code(|call| call.failed("connect")), None, "nobody has answered");
    assert_eq!(code(drop), None);
}

#[test]
fn a_call_of_the_aws_sdk() {
    let bench = Bench::new();
    let span = bench.call(|| {
        let mut call = start_call(Operation::rpc("aws-api", "DynamoDB", "GetItem", Some("experiments")), None);
        call.set_resource("experiments");
        call.set_region("eu-west-1");
        call.attempt(3);
        bench.advance(1);
        call.responded(200);
        call.set_request_id("79b9da39");
        call.completed();
    });
    let attributes = expected([
        ("rpc.system", "\"aws-api\""),
        ("rpc.service", "\"DynamoDB\""),
        ("rpc.method", "\"GetItem\""),
        ("db.system.name", "\"aws.dynamodb\""),
        ("db.operation.name", "\"GetItem\""),
        ("aws.dynamodb.table_names", "[\"experiments\"]"),
        ("aws.request_id", "\"79b9da39\""),
        ("cloud.region", "\"eu-west-1\""),
        ("tachograph.status_code", "200"),
        ("tachograph.first_byte_ms", "0.001"),
        ("tachograph.attempts", "3"),
    ]);
    assert_eq!(told(&span), ("DynamoDB.GetItem", CLIENT, attributes));
}

#[test]
fn resources_of_aws_have_names_of_their_own() {
    let bench = Bench::new();
    for (service, resource, name) in [
        ("S3", "assets", "aws.s3.bucket"),
        ("SNS", "arn:aws:sns:eu-west-1:1:orders", "aws.sns.topic.arn"),
        ("SQS", "https://sqs.example/1/orders", "aws.sqs.queue.url"),
        ("SQS", "orders", "tachograph.resource"),
        ("Kinesis", "clicks", "aws.kinesis.stream_name"),
        ("Kinesis", "arn:aws:kinesis:eu-west-1:1:stream/clicks", "tachograph.resource"),
        ("Lambda", "resize", "tachograph.resource"),
    ] {
        let span = bench.call(|| {
            let mut call = start_call(Operation::rpc("aws-api", service, "Do", None), None);
            call.set_resource(resource);
            call.completed();
        });
        assert_eq!(attributes(&span.attributes)[name], format!("{resource:?}"));
        assert_eq!(span.name, format!("{service}.Do"));
    }
}

#[test]
fn a_command_of_redis_and_a_look_into_a_map() {
    let bench = Bench::new();
    let span = bench.call(|| {
        let mut call = start_call(Operation::cache_of("redis", "flags", "PIPELINE GET"), None);
        call.brought(Yield::Lookups { hits: 3, misses: 1 });
        call.completed();
    });
    let attributes = expected([
        ("db.system.name", "\"redis\""),
        ("db.operation.name", "\"PIPELINE GET\""),
        ("cache.name", "\"flags\""),
        ("tachograph.cache_hits", "3"),
        ("tachograph.cache_misses", "1"),
    ]);
    assert_eq!(told(&span), ("PIPELINE GET", CLIENT, attributes));
    let span = bench.call(|| _ = tachograph_core::request().cache_hit("flags"));
    let attributes =
        expected([("cache.name", "\"flags\""), ("tachograph.cache_hits", "1"), ("tachograph.cache_misses", "0")]);
    assert_eq!(told(&span), ("lookup flags", CLIENT, attributes));
}

#[test]
fn what_the_application_times_itself() {
    let bench = Bench::new();
    let span = bench.call(|| start_call(Operation::other("pool", "acquire"), None).completed());
    assert_eq!(told(&span), ("acquire pool", INTERNAL, expected([("tachograph.target", "\"pool\"")])));
    let span = bench.call(|| external("stripe", "charge a card").completed());
    assert_eq!(told(&span), ("charge a card stripe", CLIENT, expected([("tachograph.target", "\"stripe\"")])));
    let span = bench.call(|| start_call(Operation::other("", ""), None).completed());
    assert_eq!(span.name, "other");
}

//! Subsegments of calls.

use serde_json::{Value, json};
use tachograph_core::{Callsite, Operation, Scheme, Yield, start_call};

use super::Bench;

fn flags(part: &Value) -> String {
    let set = ["error", "throttle", "fault"].into_iter().filter(|flag| part[*flag] == true);
    set.collect::<Vec<_>>().join(" ")
}

#[test]
fn an_operation_of_the_aws_sdk_is_told_as_xray_has_it() {
    let bench = Bench::new();
    let part = bench.call(|| {
        let mut call = start_call(Operation::rpc("aws-api", "DynamoDB", "GetItem", Some("experiments")), None);
        call.set_resource("experiments");
        call.set_region("eu-west-1");
        call.set_request_id("4TBV");
        call.attempt(1);
        call.attempt(3);
        call.responded(200);
        call.brought(Yield::Bytes(9));
        call.completed();
    });
    assert_eq!((&part["name"], &part["namespace"]), (&json!("DynamoDB"), &json!("aws")));
    assert_eq!(
        part["aws"],
        json!({ "operation": "GetItem", "region": "eu-west-1", "request_id": "4TBV", "retries": 2, "table_name": "experiments" })
    );
    assert_eq!(part["http"], json!({ "response": { "status": 200, "content_length": 9 } }));
    assert_eq!(flags(&part), "");
}

#[test]
fn each_resource_of_aws_has_its_own_name() {
    let bench = Bench::new();
    for (service, resource, key) in [
        ("SQS", "https://sqs.eu-west-1.amazonaws.com/1/orders", "queue_url"),
        ("SQS", "orders", "queue_name"),
        ("SNS", "arn:aws:sns:eu-west-1:1:alerts", "topic_arn"),
        ("S3", "photos", "bucket_name"),
        ("Kinesis", "clicks", "stream_name"),
        ("Lambda", "resize", "function_name"),
    ] {
        let part = bench.call(|| {
            let mut call = start_call(Operation::rpc("aws-api", service, "Do", None), None);
            call.set_resource(resource);
            call.completed();
        });
        assert_eq!(part["aws"], json!({ "operation": "Do", key: resource }));
    }
}

#[test]
fn who_asks_aws_too_often_is_throttled_although_the_status_is_another() {
    let bench = Bench::new();
    let failed = |status, error_type| {
        let part = bench.call(|| {
            let mut call = start_call(Operation::rpc("aws-api", "DynamoDB", "PutItem", None), None);
            call.responded(status);
            call.failed(error_type);
        });
        assert_eq!(part["cause"]["exceptions"][0]["type"], error_type);
        flags(&part)
    };
    assert_eq!(failed(400, "ProvisionedThroughputExceededException"), "error throttle");
    assert_eq!(failed(400, "ConditionalCheckFailedException"), "error");
    assert_eq!(failed(503, "SlowDown"), "fault");
    assert_eq!(failed(500, "InternalServerError"), "fault");
}

#[test]
fn a_call_by_http_says_what_was_asked_and_what_came_back() {
    let bench = Bench::new();
    let answered = |status: Option<u16>, error: Option<&str>| {
        bench.call(|| {
            let mut call =
                start_call(Operation::http(Scheme::Https, "partner.example", "POST"), Some(Callsite::caller()));
            call.set_path("/a/b?secret=1");
            if let Some(status) = status {
                call.responded(status);
            }
            match error {
                Some(error) => call.failed(error),
                None => call.completed(),
            }
        })
    };
    let well = answered(Some(204), None);
    assert_eq!(well["name"], "partner.example");
    assert_eq!(well["http"]["request"], json!({ "method": "POST", "url": "https://partner.example/a/b" }));
    assert_eq!((well["http"]["response"].clone(), flags(&well)), (json!({ "status": 204 }), String::new()));
    for (status, error, expected, why) in [
        (Some(404), None, "error", "404"),
        (Some(429), None, "error throttle", "429"),
        (Some(503), None, "fault", "503"),
        (None, Some("connect"), "fault", "connect"),
        (Some(200), Some("body"), "fault", "body"),
    ] {
        let part = answered(status, error);
        let exception = &part["cause"]["exceptions"][0];
        assert_eq!(
            (flags(&part).as_str(), &exception["type"], &exception["remote"]),
            (expected, &json!(why), &json!(true))
        );
        assert_eq!(
            (&exception["stack"][0]["path"], &exception["stack"][0]["label"]),
            (&json!(file!()), &json!("POST"))
        );
    }
}

#[test]
fn grpc_is_a_post_with_statuses_of_its_own() {
    let bench = Bench::new();
    let greet = |error: Option<&str>| {
        bench.call(|| {
            let call = start_call(Operation::grpc(Some(Scheme::Http), "greeter:50051", "greet.Greeter/Greet"), None);
            match error {
                Some(error) => call.failed(error),
                None => call.completed(),
            }
        })
    };
    let well = greet(None);
    assert_eq!(well["name"], "greeter:50051");
    let request = json!({ "method": "POST", "url": "http://greeter:50051/greet.Greeter/Greet" });
    assert_eq!(well["http"], json!({ "request": request }));
    for (error, expected) in [
        ("NOT_FOUND", "error"),
        ("RESOURCE_EXHAUSTED", "error throttle"),
        ("UNAVAILABLE", "fault"),
        ("DEADLINE_EXCEEDED", "fault"),
    ] {
        assert_eq!(flags(&greet(Some(error))), expected, "{error}");
    }
}

#[test]
fn caches_and_what_is_named_by_hand_are_shown_by_their_names() {
    let bench = Bench::new();
    let cache = bench.call(|| {
        let mut call = start_call(Operation::cache_of("redis", "flags", "MGET"), None);
        call.brought(Yield::Lookups { hits: 2, misses: 1 });
        call.completed();
    });
    assert_eq!((&cache["name"], &cache["namespace"]), (&json!("flags"), &json!("remote")));
    assert_eq!(
        cache["metadata"]["tachograph"],
        json!({ "system": "redis", "summary": "MGET", "cache_hits": 2, "cache_misses": 1 })
    );
    let other = bench.call(|| start_call(Operation::other("picture", "resize"), None).completed());
    assert_eq!((&other["name"], &other["namespace"]), (&json!("resize"), &Value::Null));
    let external = bench.call(|| start_call(Operation::external("partner", "reserve"), None).completed());
    assert_eq!((&external["name"], &external["http"]), (&json!("partner"), &Value::Null));
    let nameless = bench.call(|| start_call(Operation::external("", ""), None).completed());
    assert_eq!(nameless["name"], "external");
}

#[test]
fn a_call_that_was_dropped_is_nobodys_fault_and_told() {
    let part = Bench::new().call(|| drop(start_call(Operation::external("partner", "reserve"), None)));
    assert_eq!((flags(&part).as_str(), &part["metadata"]["tachograph"]["outcome"]), ("", &json!("cancelled")));
}

#[test]
fn a_query_that_failed_is_a_fault_of_the_database() {
    let call =
        || start_call(Operation::database("postgresql", "main", "INSERT INTO a VALUES (1)"), None).failed("23505");
    let part = Bench::new().call(call);
    assert_eq!((flags(&part).as_str(), &part["cause"]["exceptions"][0]["type"]), ("fault", &json!("23505")));
    assert_eq!(part["sql"]["sanitized_query"], "INSERT INTO a VALUES (?)");
}

#[test]
fn calls_beyond_those_that_are_kept_are_told_of_together() {
    let bench = Bench::new();
    let record = bench.request(200, || {
        for _ in 0..103 {
            let call = start_call(Operation::database("sqlite", "main", "SELECT 1"), None);
            bench.advance(2_000);
            call.completed();
        }
        for number in 0..70 {
            start_call(Operation::external("partner", &format!("call {number}")), None).completed();
        }
    });
    let segment = bench.segment(&record);
    assert_eq!(segment["subsegments"].as_array().unwrap().len(), 100);
    let ours = &segment["metadata"]["tachograph"];
    assert_eq!(
        ours["calls_grouped"][0],
        json!({ "kind": "database", "target": "main", "summary": "SELECT", "count": 3, "errors": 0, "total_ms": 6, "slowest_ms": 2 })
    );
    assert_eq!(ours["calls_grouped"].as_array().unwrap().len(), 64);
    assert_eq!(
        (&ours["calls_ungrouped"], &ours["db_queries"], &ours["external_calls"]),
        (&json!(7), &json!(103), &json!(70))
    );
}

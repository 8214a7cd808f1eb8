//! A table of broken documents: each is a good one with one thing changed, and is complained of for that alone.

use serde_json::{Value, json};

use super::document;

/// A segment with all that one can have.
fn segment() -> Value {
    json!({
        "name": "experiments-api", "id": "70de5b6f19ff9a0a", "trace_id": "1-581cf771-a006649127e371903a2de979",
        "parent_id": "53995c3f42cd8ad8", "start_time": 1_767_225_600.0, "end_time": 1_767_225_601.5, "user": "u-7",
        "origin": "AWS::ECS::Container", "resource_arn": "arn", "service": {"version": "1.4.2"},
        "fault": true,
        "http": {
            "request": {
                "method": "GET", "url": "https://api.example/experiments/7", "user_agent": "curl", "client_ip": "10.0.0.1",
                "x_forwarded_for": true,
            },
            "response": {"status": 500, "content_length": 12},
        },
        "aws": {
            "account_id": "123456789012", "cloudwatch_logs": [{"log_group": "/api", "arn": "arn:aws:logs"}],
            "ecs": {"container": "api"}, "ec2": {"instance_id": "i-1", "availability_zone": "eu-west-1a"},
            "eks": {"pod": "api-1"}, "elastic_beanstalk": {"deployment_id": 7}, "xray": {"sdk": "tachograph"},
        },
        "cause": {
            "working_directory": "/app", "paths": ["a"],
            "exceptions": [
                {"id": "a1b2c3d4e5f60718", "message": "no", "type": "io::Error", "remote": false, "cause": "b1b2c3d4e5f60718",
                 "truncated": 0, "skipped": 1, "stack": [{"path": "main.rs", "line": 7, "label": "main"}]},
                {"id": "b1b2c3d4e5f60718", "message": "because"},
            ],
        },
        "annotations": {"route": "/experiments", "count": 7, "ok": false},
        "metadata": {"default": {"any": [null, {"a": 1}]}},
        "subsegments": [query(), call(), of_aws()],
    })
}

fn inside(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "start_time": 1_767_225_600.1, "end_time": 1_767_225_600.2})
}

fn query() -> Value {
    let mut query = inside("71de5b6f19ff9a0a", "experiments@db");
    query["namespace"] = "remote".into();
    query["sql"] = json!({
        "url": "postgresql://db/experiments", "sanitized_query": "SELECT ?", "database_type": "postgresql",
        "preparation": "statement", "user": "api", "connection_string": "c", "database_version": "15", "driver_version": "1",
    });
    query["precursor_ids"] = json!(["72de5b6f19ff9a0a"]);
    query
}

fn call() -> Value {
    let mut call = inside("72de5b6f19ff9a0a", "partner.example");
    call["namespace"] = "remote".into();
    call["http"] = json!({
        "request": {"method": "GET", "url": "http://partner.example/", "traced": true},
        "response": {"status": 429, "content_length": 3},
    });
    call["error"] = true.into();
    call["throttle"] = true.into();
    call["cause"] = "a1b2c3d4e5f60718".into();
    call["subsegments"] = json!([inside("74de5b6f19ff9a0a", "below")]);
    call["subsegments"][0]["in_progress"] = true.into();
    call["subsegments"][0].as_object_mut().unwrap().remove("end_time");
    call
}

fn of_aws() -> Value {
    let mut call = inside("73de5b6f19ff9a0a", "DynamoDB");
    call["namespace"] = "aws".into();
    call["aws"] = json!({
        "operation": "GetItem", "table_name": "experiments", "region": "eu-west-1", "request_id": "R", "retries": 1,
        "account_id": "123456789012", "queue_url": "https://sqs", "resource_names": ["experiments"],
    });
    call
}

/// A subsegment that was sent alone.
fn alone() -> Value {
    let mut alone = query();
    alone["type"] = "subsegment".into();
    alone["trace_id"] = "1-581cf771-a006649127e371903a2de979".into();
    alone["parent_id"] = "70de5b6f19ff9a0a".into();
    alone
}

pub(super) fn complaints(document: &Value) -> Vec<String> {
    super::document(document.to_string().as_bytes()).1
}

/// That the document is good, and with this at that path is refused for this alone. `null` takes the member away.
#[track_caller]
pub(super) fn refused(good: &Value, path: &str, value: Value, of: &str) {
    let mut broken = good.clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    match broken.pointer_mut(parent).unwrap_or_else(|| panic!("nothing is at {path}")) {
        Value::Object(members) if value == Value::Null => drop(members.remove(name).expect("it is there")),
        Value::Object(members) => drop(members.insert(name.to_owned(), value.clone())),
        Value::Array(values) => values[name.parse::<usize>().unwrap()] = value.clone(),
        other => panic!("{other} has no members"),
    }
    match &complaints(&broken)[..] {
        [complaint] => assert!(complaint.contains(of), "{path} = {value}: {complaint:?} should say {of:?}"),
        others => panic!("{path} = {value}: there should be one complaint, {of:?}: {others:#?}"),
    }
}

fn text(characters: usize) -> Value {
    "ä".repeat(characters).into()
}

#[test]
fn good_documents_are_not_complained_of() {
    for good in [segment(), alone()] {
        assert_eq!(complaints(&good), [""; 0]);
    }
    let least = json!({
        "name": "a", "id": "70de5b6f19ff9a0a", "trace_id": "1-00000000-000000000000000000000001",
        "start_time": 1_767_225_600, "in_progress": true,
    });
    assert_eq!(complaints(&least), [""; 0]);
    let mut longest = segment();
    for (path, most) in [("name", 200), ("user", 250)] {
        longest[path] = text(most);
    }
    longest["annotations"]["route"] = text(1000);
    longest["annotations"]["k".repeat(500)] = 1.into();
    longest["name"] = "aü中٣ Ⅷ_.:/%&#=+-@\u{a0}".into();
    assert_eq!(complaints(&longest), [""; 0]);
}

#[test]
fn what_a_document_is_made_of() {
    for (bytes, of) in [
        (b"".as_slice(), "it is no JSON"),
        (b"[]", "it is no object"),
        (b"{\"name\":\"\xff\"}", "it is no UTF-8"),
        (b"{} {}", "it is no JSON"),
    ] {
        let (json, complaints) = document(bytes);
        assert!(json.is_none() && complaints.len() == 1 && complaints[0].contains(of), "{complaints:?}");
    }
    let twice = segment().to_string().replacen("\"user\":\"u-7\"", "\"user\":\"u-7\",\"user\":\"u-8\"", 1);
    let (json, complaints) = document(twice.as_bytes());
    assert_eq!(json.unwrap()["user"], "u-8");
    assert!(complaints.len() == 1 && complaints[0].contains("a member is there twice: user"), "{complaints:?}");
    refused(&segment(), "/metadata/default/large", "x".repeat(64_000).into(), "that is more than 64000");
    let deep = (0..118).fold(json!(1), |inside, _| json!([inside]));
    refused(&segment(), "/metadata/default/deep", deep, "121 levels are inside of one another");
}

#[test]
fn names_and_ids() {
    let good = segment();
    for (path, value, of) in [
        ("/name", Value::Null, "name is missing"),
        ("/name", "".into(), "name is empty"),
        ("/name", 7.into(), "name is 7, not text"),
        ("/name", text(201), "name has 201 characters, more than 200"),
        ("/subsegments/0/name", text(201), "name has 201 characters, more than 200"),
        ("/id", Value::Null, "id is null, not 16"),
        ("/id", "70DE5B6F19FF9A0A".into(), "not 16 lower-case hex digits"),
        ("/id", "0000000000000000".into(), "not 16 lower-case hex digits"),
        ("/id", "70de5b6f19ff9a0".into(), "not 16 lower-case hex digits"),
        ("/id", "70de5b6f19ff9a0g".into(), "not 16 lower-case hex digits"),
        ("/subsegments/0/id", "1".into(), "not 16 lower-case hex digits"),
        ("/parent_id", "1".into(), "parent_id is \"1\", not 16"),
        ("/parent_id", "70de5b6f19ff9a0a".into(), "it is its own parent"),
        ("/trace_id", Value::Null, "trace_id is null, not 1-"),
        ("/trace_id", "581cf771a006649127e371903a2de979".into(), "not 1-, 8 and 24"),
        ("/trace_id", "1-581CF771-a006649127e371903a2de979".into(), "not 1-, 8 and 24"),
        ("/trace_id", "2-581cf771-a006649127e371903a2de979".into(), "not 1-, 8 and 24"),
        ("/trace_id", "1-581cf771-a006649127e371903a2de9790".into(), "not 1-, 8 and 24"),
        ("/trace_id", "1-00000000-000000000000000000000000".into(), "not 1-, 8 and 24"),
        ("/subsegments/0/precursor_ids/0", "x".into(), "precursor_ids has \"x\""),
        ("/subsegments/0/parent_id", "53995c3f42cd8ad8".into(), "but it is inside of \"70de5b6f19ff9a0a\""),
        ("/subsegments/0/trace_id", "1-581cf771-a006649127e371903a2de970".into(), "that around it is"),
        ("/subsegments/0/type", "segment".into(), "type is \"segment\", inside of another"),
    ] {
        refused(&good, path, value, of);
    }
    for name in ["GET /experiments/{id}", "a\tb", "a\nb", "a?b", "a*b", "<T>", "a,b", "a\0", "e\u{301}", "𠀀", "ꟁ", "☃"]
    {
        refused(&good, "/name", name.into(), "has characters that X-Ray refuses");
    }
    refused(&alone(), "/parent_id", Value::Null, "it was sent alone and has no parent_id");
    refused(&alone(), "/trace_id", Value::Null, "trace_id is null");
}

#[test]
fn times() {
    let good = segment();
    for (path, value, of) in [
        ("/start_time", Value::Null, "start_time is missing"),
        ("/start_time", "1767225600".into(), "start_time is \"1767225600\", not a number"),
        ("/start_time", 7.5.into(), "start_time is 7.5, not seconds of this century"),
        ("/end_time", 1_767_225_600_123.0_f64.into(), "not seconds of this century"),
        ("/end_time", 1_767_225_599.0.into(), "before it begins"),
        ("/end_time", Value::Null, "neither end_time nor in_progress"),
        ("/subsegments/2/end_time", Value::Null, "neither end_time nor in_progress"),
        ("/in_progress", true.into(), "it has ended and is in progress"),
        ("/in_progress", "false".into(), "not true or false"),
    ] {
        refused(&good, path, value, of);
    }
}

#[test]
fn members_that_x_ray_does_not_know() {
    let good = segment();
    for path in [
        "/duration",
        "/sql",
        "/namespace",
        "/service/name",
        "/http/requests",
        "/http/request/path",
        "/http/request/traced",
        "/http/response/body",
        "/aws/lambda",
        "/aws/ecs/task",
        "/aws/ec2/id",
        "/aws/eks/node",
        "/aws/elastic_beanstalk/name",
        "/aws/xray/version",
        "/aws/cloudwatch_logs/0/stream",
        "/cause/exception",
        "/cause/exceptions/0/code",
        "/cause/exceptions/0/stack/0/column",
        "/subsegments/0/user",
        "/subsegments/0/sql/query",
        "/subsegments/1/http/request/x_forwarded_for",
        "/subsegments/1/http/response/headers",
        "/subsegments/1/subsegments/0/origin",
        "/subsegments/2/aws/consistent_read",
    ] {
        refused(&good, path, "x".into(), "is no member that X-Ray knows");
    }
}

#[test]
fn kinds_and_lengths_of_members() {
    let good = segment();
    for (path, value, of) in [
        ("/user", text(251), "user has 251 characters, more than 250"),
        ("/http/request/url", text(251), "http.request.url has 251 characters"),
        ("/http/request/user_agent", text(251), "http.request.user_agent has 251 characters"),
        ("/service/version", text(251), "service.version has 251 characters"),
        ("/subsegments/1/http/request/method", text(251), "http.request.method has 251 characters"),
        ("/subsegments/0/sql/user", text(251), "sql.user has 251 characters"),
        ("/service", "1.4.2".into(), "service is \"1.4.2\", not an object"),
        ("/fault", 1.into(), "fault is 1, not true or false"),
        ("/http/response/content_length", (-1).into(), "not a whole number"),
        ("/http/response/content_length", 1.5.into(), "not a whole number"),
        ("/http/response", json!([]), "http.response is [], not an object"),
        ("/aws/ecs", json!([]), "aws.ecs is [], not an object"),
        ("/aws/cloudwatch_logs", json!({}), "not a list"),
        ("/aws/cloudwatch_logs/0", json!({"arn": "a"}), "a log group has no name"),
        ("/annotations", json!([]), "annotations is [], not an object"),
        ("/metadata", "a".into(), "metadata is \"a\", not an object"),
        ("/subsegments", json!({}), "subsegments is {}, not a list"),
        ("/subsegments/0", json!("a"), "it is no object"),
        ("/subsegments/2/aws/retries", "1".into(), "aws.retries is \"1\", not a whole number"),
    ] {
        // A flag that is none is missing as well.
        match path {
            "/fault" => assert!(complaints(&with(&good, path, value)).iter().any(|complaint| complaint.contains(of))),
            _ => refused(&good, path, value, of),
        }
    }
}

fn with(good: &Value, path: &str, value: Value) -> Value {
    let mut changed = good.clone();
    *changed.pointer_mut(path).unwrap() = value;
    changed
}

#[test]
fn flags_follow_the_status() {
    let good = segment();
    for (path, value, of) in [
        ("/http/response/status", 600.into(), "none of HTTP's"),
        ("/http/response/status", 99.into(), "none of HTTP's"),
        ("/http/response/status", 404.into(), "no error at status 404"),
        ("/subsegments/1/throttle", Value::Null, "no throttle at status 429"),
        ("/subsegments/0/throttle", true.into(), "throttle without error"),
        ("/subsegments/0/cause", "a1b2c3d4e5f60718".into(), "cause of neither error nor fault"),
    ] {
        refused(&good, path, value, of);
    }
    let mut without = segment();
    without.as_object_mut().unwrap().remove("cause");
    assert_eq!(complaints(&without), [""; 0]);
    refused(&without, "/fault", Value::Null, "no fault at status 500");
    refused(&without, "/http/response/status", 200.into(), "fault at status 200, and no cause");
    refused(&without, "/error", true.into(), "error at status 500, and no cause");
    without["subsegments"][1].as_object_mut().unwrap().remove("cause");
    refused(&without, "/subsegments/1/http/response/status", 404.into(), "throttle at status 404, and no cause");
    let mut failed = segment();
    failed["http"]["response"]["status"] = 200.into();
    assert_eq!(complaints(&failed), [""; 0], "the body may have failed, and the cause says so");
    let mut throttled = segment();
    throttled["subsegments"][2]["http"] = json!({"response": {"status": 400}});
    throttled["subsegments"][2]["error"] = true.into();
    throttled["subsegments"][2]["throttle"] = true.into();
    assert_eq!(complaints(&throttled), [""; 0], "AWS throttles with 400, too");
}

#[test]
fn causes() {
    let good = segment();
    for (path, value, of) in [
        ("/cause", 7.into(), "cause is 7, neither an object nor an id"),
        ("/subsegments/1/cause", "because".into(), "cause is \"because\", not 16"),
        ("/cause/exceptions", json!([]), "cause has no exceptions"),
        ("/cause/exceptions", "none".into(), "not a list"),
        ("/cause/paths/0", 7.into(), "a path of cause is 7, not text"),
        ("/cause/exceptions/1/id", Value::Null, "id of an exception is null"),
        ("/cause/exceptions/0/id", "1".into(), "id of an exception is \"1\""),
        ("/cause/exceptions/0/cause", "c1b2c3d4e5f60718".into(), "which is not there"),
        ("/cause/exceptions/0/cause", "a1b2c3d4e5f60718".into(), "which is not there"),
        ("/cause/exceptions/0/truncated", (-1).into(), "not a whole number"),
        ("/cause/exceptions/0/stack/0", "main".into(), "a frame of the stack is \"main\", not an object"),
        ("/cause/exceptions/0/stack/0/line", "7".into(), "stack.line is \"7\", not a whole number"),
    ] {
        let broken = complaints(&with_or_without(&good, path, value));
        assert!(broken.iter().any(|complaint| complaint.contains(of)), "{path}: {broken:?} should say {of:?}");
    }
}

fn with_or_without(good: &Value, path: &str, value: Value) -> Value {
    let mut changed = good.clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    match (changed.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Value::Null) => drop(members.remove(name)),
        (Value::Object(members), value) => drop(members.insert(name.to_owned(), value)),
        (other, value) => other[name.parse::<usize>().unwrap()] = value,
    }
    changed
}

#[test]
fn annotations_and_metadata() {
    let good = segment();
    for (path, value, of) in [
        ("/annotations/a-b", 1.into(), "other characters than letters, digits and _"),
        ("/annotations/ü", 1.into(), "other characters than letters, digits and _"),
        ("/annotations/", 1.into(), "other characters than letters, digits and _"),
        ("/annotations/route", text(1001), "annotation route has 1001 characters"),
        ("/annotations/list", json!([1]), "neither text nor number nor flag"),
        ("/metadata/flat", 7.into(), "metadata \"flat\" is 7, not an object"),
        ("/metadata/AWS.x", json!({}), "is AWS' own"),
    ] {
        refused(&good, path, value, of);
    }
    refused(&good, &format!("/annotations/{}", "k".repeat(501)), 1.into(), "key has 501 characters");
}

#[test]
fn what_puts_a_call_on_the_map() {
    let good = segment();
    for (path, value, of) in [
        ("/subsegments/0/namespace", "local".into(), "neither aws nor remote"),
        ("/subsegments/0/namespace", Value::Null, "sql without namespace remote"),
        ("/subsegments/1/namespace", Value::Null, "http.request without namespace"),
        ("/subsegments/2/namespace", Value::Null, "one of aws and namespace aws without the other"),
        ("/subsegments/1/namespace", "aws".into(), "one of aws and namespace aws without the other"),
        ("/subsegments/2/aws/operation", Value::Null, "namespace aws without aws.operation"),
        ("/subsegments/0/sql/preparation", "prepared".into(), "neither call nor statement"),
        ("/http/request/client_ip", Value::Null, "x_forwarded_for without client_ip"),
        ("/origin", "AWS::Toaster".into(), "is none of AWS'"),
        ("/aws/account_id", "12345".into(), "is not 12 digits"),
        ("/subsegments/2/aws/account_id", "12345678901x".into(), "is not 12 digits"),
    ] {
        let broken = complaints(&with_or_without(&good, path, value));
        assert!(broken.iter().any(|complaint| complaint.contains(of)), "{path}: {broken:?} should say {of:?}");
    }
}

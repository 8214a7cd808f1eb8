//! The same situations in the words of AWS' own SDK, for Python: the same members with the same values, but for the differences
//! that are named here.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tachograph_xray_daemon::{Daemon, Document};

use super::situations::{SITUATIONS, record_all};
use super::{service, variable};

/// In which situation (`*`: in any), what is different, and why. `<` stands before what only they have, `>` before what only we
/// have, `!` before what we say otherwise. All that is inside of a segment is `subsegments`, at whatever depth.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("*", "< in_progress", "that something is over is said by its end"),
    ("*", "< service.runtime", "it is theirs"),
    ("*", "< service.runtime_version", "it is theirs"),
    ("*", "! aws.xray.sdk", "it is ours"),
    ("*", "! aws.xray.sdk_version", "it is ours"),
    ("*", "> service.version", "the service says it"),
    ("*", "> metadata", "the numbers of the record"),
    ("/told", "! metadata", "the application's are among them"),
    ("*", "< http.request.client_ip", "a layer does not see the connection, only headers that it is to capture"),
    ("*", "< subsegments.in_progress", "that something is over is said by its end"),
    ("*", "< subsegments.parent_id", "it is inside of its parent"),
    ("*", "< subsegments.trace_id", "it is inside of its trace"),
    ("*", "< subsegments.type", "it is among the subsegments"),
    ("*", "> subsegments.metadata", "what X-Ray has no place for"),
    ("/nested", "< subsegments.namespace", "they say `local`, which the guide does not know"),
    ("/query", "< subsegments.sql.database_version", "whoever measures a query does not know it"),
    ("/query", "! subsegments.sql.database_type", "OpenTelemetry's name, not that of a module of Python"),
    ("/query", "> subsegments.sql.url", "which database it was"),
    ("/query", "> subsegments.sql.sanitized_query", "the statement, without what is private in it"),
    ("/call", "! subsegments.http.request.method", "they repeat how a function was called: `get`"),
    ("/call-missing", "! subsegments.http.request.method", "they repeat how a function was called: `get`"),
    ("/call", "! subsegments.name", "with the port, as services on one host are several"),
    ("/call-missing", "! subsegments.name", "with the port, as services on one host are several"),
    ("/call-missing", "> subsegments.cause", "how it failed"),
    ("/aws", "! subsegments.name", "the service's own spelling, as AWS' other SDKs have it"),
    ("/aws-missing", "! subsegments.name", "the service's own spelling, as AWS' other SDKs have it"),
    ("/aws", "> subsegments.aws.retries", "as AWS' other SDKs have it"),
    ("/aws-missing", "> subsegments.aws.retries", "as AWS' other SDKs have it"),
    ("/aws-missing", "< subsegments.fault", "whoever is refused a table that is not there has made an error"),
    ("/aws-missing", "! subsegments.cause", "no backtrace: only the type is known, and where it was called"),
    ("/failing", "! cause", "no backtrace, but the type, the message, and where the application told of it"),
];

#[test]
fn documents_say_what_those_of_aws_own_sdk_say() {
    let (theirs, ours) = (Daemon::start(), Daemon::start());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/xray.py");
    let mut python = Command::new(variable("PEER_PYTHON"));
    python.arg(script).arg(variable("PEER_MOTO_URL")).env("AWS_XRAY_DAEMON_ADDRESS", theirs.address().to_string());
    let output = python.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    theirs.wait_for(SITUATIONS.len());
    let handle = service(ours.address());
    record_all(&handle);
    assert!(handle.flush(Duration::from_secs(20)));
    ours.wait_for(SITUATIONS.len());

    let mut found = BTreeSet::new();
    let (of_theirs, of_ours) = (by_path(&theirs), by_path(&ours));
    assert_eq!(of_theirs.len(), SITUATIONS.len());
    for (path, document) in &of_theirs {
        let differences = differences(&document.json, &of_ours[path].json);
        found.extend(differences.into_iter().map(|difference| (path.clone(), difference)));
    }
    let is = |named: &(&str, &str, &str), (path, found): &(String, String)| {
        let is_there = |rest: &str| rest.is_empty() || rest.starts_with([':', '.']);
        (named.0 == "*" || named.0 == path) && found.strip_prefix(named.1).is_some_and(is_there)
    };
    let unnamed: Vec<_> = found.iter().filter(|found| !DIFFERENCES.iter().any(|named| is(named, found))).collect();
    assert!(unnamed.is_empty(), "{unnamed:#?}");
    let gone: Vec<_> = DIFFERENCES.iter().filter(|named| !found.iter().any(|found| is(named, found))).collect();
    assert!(gone.is_empty(), "there is no such difference any more: {gone:#?}");

    assert_eq!(of_ours["/called"].trace_id(), of_theirs["/called"].trace_id());
    assert_eq!(ours.complaints(), [""; 0]);
    let complaints = theirs.complaints();
    assert_eq!(complaints.len(), 2, "{complaints:#?}");
    for (complaint, name) in complaints.iter().zip(["outer", "inner"]) {
        assert!(complaint.contains(name) && complaint.contains("namespace is \"local\""), "{complaint}");
    }
}

fn by_path(daemon: &Daemon) -> BTreeMap<String, Document> {
    let path =
        |document: &Document| document.text("http.request.url").trim_start_matches("http://localhost").to_owned();
    daemon.documents().into_iter().map(|document| (path(&document), document)).collect()
}

fn differences(theirs: &Value, ours: &Value) -> Vec<String> {
    let (theirs, ours) = (members(theirs), members(ours));
    let mut differences = Vec::new();
    for path in theirs.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
        differences.extend(match (theirs.get(path), ours.get(path)) {
            (Some(_), None) => Some(format!("< {path}")),
            (None, Some(_)) => Some(format!("> {path}")),
            (Some(theirs), Some(ours)) if theirs != ours => Some(format!("! {path}: {theirs:?}, {ours:?}")),
            _ => None,
        });
    }
    differences
}

/// What is different each time.
const BY_CHANCE: &[&str] = &["id", "trace_id", "start_time", "end_time", "request_id"];

/// Every member by its path. What hangs together in one way or another is one.
fn members(document: &Value) -> BTreeMap<String, Vec<Value>> {
    fn add(path: &str, name: &str, value: &Value, members: &mut BTreeMap<String, Vec<Value>>) {
        let dot = if path.is_empty() || name.is_empty() { "" } else { "." };
        let path = if path == name { path.to_owned() } else { format!("{path}{dot}{name}") };
        match value {
            Value::Object(inside) if name != "metadata" && name != "cause" => {
                inside.iter().for_each(|(name, value)| add(&path, name, value, members));
            }
            Value::Array(inside) if name == "subsegments" => {
                inside.iter().for_each(|value| add(&path, "", value, members));
            }
            _ => {
                let value = if BY_CHANCE.contains(&name) { Value::Null } else { value.clone() };
                members.entry(path).or_default().push(value);
            }
        }
    }
    let mut members = BTreeMap::new();
    add("", "", document, &mut members);
    members
}

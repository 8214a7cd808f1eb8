//! The daemon over the network, as a service sees it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tachograph_xray_daemon::{Answer, Daemon, Rule, Target, Targets, Unprocessed};

fn segment(id: u64) -> Value {
    json!({
        "name": "api", "id": format!("{id:016x}"), "trace_id": "1-581cf771-a006649127e371903a2de979",
        "start_time": 1_767_225_600.0, "end_time": 1_767_225_601.0,
    })
}

fn datagram(document: &Value) -> Vec<u8> {
    format!("{{\"format\":\"json\",\"version\":1}}\n{document}").into_bytes()
}

fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").unwrap()
}

/// The status and the body of the answer.
fn post(daemon: &Daemon, path: &str, body: &str) -> (u16, String) {
    ask(daemon, &format!("POST {path} HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

fn ask(daemon: &Daemon, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(daemon.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.replacen("\r\n", "\r\nhost: x\r\nconnection: close\r\n", 1).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn asked(daemon: &Daemon, path: &str, body: &Value) -> Value {
    let (status, body) = post(daemon, path, &body.to_string());
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn statistics(rule: &str) -> Value {
    json!({
        "ClientID": "d16b2db51e82ee7b8a1e3f2f", "RuleName": rule, "RequestCount": 10, "SampledCount": 3, "BorrowCount": 0,
        "Timestamp": 1_767_225_600,
    })
}

#[test]
fn documents_are_kept_in_order_and_what_is_none_is_complained_of() {
    let daemon = Daemon::start();
    let socket = socket();
    for id in 1..=3 {
        socket.send_to(&datagram(&segment(id)), daemon.address()).unwrap();
    }
    daemon.wait_for(3);
    assert_eq!(daemon.complaints(), [""; 0]);
    let ids: Vec<_> = daemon.documents().iter().map(|document| document.id().to_owned()).collect();
    assert_eq!(ids, ["0000000000000001", "0000000000000002", "0000000000000003"]);
    assert_eq!(daemon.trace("581cf771a006649127e371903a2de979").segments.len(), 3);
    socket.send_to(b"hello", daemon.address()).unwrap();
    daemon.until(|received| !received.complaints.is_empty());
    assert_eq!(daemon.complaints(), ["datagram of 5 bytes: no line ends in it"]);
    assert_eq!(daemon.look(|received| (received.documents.len(), received.datagrams.len())), (3, 4));
    daemon.clear();
    assert_eq!((daemon.documents().len(), daemon.complaints().len()), (0, 0));
}

#[test]
fn the_largest_datagram_arrives() {
    let daemon = Daemon::start();
    let mut large = segment(1);
    large["metadata"] = json!({"default": {"a": ""}});
    let room = 65_507 - datagram(&large).len();
    large["metadata"]["default"]["a"] = "x".repeat(room).into();
    socket().send_to(&datagram(&large), daemon.address()).unwrap();
    daemon.wait_for(1);
    assert_eq!(daemon.look(|received| received.datagrams.clone()), [65_507]);
    let complaints = daemon.complaints();
    assert!(complaints.len() == 1 && complaints[0].contains("more than 64000"), "{complaints:?}");
}

#[test]
fn a_daemon_that_is_stopped_refuses_and_is_there_again_on_the_same_port() {
    let daemon = Daemon::start();
    let socket = socket();
    socket.connect(daemon.address()).unwrap();
    socket.send(&datagram(&segment(1))).unwrap();
    daemon.wait_for(1);
    daemon.stop();
    // A process that another test is starting has every socket of this one until it runs its own program.
    let until = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(daemon.address()).is_ok() {
        assert!(Instant::now() < until, "the port is still open");
        std::thread::yield_now();
    }
    socket.send(&datagram(&segment(2))).unwrap();
    assert!(socket.send(&datagram(&segment(3))).is_err(), "the port is closed, and the sender is told");
    daemon.restart();
    socket.send(&datagram(&segment(4))).unwrap();
    daemon.wait_for(2);
    assert_eq!(daemon.documents()[1].id(), "0000000000000004");
    assert_eq!(asked(&daemon, "/GetSamplingRules", &json!({"NextToken": null}))["NextToken"], Value::Null);
}

#[test]
fn rules_are_served_page_by_page() {
    let daemon = Daemon::start();
    let rules = asked(&daemon, "/GetSamplingRules", &json!({"NextToken": null}));
    let only = &rules["SamplingRuleRecords"][0]["SamplingRule"];
    assert_eq!((&only["RuleName"], &only["ReservoirSize"], &only["Host"]), (&json!("Default"), &json!(1), &json!("*")));
    let named = |name: &str| Rule { name: name.to_owned(), priority: 7, ..Rule::default() };
    daemon.serve_rules_in_pages(vec![vec![named("a"), named("b")], vec![named("c")]]);
    let first = asked(&daemon, "/GetSamplingRules", &json!({"NextToken": null}));
    assert_eq!(first["SamplingRuleRecords"].as_array().unwrap().len(), 2);
    let second = asked(&daemon, "/GetSamplingRules", &json!({"NextToken": first["NextToken"]}));
    assert_eq!(second["SamplingRuleRecords"][0]["SamplingRule"]["RuleName"], "c");
    assert_eq!(second["NextToken"], Value::Null);
    assert_eq!(daemon.look(|received| received.rules_requests), 3);
    for token in ["none", "page-0", "page-2"] {
        assert_eq!(post(&daemon, "/GetSamplingRules", &json!({"NextToken": token}).to_string()).0, 400);
        assert_eq!(daemon.complaints(), [format!("no page has the token {token:?}")]);
        daemon.clear();
    }
}

#[test]
fn targets_are_served_for_what_is_told_of() {
    let daemon = Daemon::start();
    let target =
        |rule: &str| Target { rule: rule.to_owned(), fixed_rate: 0.1, reservoir_quota: Some(3), ..Target::default() };
    daemon.serve_targets(vec![target("Default"), target("other")]);
    let body = json!({"SamplingStatisticsDocuments": [statistics("Default")]});
    let answer = asked(&daemon, "/SamplingTargets", &body);
    let targets = answer["SamplingTargetDocuments"].as_array().unwrap();
    assert_eq!(targets.len(), 1);
    assert_eq!((&targets[0]["ReservoirQuota"], &targets[0]["Interval"]), (&json!(3), &Value::Null));
    daemon.answer_targets(|told| Targets {
        targets: Vec::new(),
        last_rule_modification: 7.0,
        unprocessed: told.iter().map(|of| Unprocessed { rule: of.rule.clone(), ..Unprocessed::default() }).collect(),
    });
    let answer = asked(&daemon, "/SamplingTargets", &body);
    assert_eq!(answer["UnprocessedStatistics"][0]["RuleName"], "Default");
    assert_eq!(answer["LastRuleModification"], 7.0);
    let told = daemon.look(|received| received.statistics.clone());
    assert_eq!((told.len(), told[1][0].requests, told[1][0].sampled), (2, 10, 3));
    assert_eq!(daemon.complaints(), [""; 0]);
}

#[test]
fn any_other_request_is_refused() {
    let daemon = Daemon::start();
    assert_eq!(post(&daemon, "/TraceSegments", "{}").0, 400);
    assert_eq!(ask(&daemon, "GET /GetSamplingRules HTTP/1.1\r\n\r\n").0, 405);
    assert_eq!(post(&daemon, "/SamplingTargets", "[").0, 400);
    assert_eq!(daemon.complaints().len(), 3);
    let told = json!({"SamplingStatisticsDocuments": [statistics("none")]}).to_string();
    assert_eq!(post(&daemon, "/SamplingTargets", &told).0, 200);
    assert_eq!(daemon.complaints()[3], "SamplingTargets: there is no rule \"none\"");
}

#[test]
fn it_answers_what_a_test_wants() {
    let daemon = Daemon::start();
    daemon.answer_with(Answer::Status(503));
    assert_eq!(post(&daemon, "/GetSamplingRules", r#"{"NextToken":null}"#).0, 503);
    daemon.answer_with(Answer::Raw(200, b"rubbish".to_vec()));
    assert_eq!(post(&daemon, "/GetSamplingRules", r#"{"NextToken":null}"#), (200, "rubbish".to_owned()));
    daemon.answer_with(Answer::Hang);
    let mut stream = TcpStream::connect(daemon.address()).unwrap();
    stream
        .write_all(b"POST /GetSamplingRules HTTP/1.1\r\nhost: x\r\ncontent-length: 18\r\n\r\n{\"NextToken\":null}")
        .unwrap();
    daemon.until(|received| received.rules_requests == 3);
    daemon.stop();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert_eq!(answer, b"", "it was asked, and never answered");
}

/// What the program prints to stdout and stderr, when these are sent to it and it is ended, and whether it found them good.
fn by_hand(datagrams: &[Vec<u8>]) -> (String, String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tachograph-xray-daemon"));
    let command = command.arg("127.0.0.1:0").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut daemon = command.spawn().unwrap();
    let mut stderr = BufReader::new(daemon.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let address = line.strip_prefix("AWS_XRAY_DAEMON_ADDRESS=").unwrap().split(';').next().unwrap();
    let socket = socket();
    datagrams.iter().for_each(|datagram| _ = socket.send_to(datagram, address).unwrap());
    let mut stdout = BufReader::new(daemon.stdout.take().unwrap());
    let mut printed = String::new();
    stdout.read_line(&mut printed).unwrap();
    daemon.stdin.take().unwrap().write_all(b"\n").unwrap();
    let mut complaints = String::new();
    stderr.read_to_string(&mut complaints).unwrap();
    (printed, complaints, daemon.wait().unwrap().success())
}

#[test]
fn by_hand_it_prints_what_comes_and_complains() {
    let (printed, complaints, is_good) = by_hand(&[datagram(&segment(1))]);
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), segment(1));
    assert_eq!((complaints.as_str(), is_good), ("", true));

    let mut lost = segment(2);
    (lost["type"], lost["parent_id"]) = ("subsegment".into(), "0000000000000001".into());
    let (_, complaints, is_good) = by_hand(&[b"hello".to_vec(), datagram(&lost)]);
    let complaints: Vec<_> = complaints.lines().collect();
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints[0].contains("no line ends in it") && complaints[1].contains("never arrived"), "{complaints:?}");
    assert!(!is_good);
}

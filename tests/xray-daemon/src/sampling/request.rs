//! The two requests, read strictly.

use serde_json::Value;

use super::types::Statistics;
use crate::check::{Check, Kind, LONG_TEXT, Members};
use crate::json;
use crate::received::Received;

/// What a request asks, with what is wrong about it.
#[derive(Debug)]
pub(crate) struct Asked<T> {
    pub(crate) asks: T,
    pub(crate) complaints: Vec<String>,
}

const RULES: Members = &[("NextToken", Kind::Any)];

const TARGETS: Members = &[("SamplingStatisticsDocuments", Kind::List)];

const STATISTICS: Members = &[
    ("ClientID", LONG_TEXT),
    ("RuleName", LONG_TEXT),
    ("RequestCount", Kind::Whole),
    ("SampledCount", Kind::Whole),
    ("BorrowCount", Kind::Whole),
    ("Timestamp", Kind::Number),
];

/// So many rules a request may tell of.
const MOST_DOCUMENTS: usize = 25;

/// 2000 to 2100, in seconds.
const SECONDS: std::ops::Range<f64> = 946_684_800.0..4_102_444_800.0;

/// The token of a request for rules; none for the first page.
pub(crate) fn rules(body: &[u8]) -> Result<Asked<Option<String>>, String> {
    let (json, mut check) = read("GetSamplingRules", body)?;
    check.members("", &json, RULES);
    let token = &json["NextToken"];
    check.require(token.is_null() || token.is_string(), format_args!("NextToken is {token}, neither text nor null"));
    Ok(Asked { asks: token.as_str().map(str::to_owned), complaints: check.complaints })
}

/// What a request for targets tells. `served`: the names of the rules that there are.
pub(crate) fn targets(
    body: &[u8],
    served: &[String],
    received: &mut Received,
) -> Result<Asked<Vec<Statistics>>, String> {
    let (json, mut check) = read("SamplingTargets", body)?;
    check.members("", &json, TARGETS);
    let none = Vec::new();
    let documents = json["SamplingStatisticsDocuments"].as_array().unwrap_or(&none);
    let count = documents.len();
    check.require((1..=MOST_DOCUMENTS).contains(&count), format_args!("it tells of {count} rules, not of 1 to 25"));
    let mut told: Vec<Statistics> = Vec::new();
    for document in documents {
        check.kind("a document", document, Kind::Object);
        check.members("SamplingStatisticsDocuments", document, STATISTICS);
        for (name, _) in STATISTICS.iter().filter(|(name, _)| *name != "BorrowCount") {
            check.require(!document[name].is_null(), format_args!("{name} is missing"));
        }
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        let count = |name: &str| document[name].as_u64().unwrap_or_default();
        let statistics = Statistics {
            client_id: text("ClientID"),
            rule: text("RuleName"),
            requests: count("RequestCount"),
            sampled: count("SampledCount"),
            borrowed: count("BorrowCount"),
            timestamp: document["Timestamp"].as_f64().unwrap_or_default(),
        };
        one(&mut check, &statistics, served, received);
        let is_first = told.iter().all(|other| other.rule != statistics.rule);
        check.require(is_first, format_args!("it tells of {:?} twice", statistics.rule));
        told.push(statistics);
    }
    Ok(Asked { asks: told, complaints: check.complaints })
}

fn one(check: &mut Check, of: &Statistics, served: &[String], received: &mut Received) {
    let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    let is_client = of.client_id.len() == 24 && of.client_id.bytes().all(is_digit);
    check.require(is_client, format_args!("ClientID is {:?}, not 24 lower-case hex digits", of.client_id));
    let known = received.client_id.get_or_insert_with(|| of.client_id.clone());
    check.require(*known == of.client_id, format_args!("ClientID is {:?}, and was {known:?}", of.client_id));
    check.require(served.contains(&of.rule), format_args!("there is no rule {:?}", of.rule));
    let Statistics { requests, sampled, borrowed, .. } = of;
    check.require(sampled <= requests, format_args!("SampledCount is {sampled}, of {requests} requests"));
    check.require(borrowed <= sampled, format_args!("BorrowCount is {borrowed}, of {sampled} that were sampled"));
    let is_time = SECONDS.contains(&of.timestamp);
    check.require(is_time, format_args!("Timestamp is {}, not seconds of this century", of.timestamp));
}

fn read(what: &str, body: &[u8]) -> Result<(Value, Check), String> {
    let (json, twice) = json::read(body).map_err(|error| format!("{what}: {error}"))?;
    let mut check = Check::of(what);
    twice.iter().for_each(|name| check.complain(format_args!("a member is there twice: {name}")));
    check.kind("the body", &json, Kind::Object);
    Ok((json, check))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn statistics() -> Value {
        json!({
            "ClientID": "d16b2db51e82ee7b8a1e3f2f", "RuleName": "checkout", "RequestCount": 10, "SampledCount": 3,
            "BorrowCount": 1, "Timestamp": 1_767_225_600.5,
        })
    }

    fn complaints(documents: Value) -> Vec<String> {
        let body = json!({"SamplingStatisticsDocuments": documents}).to_string();
        targets(body.as_bytes(), &["checkout".to_owned()], &mut Received::default()).unwrap().complaints
    }

    #[test]
    fn what_is_told_of_a_rule_is_read() {
        let body = json!({"SamplingStatisticsDocuments": [statistics()]}).to_string();
        let read = targets(body.as_bytes(), &["checkout".to_owned()], &mut Received::default()).unwrap();
        assert_eq!(read.complaints, [""; 0]);
        assert_eq!((read.asks[0].requests, read.asks[0].sampled, read.asks[0].borrowed), (10, 3, 1));
    }

    #[test]
    fn each_rule_of_statistics_refuses() {
        for (name, value, of) in [
            ("ClientID", json!("d16b"), "not 24 lower-case"),
            ("ClientID", json!("D16B2DB51E82EE7B8A1E3F2F"), "not 24 lower-case"),
            ("RuleName", json!("none"), "there is no rule \"none\""),
            ("RequestCount", json!(2), "SampledCount is 3, of 2"),
            ("RequestCount", json!(-1), "not a whole number"),
            ("SampledCount", json!(1.5), "not a whole number"),
            ("BorrowCount", json!(4), "BorrowCount is 4, of 3"),
            ("Timestamp", json!(1_767_225_600_000_u64), "not seconds of this century"),
            ("Timestamp", json!("now"), "not a number"),
            ("Extra", json!(1), "no member that X-Ray knows"),
        ] {
            let mut document = statistics();
            document[name] = value;
            let complaints = complaints(json!([document]));
            assert!(complaints.iter().any(|complaint| complaint.contains(of)), "{name}: {complaints:?}");
        }
        for name in ["ClientID", "RuleName", "RequestCount", "SampledCount", "Timestamp"] {
            let mut document = statistics();
            document.as_object_mut().unwrap().remove(name);
            assert!(complaints(json!([document])).iter().any(|of| of.contains(&format!("{name} is missing"))));
        }
    }

    #[test]
    fn a_request_tells_of_each_rule_once_and_of_25_at_most() {
        assert!(complaints(json!([]))[0].contains("0 rules"));
        assert!(complaints(json!(vec![statistics(); 26]))[0].contains("26 rules"));
        assert!(complaints(json!([statistics(), statistics()]))[0].contains("twice"));
    }

    #[test]
    fn one_process_is_one_client() {
        let mut received = Received::default();
        let mut ask = |client: &str| {
            let mut document = statistics();
            document["ClientID"] = client.into();
            let body = json!({"SamplingStatisticsDocuments": [document]}).to_string();
            targets(body.as_bytes(), &["checkout".to_owned()], &mut received).unwrap().complaints
        };
        assert_eq!(ask("d16b2db51e82ee7b8a1e3f2f"), [""; 0]);
        assert!(ask("e16b2db51e82ee7b8a1e3f2f")[0].contains("and was"));
    }

    #[test]
    fn rules_are_asked_for_by_page() {
        assert_eq!(rules(br#"{"NextToken":null}"#).unwrap().asks, None);
        assert_eq!(rules(br#"{"NextToken":"2"}"#).unwrap().asks.as_deref(), Some("2"));
        assert!(rules(br#"{"NextToken":2}"#).unwrap().complaints[0].contains("NextToken is 2"));
        assert!(rules(br#"{"next_token":null}"#).unwrap().complaints[0].contains("next_token is no member"));
        assert!(rules(b"[]").unwrap().complaints[0].contains("not an object"));
        assert!(rules(b"").is_err());
    }
}

//! What is said to the daemon, and what it says.

use serde_json::{Map, Value, json};

use super::rule::{Counts, Definition, Target};
use crate::sampling::criteria::Criteria;
use crate::sampling::pattern::Pattern;

type Object = Map<String, Value>;

/// A part of the rules.
#[derive(Debug)]
pub(super) struct Page {
    /// Those that are for services like this one.
    pub(super) rules: Vec<Definition>,
    /// What the next part is asked for by.
    pub(super) next: Option<String>,
}

/// The answer to statistics.
#[derive(Debug)]
pub(super) struct Targets {
    /// By the names of rules.
    pub(super) targets: Vec<(String, Target)>,
    /// When somebody last changed a rule, in seconds since 1970.
    pub(super) last_modification: Option<f64>,
    /// Rules whose statistics were not taken, and whether that is because of what was sent.
    pub(super) unprocessed: Vec<(String, bool)>,
}

pub(super) fn ask_rules(next: Option<&str>) -> Vec<u8> {
    json!({ "NextToken": next }).to_string().into_bytes()
}

pub(super) fn ask_targets<'a>(
    client_id: &str,
    timestamp: u64,
    statistics: impl IntoIterator<Item = (&'a str, Counts)>,
) -> Vec<u8> {
    let document = |(rule, counts): (&str, Counts)| {
        json!({
            "ClientID": client_id,
            "RuleName": rule,
            "RequestCount": counts.requests,
            "SampledCount": counts.sampled,
            "BorrowCount": counts.borrowed,
            "Timestamp": timestamp,
        })
    };
    let documents: Vec<_> = statistics.into_iter().map(document).collect();
    json!({ "SamplingStatisticsDocuments": documents }).to_string().into_bytes()
}

pub(super) fn rules(answer: &[u8]) -> Result<Page, String> {
    let answer = object(answer)?;
    let records = answer.get("SamplingRuleRecords").and_then(Value::as_array).ok_or("it has no SamplingRuleRecords")?;
    let rules = records.iter().filter_map(|record| record.get("SamplingRule")?.as_object()).filter_map(rule).collect();
    let next = answer.get("NextToken").and_then(Value::as_str).filter(|next| !next.is_empty());
    Ok(Page { rules, next: next.map(str::to_owned) })
}

/// A rule for the requests of any resource. Of the others, and of those whose form nobody knows yet, nothing can be said
/// here, and AWS's SDKs pass them over, too.
fn rule(rule: &Object) -> Option<Definition> {
    let text = |name: &str| rule.get(name)?.as_str();
    let attributes = rule.get("Attributes").and_then(Value::as_object).is_some_and(|attributes| !attributes.is_empty());
    if rule.get("Version").and_then(whole) != Some(1) || text("ResourceARN") != Some("*") || attributes {
        return None;
    }
    let name = text("RuleName").filter(|name| !name.is_empty())?;
    let (priority, criteria) = match name {
        // What no other rule is for, whatever it says of itself.
        "Default" => (u64::MAX, Criteria::any()),
        _ => {
            let pattern = |name| text(name).map(Pattern::new);
            let criteria = Criteria {
                service: pattern("ServiceName")?,
                service_type: pattern("ServiceType")?,
                host: pattern("Host")?,
                method: pattern("HTTPMethod")?,
                path: pattern("URLPath")?,
            };
            (rule.get("Priority").and_then(whole)?, criteria)
        }
    };
    Some(Definition {
        name: name.into(),
        priority,
        criteria,
        rate: rule.get("FixedRate").and_then(fraction)?,
        reservoir: rule.get("ReservoirSize").and_then(whole)?,
    })
}

pub(super) fn targets(answer: &[u8]) -> Result<Targets, String> {
    let answer = object(answer)?;
    let documents = answer.get("SamplingTargetDocuments").and_then(Value::as_array);
    let documents = documents.ok_or("it has no SamplingTargetDocuments")?;
    let unprocessed = answer.get("UnprocessedStatistics").and_then(Value::as_array);
    let unprocessed = unprocessed.map(Vec::as_slice).unwrap_or_default();
    Ok(Targets {
        targets: documents.iter().filter_map(target).collect(),
        last_modification: answer.get("LastRuleModification").and_then(Value::as_f64),
        unprocessed: unprocessed
            .iter()
            .filter_map(|refused| {
                let code = refused.get("ErrorCode").and_then(Value::as_str).unwrap_or_default();
                Some((refused.get("RuleName")?.as_str()?.to_owned(), code.starts_with('4')))
            })
            .collect(),
    })
}

fn target(target: &Value) -> Option<(String, Target)> {
    let seconds = target.get("ReservoirQuotaTTL").and_then(Value::as_f64);
    let name = target.get("RuleName")?.as_str()?;
    let target = Target {
        rate: target.get("FixedRate").and_then(fraction),
        quota: target.get("ReservoirQuota").and_then(whole),
        quota_until: seconds,
        interval: target.get("Interval").and_then(whole),
    };
    Some((name.to_owned(), target))
}

fn object(answer: &[u8]) -> Result<Object, String> {
    match serde_json::from_slice(answer) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("its answer is no JSON object".into()),
        Err(error) => Err(format!("its answer is no JSON: {error}")),
    }
}

/// Some who play the daemon write whole numbers with a point.
fn whole(value: &Value) -> Option<u64> {
    let whole = |number: f64| number.fract() == 0.0 && (0.0..1e15).contains(&number);
    value.as_u64().or_else(|| value.as_f64().filter(|number| whole(*number)).map(|number| number as u64))
}

fn fraction(value: &Value) -> Option<f64> {
    value.as_f64().filter(|rate| (0.0..=1.0).contains(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As AWS's documentation shows it, with what is not needed here.
    fn record(change: impl FnOnce(&mut Object)) -> Value {
        let mut rule = json!({
            "RuleName": "base-scorekeep", "RuleARN": "arn:aws:xray:us-east-2:123456789012:sampling-rule/base-scorekeep",
            "ResourceARN": "*", "Priority": 9000, "FixedRate": 0.1, "ReservoirSize": 5, "ServiceName": "Scorekeep",
            "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1, "Attributes": {}
        });
        change(rule.as_object_mut().unwrap());
        json!({ "SamplingRule": rule, "CreatedAt": 1530574399.0, "ModifiedAt": 1530574399.0 })
    }

    fn read(records: Vec<Value>) -> Vec<Definition> {
        rules(json!({ "SamplingRuleRecords": records }).to_string().as_bytes()).unwrap().rules
    }

    #[test]
    fn a_rule_is_read() {
        let expected = Definition {
            name: "base-scorekeep".into(),
            priority: 9000,
            criteria: Criteria { service: Pattern::new("scorekeep"), ..Criteria::any() },
            rate: 0.1,
            reservoir: 5,
        };
        assert_eq!(read(vec![record(|_| {})]), [expected]);
    }

    #[test]
    fn rules_for_others_and_those_of_an_unknown_form_are_passed_over() {
        let changes: [(&str, &[Value]); 12] = [
            ("Version", &[json!(2), json!("1"), Value::Null]),
            ("ResourceARN", &[json!("arn:aws:ecs:*"), Value::Null]),
            ("Attributes", &[json!({"a": "b"})]),
            ("RuleName", &[json!(""), json!(7), Value::Null]),
            ("Priority", &[json!(-1), json!("1"), Value::Null]),
            ("FixedRate", &[json!(1.1), json!(-0.1), json!("1"), Value::Null]),
            ("ReservoirSize", &[json!(-1), json!(0.5), Value::Null]),
            ("ServiceName", &[Value::Null]),
            ("ServiceType", &[Value::Null]),
            ("Host", &[json!(7), Value::Null]),
            ("HTTPMethod", &[Value::Null]),
            ("URLPath", &[Value::Null]),
        ];
        for (member, values) in changes {
            for value in values {
                let changed = record(|rule| drop(rule.insert(member.into(), value.clone())));
                assert_eq!(read(vec![changed]), [], "{member} {value}");
            }
        }
        for garbage in [json!(7), json!({}), json!({ "SamplingRule": null }), json!({ "SamplingRule": [] })] {
            assert_eq!(read(vec![garbage, record(|_| {})]).len(), 1);
        }
    }

    #[test]
    fn what_is_as_good_is_read_too() {
        for (member, value) in [("Attributes", Value::Null), ("ReservoirSize", json!(5.0)), ("Version", json!(1.0))] {
            assert_eq!(read(vec![record(|rule| drop(rule.insert(member.into(), value)))]).len(), 1, "{member}");
        }
    }

    #[test]
    fn the_default_rule_is_for_all_that_is_left() {
        let default = record(|rule| {
            rule.insert("RuleName".into(), json!("Default"));
            rule.insert("Priority".into(), json!(1));
            rule.remove("Host");
        });
        let default = &read(vec![default])[0];
        assert_eq!((default.priority, &default.criteria), (u64::MAX, &Criteria::any()));
    }

    #[test]
    fn pages_are_asked_for_by_their_token() {
        assert_eq!(ask_rules(None), br#"{"NextToken":null}"#);
        assert_eq!(ask_rules(Some("a\"b")), br#"{"NextToken":"a\"b"}"#);
        let next = |token: &str| {
            rules(format!(r#"{{"SamplingRuleRecords":[],"NextToken":{token}}}"#).as_bytes()).unwrap().next
        };
        assert_eq!(next("\"b\"").as_deref(), Some("b"));
        assert_eq!((next("null"), next("\"\""), next("7")), (None, None, None));
    }

    #[test]
    fn statistics_have_the_members_of_the_api() {
        let counts = Counts { requests: 110, sampled: 20, borrowed: 10 };
        let body: Value = serde_json::from_slice(&ask_targets("abc", 1530922806, [("a", counts)])).unwrap();
        let document = json!({
            "ClientID": "abc", "RuleName": "a", "RequestCount": 110, "SampledCount": 20, "BorrowCount": 10,
            "Timestamp": 1530922806,
        });
        assert_eq!(body, json!({ "SamplingStatisticsDocuments": [document] }));
    }

    #[test]
    fn targets_are_read() {
        let answer = targets(
            br#"{"SamplingTargetDocuments": [
                {"RuleName": "a", "FixedRate": 0.1, "ReservoirQuota": 2, "ReservoirQuotaTTL": 1530923107.5, "Interval": 10},
                {"RuleName": "b", "FixedRate": 7, "ReservoirQuota": -2, "ReservoirQuotaTTL": "soon", "Interval": null},
                {"FixedRate": 0.1}, 7
            ], "LastRuleModification": 1530920505.0, "UnprocessedStatistics": [
                {"RuleName": "c", "ErrorCode": "400", "Message": "x"}, {"RuleName": "d", "ErrorCode": "500"}, {"RuleName": "e"}, 7
            ], "more": 1}"#,
        );
        let answer = answer.unwrap();
        let full = Target { rate: Some(0.1), quota: Some(2), quota_until: Some(1530923107.5), interval: Some(10) };
        assert_eq!(answer.targets, [("a".to_owned(), full), ("b".to_owned(), Target::default())]);
        assert_eq!(answer.last_modification, Some(1530920505.0));
        assert_eq!(answer.unprocessed, [("c".to_owned(), true), ("d".to_owned(), false), ("e".to_owned(), false)]);
    }

    #[test]
    fn garbage_is_an_error() {
        for garbage in ["", "no", "[]", "{}", "{\"SamplingRuleRecords\":{}}", "\u{0}", "[[[[[[[["] {
            assert!(rules(garbage.as_bytes()).is_err() && targets(garbage.as_bytes()).is_err(), "{garbage}");
        }
        assert!(rules(&[b'['; 100_000]).is_err());
        let without_the_rest = targets(br#"{"SamplingTargetDocuments":[]}"#).unwrap();
        assert!(without_the_rest.last_modification.is_none() && without_the_rest.unprocessed.is_empty());
    }
}

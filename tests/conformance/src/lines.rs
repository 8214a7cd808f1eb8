//! The lines that the service wrote, and what holds for each of them whatever was asked.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::case::Case;
use crate::client::Response;
use crate::expected;

/// One JSON line.
pub(crate) struct Line(Value);

/// As it was written, but in another order.
impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

const SHARES: [&str; 7] = ["own_ms", "db_ms", "db_wait_ms", "external_ms", "cache_ms", "body_ms", "waiting_ms"];

impl Line {
    fn read(case: &Case, text: &str) -> Self {
        let line = Line(serde_json::from_str(text).unwrap_or_else(|error| panic!("not JSON: {error}: {text}")));
        assert_eq!(line.text("service"), case.framework.service());
        if line.is_request() {
            line.check();
        }
        line
    }

    /// What holds for the line of any request.
    fn check(&self) {
        let sum: u64 = SHARES.iter().map(|share| self.micros(share)).sum();
        assert_eq!(sum, self.micros("duration_ms"), "the shares sum to the duration: {self:?}");
        for (id, digits) in [("trace_id", 32), ("span_id", 16)] {
            let hex = |digit: char| matches!(digit, '0'..='9' | 'a'..='f');
            assert!(self.text(id).len() == digits && self.text(id).chars().all(hex), "{self:?}");
        }
        let place = self.get("route").as_str().unwrap_or_else(|| self.text("path"));
        let method = self.get("method_original").as_str().unwrap_or_else(|| self.text("method"));
        assert!(self.text("message").starts_with(&format!("{method} {place} ")), "{self:?}");
        if self.get("first_byte_ms").is_number() {
            assert!(self.micros("first_byte_ms") <= self.micros("duration_ms"), "{self:?}");
        }
    }

    fn fields(&self) -> &Map<String, Value> {
        self.0.as_object().expect("a line is an object")
    }

    pub(crate) fn is_request(&self) -> bool {
        self.get("event") == "request"
    }

    pub(crate) fn get(&self, field: &str) -> &Value {
        &self.0[field]
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.get(field).as_str().unwrap_or_else(|| panic!("{field} is a text: {self:?}"))
    }

    /// A time, to the microsecond that it is written to. Decimal digits are counted, so nothing is rounded here.
    pub(crate) fn micros(&self, field: &str) -> u64 {
        let written = self.get(field).to_string();
        let (whole, decimals) = written.split_once('.').unwrap_or((&written, ""));
        assert!(decimals.len() <= 3, "{field} has microseconds at the most: {self:?}");
        format!("{whole}{decimals:0<3}").parse().unwrap_or_else(|_| panic!("{field} is a time: {self:?}"))
    }

    /// Compares some of the fields; `null` is one that is not there.
    #[track_caller]
    pub(crate) fn has(&self, expected: Value) {
        for (field, value) in expected.as_object().expect("fields are an object") {
            assert_eq!(self.get(field), value, "{field} of {self:?}");
        }
    }
}

/// All that a service wrote.
#[derive(Debug)]
pub(crate) struct Lines {
    case: Case,
    lines: Vec<Line>,
}

impl Lines {
    pub(crate) fn read(case: &Case, text: &str) -> Self {
        assert!(text.is_empty() || text.ends_with('\n'), "the last line is whole");
        let lines = text.lines().map(|line| Line::read(case, line)).collect();
        let lines = Lines { case: case.clone(), lines };
        assert!(lines.of("tachograph.json").is_empty(), "nothing was dropped");
        lines.check_calls();
        lines.check_findings();
        lines
    }

    /// The calls of a request are those that its record counts, and carry its ids. A request shows all of them, or none.
    fn check_calls(&self) {
        let mut calls = BTreeMap::<&str, Vec<&Line>>::new();
        for call in self.lines.iter().filter(|line| line.get("event") == "call") {
            calls.entry(call.text("request_id")).or_default().push(call);
        }
        for request in self.requests() {
            let Some(calls) = calls.remove(request.text("request_id")) else { continue };
            for (kind, field) in [("database", "db_queries"), ("external", "external_calls")] {
                let of_kind = calls.iter().filter(|call| call.get("kind") == kind);
                let count: Option<u64> = of_kind.map(|call| call.get("count").as_u64()).sum();
                assert_eq!(count, request.get(field).as_u64(), "{field} of {request:?}: {calls:?}");
            }
            for call in calls {
                for field in ["timestamp", "trace_id", "span_id", "user_id", "method", "route"] {
                    assert_eq!(call.get(field), request.get(field), "{field} of {call:?}");
                }
            }
        }
        assert!(calls.is_empty(), "each call has its request: {calls:?}");
    }

    /// The findings of a request are as many as its record counts, carry its ids, and are none the louder.
    fn check_findings(&self) {
        let mut findings = BTreeMap::<&str, Vec<&Line>>::new();
        for finding in self.of("tachograph.finding") {
            findings.entry(finding.text("request_id")).or_default().push(finding);
        }
        for request in self.requests() {
            let findings = findings.remove(request.text("request_id")).unwrap_or_default();
            assert_eq!(request.get("findings"), findings.len(), "{request:?}: {findings:?}");
            assert!(findings.is_empty() || request.get("verdict").is_string(), "{request:?}");
            for finding in findings {
                for field in ["timestamp", "trace_id", "span_id", "user_id", "method", "route"] {
                    assert_eq!(finding.get(field), request.get(field), "{field} of {finding:?}");
                }
                assert_eq!(finding.get("event"), "finding");
                assert!(finding.get("level") == "info" || request.get("level") != "info", "{finding:?} {request:?}");
            }
        }
        assert!(findings.is_empty(), "each finding has its request: {findings:?}");
    }

    /// Compares the record of a request that was answered with what it should be, to the last field, and the answer with
    /// the record. See [`expected::fields`] for what need not be said.
    #[track_caller]
    pub(crate) fn answered(&self, response: &Response, said: Value) {
        self.compare(self.request(response.id()), Some(response), &said);
    }

    /// As [`answered`](Self::answered), for the request of an id whose answer nobody has, or cannot have.
    #[track_caller]
    pub(crate) fn unanswered(&self, id: &str, said: Value) {
        self.compare(self.request(id), None, &said);
    }

    #[track_caller]
    pub(crate) fn compare(&self, line: &Line, answer: Option<&Response>, said: &Value) {
        let expected = expected::fields(&self.case, answer, said);
        let found = line.fields();
        for (field, value) in &expected {
            let agrees = found.get(field).is_some_and(|found| expected::agrees(value, found));
            assert!(agrees, "{field} should be {value} in {line:?}");
        }
        for field in found.keys() {
            assert!(expected.contains_key(field), "{field} should not be in {line:?}");
        }
        if let Some(response) = answer {
            assert_eq!(line.get("status_code"), response.status, "as was answered: {line:?}");
        }
    }

    pub(crate) fn requests(&self) -> Vec<&Line> {
        self.lines.iter().filter(|line| line.is_request()).collect()
    }

    /// The one request that there was.
    #[track_caller]
    pub(crate) fn only_request(&self) -> &Line {
        match self.requests().as_slice() {
            [line] => line,
            other => panic!("one request was asked: {other:?}"),
        }
    }

    /// The one line of the request with this id.
    #[track_caller]
    pub(crate) fn request(&self, id: &str) -> &Line {
        match self.requests().into_iter().filter(|line| line.text("request_id") == id).collect::<Vec<_>>().as_slice() {
            [line] => line,
            other => panic!("one line has the id {id}: {other:?}"),
        }
    }

    /// The lines about what was found of the request with this id.
    pub(crate) fn findings(&self, id: &str) -> Vec<&Line> {
        self.of("tachograph.finding").into_iter().filter(|line| line.text("request_id") == id).collect()
    }

    /// The lines about calls of the request with this id.
    pub(crate) fn calls(&self, id: &str) -> Vec<&Line> {
        self.lines.iter().filter(|line| line.get("event") == "call" && line.text("request_id") == id).collect()
    }

    /// The lines of this logger, be it the application's or one of ours.
    pub(crate) fn of(&self, logger: &str) -> Vec<&Line> {
        self.lines.iter().filter(|line| line.text("logger") == logger).collect()
    }
}

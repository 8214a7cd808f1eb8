//! The lines that the service wrote, and what holds for each of them whatever was asked.

use serde_json::Value;

/// One JSON line.
#[derive(Debug)]
pub(crate) struct Line(Value);

/// All fields that the line of a request may have, but for the application's own.
const FIELDS: &str = "timestamp level logger message event service version environment request_id trace_id span_id user_id \
    action method route path status_code outcome error_type error_message error_chain duration_ms first_byte_ms \
    request_bytes response_bytes streaming db_queries db_ms db_total_ms db_wait_ms db_rows db_errors db_slowest_ms \
    db_repeats external_calls external_ms external_total_ms external_errors cache_hits cache_misses cache_ms own_ms \
    body_ms waiting_ms experiment_id";

const SHARES: [&str; 7] = ["own_ms", "db_ms", "db_wait_ms", "external_ms", "cache_ms", "body_ms", "waiting_ms"];

impl Line {
    fn read(text: &str) -> Self {
        let line = Line(serde_json::from_str(text).unwrap_or_else(|error| panic!("not JSON: {error}: {text}")));
        assert_eq!(line.text("service"), "demo-axum");
        if line.is_request() {
            line.check();
        }
        line
    }

    /// What holds for the line of any request.
    fn check(&self) {
        for field in self.0.as_object().expect("a line is an object").keys() {
            assert!(FIELDS.split_whitespace().any(|known| known == field), "{field} is no field of a line: {self:?}");
        }
        let sum: u64 = SHARES.iter().map(|share| self.micros(share)).sum();
        assert_eq!(sum, self.micros("duration_ms"), "the shares sum to the duration: {self:?}");
        for (id, digits) in [("trace_id", 32), ("span_id", 16)] {
            let hex = |digit: char| matches!(digit, '0'..='9' | 'a'..='f');
            assert!(self.text(id).len() == digits && self.text(id).chars().all(hex), "{self:?}");
        }
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
pub(crate) struct Lines(Vec<Line>);

impl Lines {
    pub(crate) fn read(text: &str) -> Self {
        assert!(text.is_empty() || text.ends_with('\n'), "the last line is whole");
        let lines = Lines(text.lines().map(Line::read).collect());
        assert!(!lines.0.iter().any(|line| line.text("logger") == "tachograph.json"), "nothing was dropped");
        lines
    }

    pub(crate) fn requests(&self) -> Vec<&Line> {
        self.0.iter().filter(|line| line.is_request()).collect()
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

    /// The lines about calls of the request with this id.
    pub(crate) fn calls(&self, id: &str) -> Vec<&Line> {
        self.0.iter().filter(|line| line.get("event") == "call" && line.text("request_id") == id).collect()
    }

    /// The lines of this logger, be it the application's or one of ours.
    pub(crate) fn of(&self, logger: &str) -> Vec<&Line> {
        self.0.iter().filter(|line| line.text("logger") == logger).collect()
    }
}

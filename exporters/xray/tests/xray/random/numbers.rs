//! The numbers of a record: the same as in every other view of it.

use std::collections::BTreeMap;

use serde_json::Value;
use tachograph_core::{FieldValue, Identity, Member, Record, WideLine};
use tachograph_xray_daemon::Document;

/// Every number, flag and word of the wide line is among the metadata.
pub(super) fn check(record: &Record, segment: &Document) {
    let mut line = Line::default();
    record.each_member(&mut line);
    assert!(line.0.len() > 10, "{:?}", line.0);
    let shown = segment.at("metadata.tachograph");
    // Of these there is a list.
    let findings = line.0.remove("findings").map_or(0.0, |count| count.as_f64().unwrap());
    let listed = shown["findings"].as_array().map_or(0, Vec::len) as f64;
    assert_eq!(findings, listed + shown["findings_left_out"].as_f64().unwrap_or(0.0));
    for (name, expected) in &line.0 {
        let number = shown[name].as_f64().map(Value::from).unwrap_or_else(|| shown[name].clone());
        assert_eq!(number, *expected, "{name}");
    }
}

#[derive(Default)]
struct Line(BTreeMap<&'static str, Value>);

impl WideLine for Line {
    fn identity(&mut self, _: &Identity) {}

    fn text(&mut self, _: Member, _: &str) {}

    fn word(&mut self, member: Member, word: &'static str) {
        self.0.insert(member.name(), word.into());
    }

    fn chain(&mut self, _: Member, _: &[String]) {}

    fn integer(&mut self, member: Member, number: u64) {
        self.0.insert(member.name(), (number as f64).into());
    }

    fn millis(&mut self, member: Member, micros: u64) {
        self.0.insert(member.name(), (micros as f64 / 1000.0).into());
    }

    fn boolean(&mut self, member: Member, value: bool) {
        self.0.insert(member.name(), value.into());
    }

    fn field(&mut self, _: &str, _: &FieldValue) {}

    fn metadata<'t>(&mut self, _: impl ExactSizeIterator<Item = (&'t str, &'t str)>) {}
}

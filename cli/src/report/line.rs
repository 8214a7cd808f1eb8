//! One line, as the members that are looked at.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::fields::{self, Fields, Slot};
use super::value::Value;

/// One line, as the members that are looked at. It is used for line after line.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    values: Vec<Value<'a>>,
}

impl<'a> Line<'a> {
    pub(crate) fn new(fields: &Fields) -> Self {
        Line { values: vec![Value::Missing; fields.count()] }
    }

    /// Reads a JSON object; an error where it is none, or more than one.
    pub(crate) fn read_json(&mut self, fields: &Fields, text: &'a str) -> Result<(), serde_json::Error> {
        self.clear();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_map(Members { fields, values: &mut self.values })?;
        deserializer.end()
    }

    /// Reads `[profiler] GET /experiments/{id} 12.34 200`, without its first word; false where it is none.
    pub(crate) fn read_words(&mut self, text: &'a str) -> bool {
        self.clear();
        let words: Vec<&str> = text.split_ascii_whitespace().take(5).collect();
        let &[method, place, duration, status] = words.as_slice() else { return false };
        let Ok(duration) = duration.parse::<f64>() else { return false };
        if !(duration.is_finite() && duration >= 0.0) {
            return false;
        }
        let is_task = method == "TASK" && status == "-";
        self.set(fields::EVENT, Value::Text(Cow::Borrowed(if is_task { "task" } else { "request" })));
        self.set(fields::DURATION_MS, Value::Number(duration));
        if is_task {
            self.set(fields::NAME, Value::Text(Cow::Borrowed(place)));
            return true;
        }
        self.set(fields::METHOD, Value::Text(Cow::Borrowed(method)));
        if place != "-" {
            self.set(fields::ROUTE, Value::Text(Cow::Borrowed(place)));
        }
        match status.parse::<u16>() {
            Ok(status) => self.set(fields::STATUS_CODE, Value::Integer(status.into())),
            Err(_) if status == "-" => {}
            Err(_) => return false,
        }
        true
    }

    /// One member.
    #[inline]
    pub(crate) fn value(&self, slot: Slot) -> &Value<'a> {
        &self.values[slot]
    }

    /// Its text; empty where it has none.
    #[inline]
    pub(crate) fn text(&self, slot: Slot) -> &str {
        self.values[slot].text().unwrap_or_default()
    }

    /// Its number; 0 where it has none.
    #[inline]
    pub(crate) fn number(&self, slot: Slot) -> f64 {
        self.values[slot].number().unwrap_or_default()
    }

    /// Its number as a count; 0 where it has none.
    #[inline]
    pub(crate) fn count(&self, slot: Slot) -> u64 {
        match self.values[slot] {
            Value::Integer(number) => u64::try_from(number).unwrap_or_default(),
            Value::Number(number) => number as u64,
            _ => 0,
        }
    }

    /// Its milliseconds as microseconds; 0 where it has none.
    #[inline]
    pub(crate) fn micros(&self, slot: Slot) -> u64 {
        // What is below zero or no number becomes 0.
        (self.number(slot) * 1000.0).round() as u64
    }

    pub(crate) fn set(&mut self, slot: Slot, value: Value<'a>) {
        self.values[slot] = value;
    }

    fn clear(&mut self) {
        self.values.fill(Value::Missing);
    }
}

/// Puts each member where it is kept, and passes over all others.
struct Members<'v, 'a> {
    fields: &'v Fields,
    values: &'v mut Vec<Value<'a>>,
}

impl<'de> Visitor<'de> for Members<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(slot) = members.next_key_seed(Key(self.fields))? {
            match slot {
                Some(slot) => self.values[slot] = members.next_value()?,
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Key<'v>(&'v Fields);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<Slot>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Slot>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<Slot>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    #[inline]
    fn visit_str<E>(self, name: &str) -> Result<Option<Slot>, E> {
        Ok(self.0.slot(name))
    }
}

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
    order: Order,
}

/// The names of the line before, each with where it is kept: the next line has nearly the same, in the same order, and one
/// comparison finds what would take several.
#[derive(Debug, Default)]
struct Order {
    names: Vec<(Box<str>, Option<Slot>)>,
    next: usize,
}

impl Order {
    #[inline]
    fn slot(&mut self, fields: &Fields, name: &str) -> Option<Slot> {
        // What only others have, as the members of a database or an external call, is a few members long.
        for place in self.next..(self.next + AHEAD).min(self.names.len()) {
            let (known, slot) = &self.names[place];
            if is_same(known.as_bytes(), name.as_bytes()) {
                self.next = place + 1;
                return *slot;
            }
        }
        self.unexpected(fields, name)
    }

    #[cold]
    fn unexpected(&mut self, fields: &Fields, name: &str) -> Option<Slot> {
        let slot = fields.slot(name);
        if name.len() <= LONGEST_NAME && self.names.len() < MOST_NAMES {
            self.names.insert(self.next, (name.into(), slot));
            self.next += 1;
        }
        slot
    }
}

/// Names are short, and so many that calling the C library for each takes a fifth of the time of a line.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let word = |text: &[u8], at: usize| text[at..].first_chunk().map(|word| u64::from_le_bytes(*word));
    match one.len() {
        length if length != other.len() => false,
        length @ 8.. => {
            (0..length / 8).all(|nth| word(one, 8 * nth) == word(other, 8 * nth))
                && word(one, length - 8) == word(other, length - 8)
        }
        _ => one.iter().eq(other),
    }
}

/// How many members are looked at for one that is not the next.
const AHEAD: usize = 16;

/// More names than this are not remembered, nor longer ones.
const MOST_NAMES: usize = 200;
const LONGEST_NAME: usize = 100;

impl<'a> Line<'a> {
    pub(crate) fn new(fields: &Fields) -> Self {
        Line { values: vec![Value::Missing; fields.count()], order: Order::default() }
    }

    /// Reads a JSON object; an error where it is none, or more than one.
    pub(crate) fn read_json(&mut self, fields: &Fields, text: &'a str) -> Result<(), serde_json::Error> {
        self.clear();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_map(Members { fields, order: &mut self.order, values: &mut self.values })?;
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
        self.order.next = 0;
    }
}

/// Puts each member where it is kept, and passes over all others.
struct Members<'v, 'a> {
    fields: &'v Fields,
    order: &'v mut Order,
    values: &'v mut Vec<Value<'a>>,
}

impl<'de> Visitor<'de> for Members<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(slot) = members.next_key_seed(Key(self.fields, self.order))? {
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

struct Key<'v>(&'v Fields, &'v mut Order);

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
        Ok(self.1.slot(self.0, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The members of a line, in an order and of a choice that differ from line to line.
    fn members(random: &mut fastrand::Rng) -> Vec<(String, f64)> {
        let names =
            ["duration_ms", "db_ms", "db_rows", "own_ms", "plan", "seats", "a", "é\n\"x", "external_ms", "unasked"];
        let mut members = Vec::new();
        for name in names {
            if random.bool() {
                members.push((name.to_owned(), f64::from(random.u16(..))));
            }
        }
        if random.bool() {
            random.shuffle(&mut members);
        }
        // Names that nobody remembers, and one that differs from another in its middle only.
        members.push((format!("n{}", random.u32(..)), 1.0));
        members.push(("duration_xx_duration_ms".replace("xx", if random.bool() { "ab" } else { "cd" }), 2.0));
        // And one that differs at its end only.
        members.push((if random.bool() { "response_a" } else { "response_b" }.to_owned(), 3.0));
        members
    }

    #[test]
    fn each_member_is_found_whatever_the_line_before_had() {
        let mut fields = Fields::default();
        let asked = [
            "plan",
            "seats",
            "a",
            "é\n\"x",
            "duration_ab_duration_ms",
            "duration_cd_duration_ms",
            "response_a",
            "response_b",
        ];
        let slots: Vec<(&str, Slot)> = ["duration_ms", "db_ms", "db_rows", "own_ms", "external_ms"]
            .into_iter()
            .chain(asked)
            .map(|name| (name, fields.ask(name)))
            .collect();
        let mut random = fastrand::Rng::with_seed(3);
        let lines: Vec<_> = (0..2000).map(|_| members(&mut random)).collect();
        let texts: Vec<String> = lines
            .iter()
            .map(|members| {
                let members = members.iter().map(|(name, value)| format!("{}:{value}", serde_json::json!(name)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
            })
            .collect();
        let mut line = Line::new(&fields);
        for (members, text) in lines.iter().zip(&texts) {
            line.read_json(&fields, text).unwrap();
            for (name, slot) in &slots {
                let expected = members.iter().find(|(member, _)| member == name).map(|(_, value)| *value);
                assert_eq!(line.value(*slot).number(), expected, "{name} of {text}");
            }
        }
    }

    #[test]
    fn what_is_no_single_object_is_refused() {
        let fields = Fields::default();
        for text in ["", "{", "[]", "1", "{} {}", "{\"a\":}", "{\"a\":1,}", "{\"a\":\"\u{1}\"}", "{\"duration_ms\":1e}"]
        {
            assert!(Line::new(&fields).read_json(&fields, text).is_err(), "{text}");
        }
    }
}

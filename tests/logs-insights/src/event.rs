//! A line, and the fields that Logs Insights finds in it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::row::Row;
use crate::value::Value;

/// So many fields are found in one event, in the order in which they stand there; there are no others.
pub const MOST_FIELDS: usize = 200;

/// A line of a group of logs.
#[derive(Debug, Clone)]
pub struct Event {
    row: Row,
}

impl Event {
    /// A line at this time, in milliseconds since 1970. Where it is a JSON object, its members are fields: those of an
    /// object in it as `outer.inner`, those of an array as `outer.0`.
    pub fn new(timestamp: i64, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut row = Row::default();
        for (name, value) in found(&message).into_iter().take(MOST_FIELDS) {
            row.set(&name, value);
        }
        row.set("@timestamp", Value::Time(timestamp));
        row.set("@message", Value::Text(message));
        Event { row }
    }

    /// The names of the fields that are found in it, but for those of Logs Insights' own.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.row.names().filter(|name| !["@timestamp", "@message"].contains(name))
    }

    pub(crate) fn into_row(self) -> Row {
        self.row
    }
}

fn found(message: &str) -> Vec<(String, Value)> {
    let mut fields = Vec::new();
    if !message.trim_start().starts_with('{') {
        return fields;
    }
    let mut json = serde_json::Deserializer::from_str(message);
    let read = Member { name: String::new(), fields: &mut fields }.deserialize(&mut json);
    // Half an object is text.
    if read.and_then(|()| json.end()).is_err() {
        fields.clear();
    }
    fields
}

/// One member of an object, while it is read: `serde_json::Value` would not keep the order, by which fields are found.
struct Member<'f> {
    name: String,
    fields: &'f mut Vec<(String, Value)>,
}

impl Member<'_> {
    fn found(self, value: Value) {
        self.fields.push((self.name, value));
    }

    fn inner(&mut self, name: &str) -> Member<'_> {
        // What begins as Logs Insights' own fields do gets another `@`.
        let name = if self.name.is_empty() && name.starts_with('@') { format!("@{name}") } else { name.to_owned() };
        let name = if self.name.is_empty() { name } else { format!("{}.{name}", self.name) };
        Member { name, fields: self.fields }
    }
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.found(Value::of_bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.found(Value::Number(value as f64));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.found(Value::Number(value as f64));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.found(Value::of(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.found(Value::Text(value.to_owned()));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(self.inner(&name))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<(), A::Error> {
        let mut place = 0;
        while sequence.next_element_seed(self.inner(&format!("{place}")))?.is_some() {
            place += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(message: &str) -> Vec<String> {
        Event::new(0, message).names().map(str::to_owned).collect()
    }

    #[test]
    fn members_are_found_in_their_order_and_inside_each_other() {
        let line = r#"{"z":1,"a":{"b":[true,{"c":null,"d":"x"}]},"@e":2}"#;
        assert_eq!(names(line), ["z", "a.b.0", "a.b.1.d", "@@e"]);
        let row = Event::new(7, line).into_row();
        assert_eq!((row.number("a.b.0"), row.text("a.b.1.d")), (Some(1.0), Some("x")));
        assert_eq!(row.get("@timestamp"), &Value::Time(7));
    }

    #[test]
    fn what_is_no_json_has_no_fields() {
        for line in ["[profiler] GET / 1.00 200", "{\"a\":1", "{\"a\":1} x", "[1]", ""] {
            assert_eq!(names(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn the_first_two_hundred_are_found() {
        let members: Vec<_> = (0..250).map(|place| format!("\"f{place}\":{place}")).collect();
        let found = names(&format!("{{{}}}", members.join(",")));
        assert_eq!((found.len(), found.last().map(String::as_str)), (200, Some("f199")));
    }
}

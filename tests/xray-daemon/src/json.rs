//! Reading JSON as strictly as the strictest reader: UTF-8, nothing behind the value, and no member twice.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The value, and the names of members that an object has twice; the last of them counts.
pub(crate) fn read(bytes: &[u8]) -> Result<(Value, Vec<String>), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("it is no UTF-8: {error}"))?;
    let twice = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict(&twice).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = value.map_err(|error| format!("it is no JSON: {error}"))?;
    Ok((value, twice.into_inner()))
}

/// How many objects and arrays are inside of one another.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[derive(Clone, Copy)]
struct Strict<'a>(&'a RefCell<Vec<String>>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(self)?;
            if members.insert(name.clone(), value).is_some() {
                self.0.borrow_mut().push(name);
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_read_as_it_is() {
        let text = r#"{"a": [1, -1, 1.5, true, null, "ü\n"], "b": {"a": {}}}"#;
        let expected = json!({"a": [1, -1, 1.5, true, null, "ü\n"], "b": {"a": {}}});
        assert_eq!(read(text.as_bytes()), Ok((expected.clone(), vec![])));
        assert_eq!(depth(&expected), 3);
        assert_eq!(depth(&json!(7)), 0);
    }

    #[test]
    fn members_that_are_there_twice_are_named() {
        let (value, twice) = read(br#"{"a": 1, "b": [{"c": 1, "c": 2}], "a": 3}"#).unwrap();
        assert_eq!(value, json!({"a": 3, "b": [{"c": 2}]}));
        assert_eq!(twice, ["c", "a"]);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for broken in
            ["", "{", "{}}", "{\"a\":NaN}", "{\"a\":1e999}", "{\"a\":\"\u{1}\"}", r#"{"a":"\ud800"}"#, "{'a':1}"]
        {
            assert!(read(broken.as_bytes()).is_err(), "{broken}");
        }
        assert!(read(&[b"[".repeat(200), b"]".repeat(200)].concat()).is_err());
        assert!(read(b"{\"a\":\"\xff\"}").unwrap_err().starts_with("it is no UTF-8"));
    }
}

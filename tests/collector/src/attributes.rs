//! Attributes, in order and without their protobuf.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::common::v1::any_value::Value as Kind;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use serde_json::{Number, Value};

use crate::check::Check;
use crate::identifiers::hex;
use crate::rules;

/// Values by name.
pub type Attributes = BTreeMap<String, Value>;

pub(crate) fn read(check: &mut Check, attributes: &[KeyValue]) -> Attributes {
    let mut read = Attributes::new();
    for KeyValue { key, value, key_strindex } in attributes {
        check.require(!key.is_empty(), "an attribute has no name");
        check.require(*key_strindex == 0, format_args!("the attribute {key} is of a table that only profiles have"));
        let value = read_value(check, key, value.as_ref());
        rules::names::attribute(check, key, &value);
        if read.insert(key.clone(), value).is_some() {
            check.complain(format_args!("the attribute {key} is there twice"));
        }
    }
    read
}

pub(crate) fn read_value(check: &mut Check, name: &str, value: Option<&AnyValue>) -> Value {
    match value.and_then(|value| value.value.as_ref()) {
        None => {
            check.complain(format_args!("{name} has no value"));
            Value::Null
        }
        Some(Kind::StringValue(text)) => Value::String(text.clone()),
        Some(Kind::BoolValue(truth)) => Value::Bool(*truth),
        Some(Kind::IntValue(number)) => Value::from(*number),
        Some(Kind::DoubleValue(number)) => Number::from_f64(*number).map_or_else(
            || {
                check.complain(format_args!("{name} is {number}"));
                Value::Null
            },
            Value::Number,
        ),
        Some(Kind::ArrayValue(array)) => {
            array.values.iter().map(|value| read_value(check, name, Some(value))).collect()
        }
        Some(Kind::KvlistValue(list)) => Value::Object(read(check, &list.values).into_iter().collect()),
        Some(Kind::BytesValue(bytes)) => Value::String(hex(bytes)),
        Some(Kind::StringValueStrindex(_)) => {
            check.complain(format_args!("{name} is of a table that only profiles have"));
            Value::Null
        }
    }
}

/// The name of what measured.
pub(crate) fn read_scope(
    scope: Option<&InstrumentationScope>,
    schema_url: &str,
    complaints: &mut Vec<String>,
) -> String {
    let name = scope.map_or("", |scope| &scope.name);
    let mut check = Check::of(format!("scope {name:?}"));
    check.require(!name.is_empty(), "it has no name");
    rules::resource::schema_url(&mut check, schema_url);
    read(&mut check, scope.map_or(&[], |scope| &scope.attributes));
    complaints.append(&mut check.complaints);
    name.to_owned()
}

/// The attribute as a text; empty where it is none.
pub(crate) fn text<'a>(attributes: &'a Attributes, name: &str) -> &'a str {
    attributes.get(name).and_then(Value::as_str).unwrap_or_default()
}

//! A name and a value, as a field of whatever has attributes.
//!
//! Nearly all have lengths of one byte, and a name of ours has one that is known when this is compiled, as long as it is
//! inlined: that is what makes a span cheap.

use crate::protobuf::{self, nested_len, varint, varint_len};

/// `KeyValue`: the keys of its two fields.
const KEY: u8 = 0x0a;
const VALUE: u8 = 0x12;

/// `AnyValue`: the keys of its variants.
const STRING: u8 = 0x0a;
const BOOL: u8 = 0x10;
const INT: u8 = 0x18;
const DOUBLE: u8 = 0x21;

/// A name in two parts, of which the first is mostly empty.
#[derive(Clone, Copy)]
pub(super) struct Name<'n>(pub(super) &'n str, pub(super) &'n str);

/// A text, and what stands at its end where it was cut.
#[inline(always)]
pub(super) fn text(tag: u32, name: Name<'_>, text: &str, cut: &str, out: &mut Vec<u8>) {
    let length = text.len() + cut.len();
    let value = nested_len(length);
    if begin(tag, name, value, out) {
        out.extend_from_slice(&[VALUE, value as u8, STRING, length as u8]);
    } else {
        protobuf::head(2, value, out);
        protobuf::head(1, length, out);
    }
    out.extend_from_slice(text.as_bytes());
    if !cut.is_empty() {
        out.extend_from_slice(cut.as_bytes());
    }
}

#[inline(always)]
pub(super) fn integer(tag: u32, name: Name<'_>, number: i64, out: &mut Vec<u8>) {
    // A negative number has ten bytes, as everywhere in protobuf.
    let number = number as u64;
    let value = 1 + varint_len(number);
    begin(tag, name, value, out);
    if number < 0x80 {
        out.extend_from_slice(&[VALUE, value as u8, INT, number as u8]);
    } else {
        out.extend_from_slice(&[VALUE, value as u8, INT]);
        varint(number, out);
    }
}

#[inline(always)]
pub(super) fn double(tag: u32, name: Name<'_>, number: f64, out: &mut Vec<u8>) {
    let mut value = [VALUE, 9, DOUBLE, 0, 0, 0, 0, 0, 0, 0, 0];
    value[3..].copy_from_slice(&number.to_le_bytes());
    begin(tag, name, 9, out);
    out.extend_from_slice(&value);
}

#[inline(always)]
pub(super) fn boolean(tag: u32, name: Name<'_>, value: bool, out: &mut Vec<u8>) {
    begin(tag, name, 2, out);
    out.extend_from_slice(&[VALUE, 2, BOOL, value.into()]);
}

/// What stands before a value of this many bytes; whether all lengths are of one byte.
#[inline(always)]
fn begin(tag: u32, Name(prefix, name): Name<'_>, value: usize, out: &mut Vec<u8>) -> bool {
    let (name_len, attribute) = (prefix.len() + name.len(), (tag << 3 | 2) as u8);
    let length = nested_len(name_len) + nested_len(value);
    let is_short = length < 0x80;
    if is_short {
        out.extend_from_slice(&[attribute, length as u8, KEY, name_len as u8]);
    } else {
        begin_long(attribute, length, name_len, out);
    }
    if !prefix.is_empty() {
        out.extend_from_slice(prefix.as_bytes());
    }
    out.extend_from_slice(name.as_bytes());
    is_short
}

#[inline(never)]
fn begin_long(attribute: u8, length: usize, name: usize, out: &mut Vec<u8>) {
    out.push(attribute);
    varint(length as u64, out);
    out.push(KEY);
    varint(name as u64, out);
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
    use proptest::prelude::*;
    use prost::encoding;

    use super::*;

    fn expected(tag: u32, key: String, value: Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        let value = Some(AnyValue { value: Some(value) });
        encoding::message::encode(tag, &KeyValue { key, value, key_strindex: 0 }, &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn all_are_written_as_generated_code_does(
            prefix in "\\PC{0,100}", name in "\\PC{1,200}", content in "\\PC{0,200}", cut in "…?",
            number: i64, float: f64, truth: bool, tag in 1u32..16,
        ) {
            let of = Name(&prefix, &name);
            let key = format!("{prefix}{name}");
            let mut out = Vec::new();
            text(tag, of, &content, &cut, &mut out);
            prop_assert_eq!(&out, &expected(tag, key.clone(), Value::StringValue(format!("{content}{cut}"))));
            out.clear();
            integer(tag, of, number, &mut out);
            prop_assert_eq!(&out, &expected(tag, key.clone(), Value::IntValue(number)));
            out.clear();
            double(tag, of, float, &mut out);
            prop_assert_eq!(&out, &expected(tag, key.clone(), Value::DoubleValue(float)));
            out.clear();
            boolean(tag, of, truth, &mut out);
            prop_assert_eq!(&out, &expected(tag, key, Value::BoolValue(truth)));
        }
    }
}

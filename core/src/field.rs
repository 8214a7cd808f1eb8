//! The application's own fields.

use std::borrow::Cow;

/// A value of a field: flat, so that every tool that reads log lines can filter by it.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// Text, at most [`Limits::field_bytes`](crate::Limits::field_bytes) long.
    String(Box<str>),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Bool(bool),
}

macro_rules! from {
    ($($from:ty => $make:expr),* $(,)?) => {
        $(impl From<$from> for FieldValue {
            fn from(value: $from) -> Self {
                $make(value)
            }
        })*
    };
}

from! {
    &str => |value: &str| FieldValue::String(value.into()),
    &String => |value: &String| FieldValue::String(value.as_str().into()),
    String => |value: String| FieldValue::String(value.into()),
    Box<str> => FieldValue::String,
    Cow<'_, str> => |value: Cow<'_, str>| FieldValue::String(value.into()),
    i8 => |value| FieldValue::Integer(i64::from(value)),
    i16 => |value| FieldValue::Integer(i64::from(value)),
    i32 => |value| FieldValue::Integer(i64::from(value)),
    i64 => FieldValue::Integer,
    u8 => |value| FieldValue::Integer(i64::from(value)),
    u16 => |value| FieldValue::Integer(i64::from(value)),
    u32 => |value| FieldValue::Integer(i64::from(value)),
    u64 => |value| unsigned(u128::from(value)),
    u128 => unsigned,
    usize => |value| unsigned(value as u128),
    isize => |value| FieldValue::Integer(value as i64),
    f32 => |value| FieldValue::Float(f64::from(value)),
    f64 => FieldValue::Float,
    bool => FieldValue::Bool,
}

/// Numbers that no signed 64-bit integer holds are kept whole, as text: an id must not change.
fn unsigned(value: u128) -> FieldValue {
    i64::try_from(value).map_or_else(|_| FieldValue::String(value.to_string().into()), FieldValue::Integer)
}

/// The names of the record itself, and what its calls and findings are told by. An application's field of such a name would
/// write it twice, or be taken for what it is not. Names that applications use themselves and that only the lines of
/// findings have, where no field stands (`span`, `limit`, `bytes`), are free.
pub const RESERVED: &[&str] = &[
    "timestamp",
    "level",
    "logger",
    "message",
    "event",
    "service",
    "version",
    "environment",
    "request_id",
    "trace_id",
    "span_id",
    "user_id",
    "action",
    "method",
    "route",
    "path",
    "status_code",
    "outcome",
    "error_type",
    "error_message",
    "error_chain",
    "duration_ms",
    "first_byte_ms",
    "request_bytes",
    "response_bytes",
    "streaming",
    "db_queries",
    "db_ms",
    "db_total_ms",
    "db_wait_ms",
    "db_rows",
    "db_errors",
    "db_slowest_ms",
    "db_repeats",
    "external_calls",
    "external_ms",
    "external_total_ms",
    "external_errors",
    "cache_hits",
    "cache_misses",
    "cache_errors",
    "cache_ms",
    "own_ms",
    "body_ms",
    "waiting_ms",
    "findings",
    "verdict",
    "sample_weight",
    "name",
    "metadata",
    "kind",
    "target",
    "summary",
    "statement",
    "callsite",
    "count",
    "errors",
    "total_ms",
    "slowest_ms",
    "finding",
    "distinct_parameters",
    "cost_ms",
    "saves_ms",
    "hint",
    "_aws",
];

/// Whether `name` can be the name of an application's field: not empty, and none of [`RESERVED`].
pub fn is_reserved(name: &str) -> bool {
    name.is_empty() || RESERVED.contains(&name)
}

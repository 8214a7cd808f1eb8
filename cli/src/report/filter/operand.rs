//! What fields are compared with.

use std::cmp::Ordering;

use crate::report::value::Value;

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    /// `200`, `200ms`, `1.5s`, `2mb`: a number, in the unit of the field.
    Number(f64),
    /// `5xx`: the hundreds of a status.
    Class(u16),
    Bool(bool),
    Text(String),
}

/// Units of time, in milliseconds, and of sizes, in bytes.
const TIMES: [(&str, f64); 6] =
    [("us", 0.001), ("µs", 0.001), ("ms", 1.0), ("s", 1000.0), ("m", 60_000.0), ("h", 3_600_000.0)];
const SIZES: [(&str, f64); 7] = [
    ("b", 1.0),
    ("kb", 1000.0),
    ("mb", 1_000_000.0),
    ("gb", 1_000_000_000.0),
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
];

impl Operand {
    /// A bare word, as a value of the field of this name.
    pub(super) fn of(field: &str, word: &str) -> Operand {
        if let Ok(number) = word.parse::<f64>()
            && number.is_finite()
        {
            return Operand::Number(number);
        }
        let units: &[(&str, f64)] = match field {
            _ if field.ends_with("_ms") => &TIMES,
            _ if field.ends_with("bytes") => &SIZES,
            _ => &[],
        };
        let with_unit = units.iter().find_map(|(unit, factor)| {
            let end = word.len().checked_sub(unit.len()).filter(|end| word.is_char_boundary(*end))?;
            let number = word[end..].eq_ignore_ascii_case(unit).then(|| word[..end].parse::<f64>().ok()).flatten();
            number.filter(|number| number.is_finite()).map(|number| number * factor)
        });
        match (with_unit, word.as_bytes()) {
            (Some(number), _) => Operand::Number(number),
            (None, [hundreds @ b'1'..=b'5', b'x' | b'X', b'x' | b'X']) => Operand::Class(u16::from(hundreds - b'0')),
            (None, b"true") => Operand::Bool(true),
            (None, b"false") => Operand::Bool(false),
            _ => Operand::Text(word.to_owned()),
        }
    }

    /// How the value stands to it; none where the two have no order, or there is no value.
    pub(super) fn order(&self, value: &Value<'_>) -> Option<Ordering> {
        match (self, value) {
            (_, Value::Missing | Value::Nested) => None,
            (Operand::Number(number), Value::Text(text)) => text.parse::<f64>().ok()?.partial_cmp(number),
            (Operand::Number(number), value) => value.number()?.partial_cmp(number),
            (Operand::Class(class), value) => Some(((value.number()? / 100.0).floor() as u16).cmp(class)),
            (Operand::Bool(wanted), Value::Bool(value)) => Some(value.cmp(wanted)),
            (Operand::Bool(wanted), Value::Text(value)) => (**value == *wanted.to_string()).then_some(Ordering::Equal),
            (Operand::Bool(_), _) => None,
            (Operand::Text(wanted), Value::Text(value)) => Some((**value).cmp(wanted)),
            // Quoted, a number is what it is without the quotes.
            (Operand::Text(wanted), value) => match wanted.parse::<f64>() {
                Ok(wanted) => value.number()?.partial_cmp(&wanted),
                Err(_) => (*value.shown()? == **wanted).then_some(Ordering::Equal),
            },
        }
    }
}

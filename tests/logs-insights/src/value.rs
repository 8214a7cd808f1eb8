//! What a field is in an event.

use std::cmp::Ordering;
use std::fmt;

use crate::time;

/// What a field is in an event or a result. True is 1, and false is 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// There is none.
    #[default]
    Missing,
    /// A number.
    Number(f64),
    /// A text; where it reads as a number, it is one to arithmetic.
    Text(String),
    /// An instant, in milliseconds since 1970.
    Time(i64),
}

impl Value {
    /// As a number, if it can be one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Missing => None,
            Value::Number(number) => Some(*number),
            Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Value::Time(millis) => Some(*millis as f64),
        }
    }

    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        *self != Value::Missing
    }

    /// What is no number that anybody could show is none.
    pub(crate) fn of(number: f64) -> Self {
        if number.is_finite() { Value::Number(number) } else { Value::Missing }
    }

    pub(crate) fn of_bool(value: bool) -> Self {
        Value::Number(u8::from(value).into())
    }

    pub(crate) fn is_true(&self) -> bool {
        self.number().is_some_and(|number| number != 0.0)
    }

    /// By number where both are, else by text; none where one is missing.
    pub(crate) fn compare(&self, other: &Value) -> Option<Ordering> {
        if !self.is_there() || !other.is_there() {
            return None;
        }
        match (self.number(), other.number()) {
            (Some(one), Some(another)) => one.partial_cmp(&another),
            _ => Some(self.to_string().cmp(&other.to_string())),
        }
    }

    /// As `sort asc` has it: what is missing, then what is no number, then numbers.
    pub(crate) fn order(&self, other: &Value) -> Ordering {
        let class = |value: &Value| match value {
            Value::Missing => 0,
            value if value.number().is_none() => 1,
            _ => 2,
        };
        class(self).cmp(&class(other)).then_with(|| self.compare(other).unwrap_or(Ordering::Equal))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Missing => Ok(()),
            Value::Number(number) => number.fmt(f),
            Value::Text(text) => text.fmt(f),
            Value::Time(millis) => f.write_str(&time::written(*millis)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers_even_where_one_is_a_text() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(text("9").compare(&Value::Number(10.0)), Some(Ordering::Less));
        assert_eq!(text("9").compare(&text("10")), Some(Ordering::Less));
        assert_eq!(text("b").compare(&text("a")), Some(Ordering::Greater));
        assert_eq!(Value::Missing.compare(&text("a")), None);
        assert_eq!(text("-").number(), None);
    }

    #[test]
    fn what_is_missing_comes_first_and_numbers_last() {
        let mut values = [Value::Number(1.0), Value::Text("a".into()), Value::Missing, Value::Text("0.5".into())];
        values.sort_by(Value::order);
        assert_eq!(values.map(|value| value.to_string()), ["", "a", "0.5", "1"]);
    }
}

//! What an answer says: whether the cache had it, or that it is an error.

use redis::Value;
use tachograph_core::Yield;

/// Keys found and not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lookups {
    hits: u32,
    misses: u32,
}

impl Lookups {
    /// What the answer to this command says of them; nothing where the command looks nothing up.
    pub(crate) fn of(command: &str, answer: &Value) -> Option<Self> {
        let answer = without_attributes(answer);
        if matches!(answer, Value::ServerError(_)) {
            return None;
        }
        match command {
            "GET" | "GETDEL" | "GETEX" | "HGET" | "JSON.GET" => Some(Self::one(!is_nil(answer))),
            "MGET" | "HMGET" | "HGETDEL" | "HGETEX" | "JSON.MGET" => match answer {
                Value::Array(values) => values.iter().map(|value| Self::one(!is_nil(value))).reduce(Self::plus),
                _ => None,
            },
            "HGETALL" => match answer {
                Value::Map(fields) => Some(Self::one(!fields.is_empty())),
                Value::Array(fields) => Some(Self::one(!fields.is_empty())),
                _ => None,
            },
            _ => None,
        }
    }

    fn one(found: bool) -> Self {
        Lookups { hits: u32::from(found), misses: u32::from(!found) }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Lookups { hits: self.hits.saturating_add(other.hits), misses: self.misses.saturating_add(other.misses) }
    }
}

impl From<Lookups> for Yield {
    fn from(Lookups { hits, misses }: Lookups) -> Self {
        Yield::Lookups { hits, misses }
    }
}

/// The code of an error that the server answered, which is not an error yet for the connection.
pub(crate) fn server_error(answer: &Value) -> Option<&str> {
    match without_attributes(answer) {
        Value::ServerError(error) => Some(error.code()),
        _ => None,
    }
}

/// The answers of a pipeline's commands; those of a transaction come as one.
pub(crate) fn answers(answered: &[Value], transaction: bool) -> &[Value] {
    match answered.last().map(without_attributes) {
        Some(Value::Array(answers)) if transaction => answers,
        // It was not carried out, or it is one error.
        Some(_) if transaction => &[],
        _ => answered,
    }
}

fn is_nil(value: &Value) -> bool {
    matches!(without_attributes(value), Value::Nil)
}

/// A server may say something beside an answer.
fn without_attributes(mut value: &Value) -> &Value {
    while let Value::Attribute { data, .. } = value {
        value = data;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.into())
    }

    fn list<const N: usize>(values: [Value; N]) -> Value {
        Value::Array(values.into())
    }

    #[test]
    fn what_was_found_and_what_was_not() {
        let error = || redis::parse_redis_value(b"-WRONGTYPE no\r\n").unwrap();
        let noted = |data| Value::Attribute { data: Box::new(data), attributes: vec![(text("ttl"), Value::Int(3))] };
        for (command, answer, expected) in [
            ("GET", text("on"), Some((1, 0))),
            ("GET", text(""), Some((1, 0))),
            ("GET", Value::Nil, Some((0, 1))),
            ("GET", noted(Value::Nil), Some((0, 1))),
            ("MGET", noted(list([text("on"), noted(Value::Nil)])), Some((1, 1))),
            ("GET", error(), None),
            ("GETEX", Value::Int(0), Some((1, 0))),
            ("GETDEL", Value::Nil, Some((0, 1))),
            ("HGET", Value::Boolean(false), Some((1, 0))),
            ("MGET", list([text("on"), Value::Nil, text("off")]), Some((2, 1))),
            ("HMGET", list([Value::Nil, Value::Nil]), Some((0, 2))),
            ("HMGET", Value::Nil, None),
            ("MGET", list([]), None),
            ("HGETALL", list([]), Some((0, 1))),
            ("HGETALL", list([text("a"), text("b")]), Some((1, 0))),
            ("HGETALL", Value::Map(vec![(text("a"), text("b"))]), Some((1, 0))),
            ("HGETALL", Value::Map(vec![]), Some((0, 1))),
            ("EXISTS", Value::Int(1), None),
            ("SET", Value::Okay, None),
            ("SET", Value::Nil, None),
            ("LPOP", Value::Nil, None),
            ("_OTHER", Value::Nil, None),
        ] {
            let lookups = Lookups::of(command, &answer).map(|lookups| (lookups.hits, lookups.misses));
            assert_eq!(lookups, expected, "{command} {answer:?}");
        }
    }
}

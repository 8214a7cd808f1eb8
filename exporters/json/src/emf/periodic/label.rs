//! Labels and names as CloudWatch takes them.

use std::borrow::Cow;

use tachograph_metrics::Value;

/// How long the name of a dimension can be.
const LONGEST_NAME: usize = 250;

/// How long the name of a metric can be.
const LONGEST_METRIC: usize = 255;

/// How long the value of a dimension can be.
const LONGEST_VALUE: usize = 1024;

/// A value as text.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
    }
}

/// The name of a dimension; none where nothing is left of it.
pub(super) fn name(name: &str) -> Option<String> {
    named(name, LONGEST_NAME)
}

/// The name of a metric; none where nothing is left of it.
pub(super) fn metric(name: &str) -> Option<String> {
    named(name, LONGEST_METRIC)
}

/// The value of a dimension; none where nothing is left of it.
pub(super) fn value(value: &str) -> Option<String> {
    let text = ascii(value, LONGEST_VALUE);
    (!text.trim().is_empty()).then_some(text)
}

fn named(name: &str, longest: usize) -> Option<String> {
    let name = ascii(name, longest);
    // CloudWatch keeps names that begin with a colon to itself.
    let name = match name.strip_prefix(':') {
        Some(rest) => format!("_{rest}"),
        None => name,
    };
    (!name.trim().is_empty()).then_some(name)
}

/// Every character that CloudWatch does not take becomes an underscore, and what is too long is cut.
fn ascii(text: &str, longest: usize) -> String {
    let taken = |character: char| if (' '..='~').contains(&character) { character } else { '_' };
    text.chars().take(longest).map(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cloudwatch_does_not_take_is_replaced_or_left_out() {
        assert_eq!(value("Zoë\n1"), Some("Zo__1".into()));
        assert_eq!([value(""), value("  "), name(""), metric(" ")], [None, None, None, None]);
        assert_eq!((name(":a:"), metric(":")), (Some("_a:".into()), Some("_".into())));
        assert_eq!(value(&"€".repeat(2000)), Some("_".repeat(1024)));
        assert_eq!((name(&"a".repeat(300)).unwrap().len(), metric(&"a".repeat(300)).unwrap().len()), (250, 255));
    }
}

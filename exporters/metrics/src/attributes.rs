//! What tells one series of a metric from another.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// One attribute: to Prometheus, a label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// OpenTelemetry's name, `http.request.method`; by plain names, `method`.
    pub name: Cow<'static, str>,
    /// Its value.
    pub value: Value,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A text.
    Text(Cow<'static, str>),
    /// A whole number: a status, a port.
    Int(i64),
    /// True or false.
    Bool(bool),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

/// The attributes of a series, in the order in which they are shown. Many metrics have the same series, so a clone costs
/// next to nothing.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    common: Arc<[Attribute]>,
    last: Option<Attribute>,
}

impl Attributes {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Attribute> + Clone {
        self.common.iter().chain(&self.last)
    }

    /// The value of one of them.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find(|attribute| attribute.name == name).map(|attribute| &attribute.value)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.common.is_empty() && self.last.is_none()
    }

    /// These, and one more that sets apart what is counted of one series.
    pub(crate) fn and(&self, name: &'static str, value: &'static str) -> Self {
        let last = Attribute { name: Cow::Borrowed(name), value: value.into() };
        Attributes { common: Arc::clone(&self.common), last: Some(last) }
    }
}

impl<N: Into<Cow<'static, str>>, V: Into<Value>> FromIterator<(N, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| Attribute { name: name.into(), value: value.into() });
        Attributes { common: pairs.collect(), last: None }
    }
}

impl Ord for Attributes {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl PartialOrd for Attributes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Attributes {}

impl std::hash::Hash for Attributes {
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        self.iter().for_each(|attribute| attribute.hash(hasher));
    }
}

/// Attributes on their way to becoming a series.
#[derive(Debug, Default)]
pub(crate) struct List(Vec<Attribute>);

impl List {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// One more. An empty one is left out: it says nothing.
    pub(crate) fn text(mut self, name: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.0.push(Attribute { name: Cow::Borrowed(name), value: value.to_owned().into() });
        }
        self
    }

    /// One more, of a number; 0 is none.
    pub(crate) fn number(mut self, name: &'static str, value: u16) -> Self {
        if value != 0 {
            self.0.push(Attribute { name: Cow::Borrowed(name), value: i64::from(value).into() });
        }
        self
    }

    pub(crate) fn done(self) -> Attributes {
        Attributes { common: self.0.into(), last: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_are_left_out() {
        let attributes = List::new().text("a", "b").text("c", "").number("d", 0).number("e", 404).done();
        let expected: Attributes = [("a", Value::from("b")), ("e", Value::from(404))].into_iter().collect();
        assert_eq!(attributes, expected);
        assert_eq!(attributes.get("e"), Some(&Value::Int(404)));
    }

    #[test]
    fn where_an_attribute_is_kept_makes_no_difference() {
        let base = List::new().text("a", "b").done();
        let (one, other) = (base.and("share", "db"), List::new().text("a", "b").text("share", "db").done());
        assert_eq!(one, other);
        assert!(base < one && one < base.and("share", "own"));
    }
}

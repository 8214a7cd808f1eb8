//! What is known of one event, or of one group of events.

use crate::value::Value;

/// One result: values by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    values: Vec<(String, Value)>,
}

impl Row {
    /// What the field of this name is.
    pub fn get(&self, name: &str) -> &Value {
        self.values.iter().find(|(other, _)| other == name).map_or(&Value::Missing, |(_, value)| value)
    }

    /// The field of this name, where it is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The field of this name, where it is or reads as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name).number()
    }

    /// The fields that it has, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        match self.values.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => self.values.push((name.to_owned(), value)),
        }
    }

    /// Only these fields, in this order.
    pub(crate) fn only(&self, names: &[String]) -> Row {
        Row { values: names.iter().map(|name| (name.clone(), self.get(name).clone())).collect() }
    }
}

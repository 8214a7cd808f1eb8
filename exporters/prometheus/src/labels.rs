//! The labels of a series, written as they stand on the page.

use std::fmt::{Display, Write};

/// `method="GET",path="/experiments/{id}"`: made once for each series, not for each scrape.
#[derive(Debug, Default)]
pub(crate) struct Labels(String);

impl Labels {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// One more label. An empty one is left out: to Prometheus it is the same as none.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        if !value.is_empty() {
            self.begin(name);
            escape(value, true, &mut self.0);
            self.0.push('"');
        }
        self
    }

    /// One more label, of a number; 0 is none.
    pub(crate) fn with_number<N: Display + Default + PartialEq>(mut self, name: &str, value: N) -> Self {
        if value != N::default() {
            self.begin(name);
            let _ = write!(self.0, "{value}\"");
        }
        self
    }

    fn begin(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(name);
        self.0.push_str("=\"");
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// Both formats escape these in values; what a family is, the text format writes with quotes as they are.
pub(crate) fn escape(text: &str, quotes: bool, out: &mut String) {
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' if quotes => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
}

/// A label's name made of an attribute's: what is no letter, digit or underscore becomes an underscore, and none begins
/// with a digit.
pub(crate) fn label_name(attribute: &str) -> String {
    let mut name: String =
        attribute.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect();
    if name.is_empty() || name.starts_with(|character: char| character.is_ascii_digit()) {
        name.insert(0, '_');
    }
    // Names with two underscores in front are Prometheus' own.
    while name.starts_with("__") {
        name.remove(0);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_empty_ones_left_out() {
        let labels =
            Labels::new().with("a", "C:\\x \"y\"\nz\r{}").with("b", "").with_number("c", 0).with_number("d", 404);
        assert_eq!(labels.into_string(), "a=\"C:\\\\x \\\"y\\\"\\nz\r{}\",d=\"404\"");
    }

    #[test]
    fn names_are_what_prometheus_takes() {
        let names = ["service.name", "k8s.pod-name", "2nd", "", "__name__", "größe"].map(label_name);
        assert_eq!(names, ["service_name", "k8s_pod_name", "_2nd", "_", "_name__", "gr__e"]);
    }
}

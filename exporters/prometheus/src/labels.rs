//! The labels of a series, written as they stand on the page.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use tachograph_metrics::{Attributes, Value, prometheus_label};

/// `method="GET",path="/experiments/{id}"`. An empty label is left out: to Prometheus it is the same as none. Attributes
/// whose names become the same label are joined by `;`, as OpenTelemetry's specification says.
pub(crate) fn labels(attributes: &Attributes) -> String {
    let mut written = String::with_capacity(128);
    let mut names: Vec<Cow<'_, str>> = Vec::with_capacity(8);
    for attribute in attributes.iter() {
        let name = prometheus_label(&attribute.name);
        if names.contains(&name) {
            return joined(attributes);
        }
        label(&name, &text(&attribute.value), &mut written);
        names.push(name);
    }
    written
}

fn joined(attributes: &Attributes) -> String {
    let mut labels: BTreeMap<Cow<'_, str>, String> = BTreeMap::new();
    for attribute in attributes.iter() {
        let value = text(&attribute.value);
        let joined = labels.entry(prometheus_label(&attribute.name)).or_default();
        if !joined.is_empty() {
            joined.push(';');
        }
        joined.push_str(&value);
    }
    labels.iter().fold(String::new(), |mut written, (name, value)| {
        label(name, value, &mut written);
        written
    })
}

/// One more label behind those that are written.
pub(crate) fn label(name: &str, value: &str, out: &mut String) {
    if !value.is_empty() {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(name);
        out.push_str("=\"");
        escape(value, true, out);
        out.push('"');
    }
}

fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
    }
}

/// Both formats escape these in values; what a family is, the text format writes with quotes as they are.
pub(crate) fn escape(text: &str, quotes: bool, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(|character| matches!(character, '\\' | '\n') || (quotes && character == '"')) {
        out.push_str(&rest[..at]);
        let _ = match rest.as_bytes()[at] {
            b'\n' => write!(out, "\\n"),
            special => write!(out, "\\{}", special as char),
        };
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<const N: usize>(pairs: [(&'static str, Value); N]) -> String {
        labels(&pairs.into_iter().collect())
    }

    #[test]
    fn values_are_escaped_and_empty_ones_left_out() {
        let labels = of([
            ("a", "C:\\x \"y\"\nz\r{}".into()),
            ("b", "".into()),
            ("c.d", 404.into()),
            ("otel.metric.overflow", true.into()),
        ]);
        assert_eq!(labels, "a=\"C:\\\\x \\\"y\\\"\\nz\r{}\",c_d=\"404\",otel_metric_overflow=\"true\"");
    }

    #[test]
    fn attributes_become_labels_without_a_duplicate() {
        let labels = of([("k8s.pod-name", "a".into()), ("k8s.pod.name", "b".into()), ("z", 1.into())]);
        assert_eq!(labels, r#"k8s_pod_name="a;b",z="1""#);
    }

    #[test]
    fn names_are_what_prometheus_takes() {
        let names = ["service.name", "k8s.pod-name", "2nd", "", "__name__", "größe", "le"].map(prometheus_label);
        assert_eq!(names, ["service_name", "k8s_pod_name", "_2nd", "_", "_name__", "gr__e", "exported_le"]);
    }
}

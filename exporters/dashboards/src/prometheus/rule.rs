//! A file of rules, as Prometheus reads it.

use std::fmt::Write;

use serde_json::Value;

use super::scope::identity;
use crate::settings::Settings;

/// Rules that are evaluated together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// How often; none: as Prometheus is configured.
    pub(crate) interval: Option<&'static str>,
    pub(crate) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    kind: &'static str,
    name: String,
    expression: String,
    hold: Option<&'static str>,
    labels: Vec<(&'static str, String)>,
    annotations: Vec<(&'static str, String)>,
}

impl Rule {
    /// What is computed ahead, under a name of its own.
    pub(crate) fn record(name: impl Into<String>, expression: String) -> Self {
        let (labels, annotations) = (Vec::new(), Vec::new());
        Rule { kind: "record", name: name.into(), expression, hold: None, labels, annotations }
    }

    /// What somebody is told of.
    pub(crate) fn alert(name: impl Into<String>, expression: String) -> Self {
        Rule { kind: "alert", ..Rule::record(name, expression) }
    }

    /// Only once it has been so for this long.
    pub(crate) fn hold(mut self, time: &'static str) -> Self {
        self.hold = Some(time);
        self
    }

    /// One more label. Those of an alert are templates, those of what is recorded are not.
    pub(crate) fn label(mut self, name: &'static str, value: &str) -> Self {
        self.labels.push((name, if self.kind == "alert" { literal(value) } else { value.to_owned() }));
        self
    }

    /// It is about this service.
    pub(crate) fn of(self, settings: &Settings) -> Self {
        identity(settings).fold(self, |rule, (name, value)| rule.label(name, value))
    }

    pub(crate) fn annotation(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.annotations.push((name, text.into()));
        self
    }

    fn write(&self, out: &mut String) {
        let _ = writeln!(out, "      - {}: {}", self.kind, scalar(&self.name));
        // As it is: in quotes all of its own would have to be escaped.
        let _ = writeln!(out, "        expr: |-\n          {}", self.expression);
        if let Some(time) = self.hold {
            let _ = writeln!(out, "        for: {time}");
        }
        for (name, entries) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            if !entries.is_empty() {
                let _ = writeln!(out, "        {name}:");
            }
            for (name, value) in entries {
                let _ = writeln!(out, "          {name}: {}", scalar(value));
            }
        }
    }
}

/// The file; `comment` is its first line.
pub(crate) fn file(comment: &str, groups: &[Group]) -> String {
    let mut out = format!("# {comment}\ngroups:\n");
    for group in groups.iter().filter(|group| !group.rules.is_empty()) {
        let _ = writeln!(out, "  - name: {}", scalar(&group.name));
        if let Some(interval) = group.interval {
            let _ = writeln!(out, "    interval: {interval}");
        }
        let _ = writeln!(out, "    rules:");
        group.rules.iter().for_each(|rule| rule.write(&mut out));
    }
    out
}

/// A text in quotes: what JSON has in them, YAML has in them, too.
fn scalar(text: &str) -> String {
    Value::from(text).to_string()
}

/// A text in which Prometheus finds no template.
pub(crate) fn literal(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

//! A template of CloudFormation, and texts in which something is not known before it is deployed.

use serde_json::{Map, Value, json};

/// Where the name of a parameter begins and ends in a text, until the template is written. Nobody's text has these: they are
/// characters that mean nothing, and [`words`] leaves them out.
const BEGIN: char = '\u{E000}';
const END: char = '\u{E001}';

/// What a template is called by, as a whole.
const VERSION: &str = "2010-09-09";

/// The value of a parameter (or of a pseudo parameter), as a part of any text of the template.
pub(super) fn parameter(name: &str) -> String {
    format!("{BEGIN}{name}{END}")
}

/// A text of somebody's.
pub(super) fn words(text: &str) -> String {
    text.chars().filter(|character| ![BEGIN, END].contains(character)).collect()
}

/// A template while it is made. What is in it twice was written once.
#[derive(Debug)]
pub(super) struct Template {
    description: String,
    parameters: Map<String, Value>,
    conditions: Map<String, Value>,
    resources: Map<String, Value>,
    outputs: Map<String, Value>,
}

impl Template {
    pub(super) fn new(description: String) -> Self {
        let section = Map::new;
        Template { description, parameters: section(), conditions: section(), resources: section(), outputs: section() }
    }

    pub(super) fn parameter(&mut self, name: &str, value: Value) {
        self.parameters.insert(name.to_owned(), value);
    }

    /// A switch, and the condition of this name that it is on.
    pub(super) fn switch(&mut self, name: &str, condition: &str, is_on: bool, description: &str) {
        let default = if is_on { "true" } else { "false" };
        let values = ["true", "false"];
        self.parameter(
            name,
            json!({"Type": "String", "Default": default, "AllowedValues": values, "Description": description}),
        );
        self.condition(condition, json!({"Fn::Equals": [{"Ref": name}, "true"]}));
    }

    pub(super) fn condition(&mut self, name: &str, value: Value) {
        self.conditions.insert(name.to_owned(), value);
    }

    /// One more resource; of several of one name, later ones get a number. Returns its name.
    pub(super) fn resource(&mut self, name: &str, kind: &str, condition: Option<&str>, properties: Value) -> String {
        let mut name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        if self.resources.contains_key(&name) {
            let mut numbers = 2..;
            let free = numbers.find(|number| !self.resources.contains_key(&format!("{name}{number}")));
            name.push_str(&free.unwrap_or(0_u64).to_string());
        }
        let mut resource = json!({"Type": kind, "Properties": properties});
        if let Some(condition) = condition {
            resource["Condition"] = condition.into();
        }
        self.resources.insert(name.clone(), resource);
        name
    }

    /// What becomes of a resource that is no longer in the template, or is replaced.
    pub(super) fn keep(&mut self, name: &str, policy: &str) {
        let resource = &mut self.resources[name];
        resource["DeletionPolicy"] = policy.into();
        resource["UpdateReplacePolicy"] = policy.into();
    }

    pub(super) fn output(&mut self, name: &str, description: &str, condition: Option<&str>, value: Value) {
        let mut output = json!({"Description": description, "Value": value});
        if let Some(condition) = condition {
            output["Condition"] = condition.into();
        }
        self.outputs.insert(name.to_owned(), output);
    }

    /// The template, as it is deployed.
    pub(super) fn write(self) -> String {
        let mut written = Map::new();
        written.insert("AWSTemplateFormatVersion".into(), VERSION.into());
        written.insert("Description".into(), self.description.into());
        let sections = [
            ("Parameters", self.parameters),
            ("Conditions", self.conditions),
            ("Resources", self.resources),
            ("Outputs", self.outputs),
        ];
        for (name, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
            written.insert(name.into(), section.into());
        }
        let written = resolved(written.into());
        // A value that was made of maps and texts alone is always written.
        serde_json::to_string_pretty(&written).unwrap_or_default() + "\n"
    }
}

/// With references in the place of parameters.
fn resolved(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains(BEGIN) => reference(&text),
        Value::Array(values) => values.into_iter().map(resolved).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, resolved(value))).collect(),
        other => other,
    }
}

fn reference(text: &str) -> Value {
    let alone = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    match alone.filter(|name| !name.contains(END)) {
        Some(name) => json!({"Ref": name}),
        // What looks like a parameter in somebody's text is none.
        None => json!({"Fn::Sub": text.replace("${", "${!").replace(BEGIN, "${").replace(END, "}")}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_references_and_somebodys_text_is_not() {
        let text = format!("a ${{b}} {} {}", parameter("Function"), words("\u{E000}Table\u{E001}"));
        assert_eq!(reference(&text), json!({"Fn::Sub": "a ${!b} ${Function} Table"}));
        assert_eq!(reference(&parameter("Table")), json!({"Ref": "Table"}));
        assert_eq!(resolved(json!(["${a}", {"b": "c"}])), json!(["${a}", {"b": "c"}]), "nobody substitutes there");
        let both = parameter("A") + &parameter("B");
        assert_eq!(reference(&both), json!({"Fn::Sub": "${A}${B}"}));
    }

    #[test]
    fn resources_of_one_name_are_told_apart() {
        let mut template = Template::new("test".into());
        let mut add = |name| template.resource(name, "A::B", None, json!({}));
        assert_eq!(["a-b", "a_b", "ab", "c"].map(&mut add), ["ab", "ab2", "ab3", "c"]);
    }
}

//! What CloudFormation makes of a template.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Resources, by their names, as they would be created: without what is conditioned away, and without functions.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) resources: BTreeMap<String, (String, Value)>,
}

pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const ACCOUNT: &str = "123456789012";

struct Deployment<'t> {
    template: &'t Value,
    parameters: BTreeMap<String, String>,
}

impl Stack {
    /// Deploys a template with these parameters; the others have their defaults.
    pub(crate) fn deploy(template: &str, parameters: &[(&str, &str)]) -> Self {
        let template: Value = serde_json::from_str(template).unwrap();
        let none = Map::new();
        let asked = template.get("Parameters").and_then(Value::as_object).unwrap_or(&none);
        let mut given: BTreeMap<String, String> = asked
            .iter()
            .map(|(name, parameter)| (name.clone(), parameter["Default"].as_str().unwrap().to_owned()))
            .collect();
        for (name, value) in parameters {
            assert!(given.insert((*name).into(), (*value).into()).is_some(), "{name} is no parameter");
        }
        for (name, value) in [("AWS::Region", REGION), ("AWS::AccountId", ACCOUNT), ("AWS::Partition", "aws")] {
            given.insert(name.into(), value.into());
        }
        let deployment = Deployment { template: &template, parameters: given };
        let resources = template["Resources"].as_object().unwrap().iter();
        let created = resources.filter(|(_, resource)| deployment.is_created(resource));
        let made = created.map(|(name, resource)| {
            (name.clone(), (resource["Type"].as_str().unwrap().to_owned(), deployment.resolve(&resource["Properties"])))
        });
        Stack { resources: made.collect() }
    }

    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        self.resources.values().filter(|(of, _)| of == kind).map(|(_, properties)| properties).collect()
    }
}

impl Deployment<'_> {
    fn is_created(&self, resource: &Value) -> bool {
        resource.get("Condition").is_none_or(|condition| self.holds(&json!({"Condition": condition})))
    }

    fn holds(&self, condition: &Value) -> bool {
        let (function, arguments) = condition.as_object().unwrap().iter().next().unwrap();
        let all = || arguments.as_array().unwrap();
        match function.as_str() {
            "Condition" => self.holds(&self.template["Conditions"][arguments.as_str().unwrap()]),
            "Fn::Equals" => self.resolve(&all()[0]) == self.resolve(&all()[1]),
            "Fn::Not" => !self.holds(&all()[0]),
            "Fn::And" => all().iter().all(|condition| self.holds(condition)),
            other => panic!("{other} is no condition"),
        }
    }

    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Array(values) => values.iter().map(|value| self.resolve(value)).collect(),
            Value::Object(members) => match members.iter().next() {
                Some((function, argument)) if members.len() == 1 => match function.as_str() {
                    "Ref" => self.reference(argument.as_str().unwrap()).into(),
                    "Fn::Sub" => self.substitute(argument.as_str().unwrap()).into(),
                    "Fn::If" => {
                        let condition = json!({"Condition": argument[0]});
                        self.resolve(&argument[if self.holds(&condition) { 1 } else { 2 }])
                    }
                    other => {
                        assert!(!other.starts_with("Fn::"), "{other}");
                        json!({other: self.resolve(argument)})
                    }
                },
                _ => members
                    .iter()
                    .map(|(name, value)| (name.clone(), self.resolve(value)))
                    .collect::<Map<_, _>>()
                    .into(),
            },
            other => other.clone(),
        }
    }

    /// The value of a parameter, or what a resource is called by others.
    fn reference(&self, name: &str) -> String {
        if let Some(value) = self.parameters.get(name) {
            return value.clone();
        }
        let resource = &self.template["Resources"][name];
        assert!(self.is_created(resource), "{name} is referred to, but not created");
        match resource["Type"].as_str().unwrap() {
            "AWS::Logs::LogGroup" => self.resolve(&resource["Properties"]["LogGroupName"]).as_str().unwrap().to_owned(),
            "AWS::SNS::Topic" => format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}"),
            "AWS::KMS::Key" => format!("key-{name}"),
            other => panic!("{name} is {other}"),
        }
    }

    fn substitute(&self, text: &str) -> String {
        let mut parts = text.split("${");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            match name.strip_prefix('!') {
                Some(literal) => out.push_str(&format!("${{{literal}}}")),
                None => out.push_str(&self.reference(name)),
            }
            out.push_str(rest);
        }
        out
    }
}

#[test]
fn a_template_is_resolved_as_cloudformation_does() {
    let template = json!({
        "Parameters": {"A": {"Default": "x"}, "B": {"Default": ""}},
        "Conditions": {"Has": {"Fn::Not": [{"Fn::Equals": [{"Ref": "B"}, ""]}]}},
        "Resources": {
            "One": {"Type": "T", "Condition": "Has", "Properties": {}},
            "Two": {"Type": "T", "Properties": {"A": {"Fn::Sub": "${A}-${!A}-${AWS::Region}"}, "B": {"Fn::If": ["Has", 1, {"Ref": "A"}]}}},
        },
    });
    let of = |parameters: &[(&str, &str)]| Stack::deploy(&template.to_string(), parameters);
    assert_eq!(of(&[]).of("T"), [&json!({"A": "x-${A}-eu-central-1", "B": "x"})]);
    assert_eq!(of(&[("B", "y"), ("A", "z")]).of("T")[1], &json!({"A": "z-${A}-eu-central-1", "B": 1}));
}

//! What else of AWS the service uses, by name or by a parameter of the template.

use serde_json::json;

use super::limits::one_of;
use super::template::{Template, parameter};
use crate::{Error, Resources};

/// A kind of what AWS has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Cluster,
    Table,
    Stream,
    DeadLetterQueue,
}

/// One of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// As a part of any text of the template.
    pub(super) text: String,
    /// What has to hold for it to be there.
    pub(super) condition: Option<&'static str>,
    /// As a part of the name of a resource.
    pub(super) id: String,
}

impl Kind {
    /// Those that the settings name, or where they name none, the one that a parameter of the template does.
    pub(super) fn all(self, resources: &Resources, template: &mut Template) -> Result<Vec<Name>, Error> {
        let (what, longest, named) = match self {
            Kind::Function => ("Lambda function", 140, &resources.functions),
            Kind::Cluster => ("Aurora cluster", 63, &resources.clusters),
            Kind::Table => ("DynamoDB table", 255, &resources.tables),
            Kind::Stream => ("Kinesis stream", 128, &resources.streams),
            Kind::DeadLetterQueue => ("SQS queue", 80, &resources.dead_letter_queues),
        };
        if named.is_empty() {
            return Ok(vec![self.asked_for(what, longest, template)]);
        }
        let mut names: Vec<Name> = Vec::new();
        for name in named {
            one_of(what, name, longest, |byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))?;
            if !names.iter().any(|other| other.text == *name) {
                names.push(Name { text: name.clone(), condition: None, id: in_capitals(name) });
            }
        }
        Ok(names)
    }

    fn asked_for(self, what: &str, longest: usize, template: &mut Template) -> Name {
        let (name, condition) = match self {
            Kind::Function => ("Function", "HasFunction"),
            Kind::Cluster => ("Cluster", "HasCluster"),
            Kind::Table => ("Table", "HasTable"),
            Kind::Stream => ("Stream", "HasStream"),
            Kind::DeadLetterQueue => ("DeadLetterQueue", "HasDeadLetterQueue"),
        };
        template.parameter(
            name,
            json!({
                "Type": "String",
                "Default": "",
                "MaxLength": longest,
                "AllowedPattern": "[A-Za-z0-9_.-]*",
                "Description": format!("The name of the {what}. Empty: there is none."),
            }),
        );
        template.condition(condition, json!({"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]}));
        Name { text: parameter(name), condition: Some(condition), id: String::new() }
    }
}

/// `orders-dlq` is `OrdersDlq`.
fn in_capitals(name: &str) -> String {
    let parts = name.split(|character: char| !character.is_ascii_alphanumeric());
    let capital = |part: &str| part[..1].to_ascii_uppercase() + &part[1..];
    parts.filter(|part| !part.is_empty()).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_settings_need_no_parameter() {
        let mut template = Template::new("test".into());
        let resources =
            Resources { tables: vec!["orders.v1".into(), "flags".into(), "flags".into()], ..Resources::default() };
        let names = Kind::Table.all(&resources, &mut template).unwrap();
        let of = |text: &str, id: &str| Name { text: text.into(), condition: None, id: id.into() };
        assert_eq!(names, [of("orders.v1", "OrdersV1"), of("flags", "Flags")]);
        assert!(!template.write().contains("Parameters"));
    }

    #[test]
    fn a_name_that_aws_has_not_is_refused() {
        let resources = Resources { functions: vec!["arn:aws:lambda:x".into()], ..Resources::default() };
        let refused = Kind::Function.all(&resources, &mut Template::new("test".into())).unwrap_err();
        assert!(refused.to_string().contains("`arn:aws:lambda:x` is no Lambda function"), "{refused}");
    }

    #[test]
    fn where_there_is_no_name_a_parameter_asks_for_it() {
        let mut template = Template::new("test".into());
        let names = Kind::Stream.all(&Resources::default(), &mut template).unwrap();
        assert_eq!((names[0].text.clone(), names[0].condition), (parameter("Stream"), Some("HasStream")));
        assert!(template.write().contains("\"HasStream\""));
    }
}

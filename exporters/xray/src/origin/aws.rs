//! The object `aws` of a segment.

use serde_json::{Map, Value};

/// Strings are no longer in X-Ray's documents.
const MAX_TEXT: usize = 250;

/// Of all members together: what it takes, the document lacks for other things.
const MAX_BYTES: usize = 2000;

/// Its members. What is empty or does not fit is left out.
#[derive(Debug, Default)]
pub(super) struct Aws {
    json: String,
}

impl Aws {
    pub(super) fn account(self, id: Option<&str>) -> Self {
        self.member("account_id", id.map(short))
    }

    /// An object of texts.
    pub(super) fn of(self, name: &str, members: &[(&str, Option<&str>)]) -> Self {
        let known = members.iter().filter_map(|(name, value)| Some(((*name).to_owned(), short((*value)?))));
        self.object(name, known.collect())
    }

    pub(super) fn object(self, name: &str, object: Map<String, Value>) -> Self {
        self.member(name, (!object.is_empty()).then_some(Value::Object(object)))
    }

    /// Groups of logs, and what is known of where they are.
    pub(super) fn logs<'a>(self, groups: impl IntoIterator<Item = &'a str>, place: Option<&Place<'_>>) -> Self {
        let reference = |group: &str| {
            let mut reference = Map::new();
            reference.insert("log_group".into(), short(group));
            if let Some(place) = place {
                reference.insert("arn".into(), short(&place.arn("logs", &format!("log-group:{group}"))));
            }
            Value::Object(reference)
        };
        let references: Vec<_> = groups.into_iter().take(4).map(reference).collect();
        self.member("cloudwatch_logs", (!references.is_empty()).then_some(Value::Array(references)))
    }

    fn member(mut self, name: &str, value: Option<Value>) -> Self {
        if let Some(value) = value {
            let member = format!(",\"{name}\":{value}");
            if self.json.len() + member.len() <= MAX_BYTES {
                self.json.push_str(&member);
            }
        }
        self
    }

    pub(super) fn json(self) -> Box<str> {
        self.json.into()
    }
}

fn short(text: &str) -> Value {
    text.chars().take(MAX_TEXT).collect::<String>().into()
}

/// Where in AWS something is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub(super) partition: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
}

impl<'a> Place<'a> {
    /// As an ARN says it.
    pub(super) fn of(arn: &'a str) -> Option<Self> {
        let mut parts = arn.split(':');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        part().filter(|prefix| *prefix == "arn")?;
        let partition = part()?;
        part()?;
        Some(Place { partition, region: part()?, account: part()? })
    }

    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let Place { partition, region, account } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place { partition: "aws-cn", region: "cn-north-1", account: "111122223333" };

    #[test]
    fn members_stand_behind_commas_and_what_is_not_known_is_left_out() {
        let aws = Aws::default()
            .account(Some("111122223333"))
            .of("ecs", &[("container", Some("a\"b")), ("container_id", None)])
            .of("ec2", &[("instance_id", None)])
            .logs([], None)
            .logs(["/a", "/b"], None);
        assert_eq!(
            &*aws.json(),
            ",\"account_id\":\"111122223333\",\"ecs\":{\"container\":\"a\\\"b\"},\
             \"cloudwatch_logs\":[{\"log_group\":\"/a\"},{\"log_group\":\"/b\"}]"
        );
        assert_eq!(&*Aws::default().account(None).json(), "");
    }

    #[test]
    fn groups_have_an_arn_where_the_place_is_known() {
        assert_eq!(
            &*Aws::default().logs(["/a"], Some(&PLACE)).json(),
            ",\"cloudwatch_logs\":[{\"arn\":\"arn:aws-cn:logs:cn-north-1:111122223333:log-group:/a\",\"log_group\":\"/a\"}]"
        );
    }

    #[test]
    fn it_is_bounded() {
        let long = "\u{0}".repeat(10_000);
        let one = Aws::default().account(Some(&"x".repeat(10_000))).json();
        assert_eq!(one.len(), ",\"account_id\":\"\"".len() + 250);
        // A NUL is written with six characters.
        let all =
            Aws::default().of("a", &[("b", Some(&long))]).of("c", &[("d", Some(&long))]).account(Some("1")).json();
        assert!(all.len() < 2000 && all.ends_with(",\"account_id\":\"1\"") && !all.contains("\"c\""), "{all}");
        let groups = Aws::default().logs((0..100).map(|_| "/group"), None).json();
        assert_eq!(groups.matches("/group").count(), 4);
    }

    #[test]
    fn a_place_is_read_from_an_arn() {
        let arn = PLACE.arn("ecs", "task/a/b");
        assert_eq!(arn, "arn:aws-cn:ecs:cn-north-1:111122223333:task/a/b");
        assert_eq!(Place::of(&arn), Some(PLACE));
        for other in ["", "arn", "arn:aws:ecs", "arn:aws:ecs::1:a", "urn:aws:ecs:a:1:a", "task/a:b:c:d:e:f"] {
            assert_eq!(Place::of(other), None, "{other}");
        }
    }
}

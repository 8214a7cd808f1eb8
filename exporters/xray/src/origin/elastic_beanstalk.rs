//! Elastic Beanstalk, which leaves a file for X-Ray.

use serde_json::Value;

use super::machine::{Machine, object};
use super::{Known, ec2};

const FILE: &str = "var/elasticbeanstalk/xray/environment.conf";

pub(super) fn is_here(machine: &Machine) -> bool {
    machine.has_file(FILE)
}

/// Its environments are machines of EC2, of which documents tell, too.
pub(super) fn find(machine: &Machine) -> Known {
    let file = machine.file(FILE).and_then(|json| object(json.as_bytes())).unwrap_or_default();
    let members = ["environment_name", "version_label", "deployment_id"].into_iter().filter_map(|name| {
        let value = match file.get(name)? {
            Value::String(text) => text.chars().take(250).collect::<String>().into(),
            number @ Value::Number(_) => number.clone(),
            _ => return None,
        };
        Some((name.to_owned(), value))
    });
    let aws = ec2::aws(machine).unwrap_or_default();
    Known {
        origin: "AWS::ElasticBeanstalk::Environment",
        service_types: &["AWS::ElasticBeanstalk::Environment"],
        aws: aws.object("elastic_beanstalk", members.collect()).json(),
    }
}

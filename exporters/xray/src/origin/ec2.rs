//! EC2, whose metadata service every machine of it reaches at one address.

use serde_json::Value;

use super::Known;
use super::aws::{Aws, Place};
use super::machine::{Machine, object, text};
use crate::http::CallError;

pub(super) fn find(machine: &Machine) -> Option<Known> {
    aws(machine).map(known)
}

/// It runs there, but nobody told more.
pub(super) fn unknown() -> Known {
    known(Aws::default())
}

fn known(aws: Aws) -> Known {
    Known { origin: "AWS::EC2::Instance", service_types: &["AWS::EC2::Instance"], aws: aws.json() }
}

/// What documents say of the machine; none where this is none of EC2.
pub(super) fn aws(machine: &Machine) -> Option<Aws> {
    let service = endpoint(machine)?;
    let token = token(machine, &service)?;
    let headers: &[_] = match &token {
        Some(token) => &[("x-aws-ec2-metadata-token", token.as_str())],
        None => &[],
    };
    let identity = machine.get(&format!("{service}/latest/dynamic/instance-identity/document"), headers)?;
    let known = |member| text(&identity, member);
    // Other clouds have something else at this address.
    known("instanceId")?;
    let partition = match known("region") {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let place = known("region").zip(known("accountId"));
    let place = place.map(|(region, account)| Place { partition, region, account });
    let groups = agents_groups(machine);
    let members = [
        ("instance_id", known("instanceId")),
        ("availability_zone", known("availabilityZone")),
        ("instance_size", known("instanceType")),
        ("ami_id", known("imageId")),
    ];
    let aws = Aws::default().account(known("accountId")).of("ec2", &members);
    Some(aws.logs(groups.iter().map(String::as_str), place.as_ref()))
}

fn endpoint(machine: &Machine) -> Option<String> {
    if machine.variable("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return None;
    }
    if let Some(endpoint) = machine.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
        return Some(endpoint.trim_end_matches('/').to_owned());
    }
    let ipv6 = machine.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    let ipv6 = ipv6.is_some_and(|mode| mode.eq_ignore_ascii_case("ipv6"));
    Some(if ipv6 { "http://[fd00:ec2::254]" } else { "http://169.254.169.254" }.to_owned())
}

/// What version 2 of the service wants to see. Where it gives none, as it does where only version 1 is there, and where the
/// answer does not find its way into a container, version 1 is tried. Where nobody is there, nobody is asked again.
fn token(machine: &Machine, service: &str) -> Option<Option<String>> {
    let seconds = ("x-aws-ec2-metadata-token-ttl-seconds", "60");
    match machine.http().put(&format!("{service}/latest/api/token"), &[seconds]) {
        Ok(token) => Some(String::from_utf8(token).ok()),
        Err(CallError::Status(403..=405) | CallError::Failed(ureq::Error::Timeout(ureq::Timeout::RecvResponse))) => {
            Some(None)
        }
        Err(_) => None,
    }
}

/// The groups that the CloudWatch agent sends the machine's logs to.
fn agents_groups(machine: &Machine) -> Vec<String> {
    let file = machine.file("opt/aws/amazon-cloudwatch-agent/etc/log-config.json");
    let file = file.and_then(|json| object(json.as_bytes())).unwrap_or_default();
    let configs = file.get("log_configs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut groups: Vec<String> = Vec::new();
    for group in configs.iter().filter_map(|config| config.get("log_group_name")?.as_str()) {
        if !groups.iter().any(|known| known == group) {
            groups.push(group.to_owned());
        }
    }
    groups
}

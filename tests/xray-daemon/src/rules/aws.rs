//! Where a segment ran, and what a subsegment asked of AWS.

use serde_json::Value;

use crate::check::{Check, Kind, Members, TEXT};

/// What may be in `aws` of a segment, and inside of that.
const OF_SEGMENT: Members = &[
    ("account_id", TEXT),
    ("cloudwatch_logs", Kind::List),
    ("ec2", Kind::Object),
    ("ecs", Kind::Object),
    ("eks", Kind::Object),
    ("elastic_beanstalk", Kind::Object),
    ("xray", Kind::Object),
];

const INSIDE: &[(&str, Members)] = &[
    ("ec2", &[("instance_id", TEXT), ("availability_zone", TEXT), ("instance_size", TEXT), ("ami_id", TEXT)]),
    (
        "ecs",
        &[
            ("container", TEXT),
            ("container_id", TEXT),
            ("container_arn", TEXT),
            ("task_arn", TEXT),
            ("task_family", TEXT),
            ("cluster_arn", TEXT),
            ("launch_type", TEXT),
        ],
    ),
    ("eks", &[("cluster_name", TEXT), ("pod", TEXT), ("container_id", TEXT)]),
    ("elastic_beanstalk", &[("environment_name", TEXT), ("version_label", TEXT), ("deployment_id", Kind::Whole)]),
    (
        "xray",
        &[
            ("sdk", TEXT),
            ("sdk_version", TEXT),
            ("package", TEXT),
            ("auto_instrumentation", Kind::Flag),
            ("sampling_rule_name", TEXT),
        ],
    ),
];

const LOG_GROUP: Members = &[("log_group", Kind::Text(512)), ("arn", Kind::Text(2048))];

const OF_SUBSEGMENT: Members = &[
    ("operation", TEXT),
    ("account_id", TEXT),
    ("region", TEXT),
    ("request_id", TEXT),
    ("queue_url", TEXT),
    ("table_name", TEXT),
    // Not in the guide, but what AWS' own SDKs write.
    ("retries", Kind::Whole),
    ("id_2", TEXT),
    ("queue_name", TEXT),
    ("topic_arn", TEXT),
    ("bucket_name", TEXT),
    ("key", TEXT),
    ("function_name", TEXT),
    ("stream_name", TEXT),
    ("resource", TEXT),
    ("resource_names", Kind::List),
];

const ORIGINS: &[&str] = &[
    "AWS::EC2::Instance",
    "AWS::ECS::Container",
    "AWS::ECS::EC2",
    "AWS::ECS::Fargate",
    "AWS::EKS::Container",
    "AWS::ElasticBeanstalk::Environment",
    "AWS::AppRunner::Service",
    "AWS::Lambda",
    "AWS::Lambda::Function",
];

pub(super) fn check(check: &mut Check, json: &Value, is_segment: bool) {
    let (aws, origin) = (&json["aws"], &json["origin"]);
    if is_segment {
        let is_one = origin.is_null() || ORIGINS.iter().any(|known| origin == known);
        check.require(is_one, format_args!("origin {origin} is none of AWS'"));
        check.members("aws", aws, OF_SEGMENT);
        for (name, members) in INSIDE {
            check.members(&format!("aws.{name}"), &aws[name], members);
        }
        for group in aws["cloudwatch_logs"].as_array().into_iter().flatten() {
            check.kind("a log group", group, Kind::Object);
            check.members("aws.cloudwatch_logs", group, LOG_GROUP);
            check.require(!group["log_group"].is_null(), "a log group has no name");
        }
    } else {
        check.members("aws", aws, OF_SUBSEGMENT);
        let is_aws = json["namespace"] == "aws";
        check.require(is_aws != aws.is_null(), "one of aws and namespace aws without the other");
        check.require(!is_aws || !aws["operation"].is_null(), "namespace aws without aws.operation");
    }
    let account = &aws["account_id"];
    let is_one = |id: &str| id.len() == 12 && id.bytes().all(|digit| digit.is_ascii_digit());
    check.require(account.as_str().is_none_or(is_one), format_args!("account_id {account} is not 12 digits"));
}

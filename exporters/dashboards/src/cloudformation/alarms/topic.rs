//! Who is told.

use serde_json::{Value, json};

use super::super::dashboards::called;
use super::super::template::{Template, parameter};
use crate::Settings;

/// What holds where the template has a topic of its own.
const CREATES: &str = "CreatesTopic";

/// Adds the topic, unless one is named when the template is deployed. Returns what alarms have to tell.
pub(super) fn create(settings: &Settings, template: &mut Template) -> Value {
    template.parameter(
        "TopicArn",
        json!({
            "Type": "String",
            "Default": "",
            "AllowedPattern": "(arn:[a-z-]+:sns:.+)?",
            "Description": "A topic of SNS that is told of alarms. Empty: one is created. CloudWatch must be allowed to use its key.",
        }),
    );
    template.condition(CREATES, json!({"Fn::Equals": [{"Ref": "TopicArn"}, ""]}));
    template.parameter(
        "Email",
        json!({
            "Type": "String",
            "Default": settings.email.clone().unwrap_or_default(),
            "Description": "Who is told by mail, and has to confirm it first. Empty: nobody.",
        }),
    );
    let is_said = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "Email"}, ""]}]});
    template.condition("TellsByMail", json!({"Fn::And": [{"Condition": CREATES}, is_said]}));

    let key = template.resource("TopicKey", "AWS::KMS::Key", Some(CREATES), key(settings));
    template.keep(&key, "Delete");
    let topic = template.resource(
        "Topic",
        "AWS::SNS::Topic",
        Some(CREATES),
        json!({"DisplayName": format!("Alarms of {}", called(settings)), "KmsMasterKeyId": {"Ref": key}}),
    );
    template.resource(
        "TopicSubscription",
        "AWS::SNS::Subscription",
        Some("TellsByMail"),
        json!({"TopicArn": {"Ref": topic}, "Protocol": "email", "Endpoint": {"Ref": "Email"}}),
    );
    let told = json!({"Fn::If": [CREATES, {"Ref": topic}, {"Ref": "TopicArn"}]});
    template.output("Topic", "Who is told of alarms.", None, told.clone());
    told
}

/// The key that AWS has for topics CloudWatch may not use: alarms would reach nobody.
fn key(settings: &Settings) -> Value {
    let account = format!("arn:{}:iam::{}:root", parameter("AWS::Partition"), parameter("AWS::AccountId"));
    json!({
        "Description": format!("For the topic of the alarms of {}", called(settings)),
        "EnableKeyRotation": true,
        "KeyPolicy": {
            "Version": "2012-10-17",
            "Statement": [
                {"Sid": "Administration", "Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"},
                {
                    "Sid": "Alarms",
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                },
            ],
        },
    })
}

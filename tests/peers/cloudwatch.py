"""Creates what a template of CloudFormation has, by the services' own APIs, and tells what they say is there then.

Standard input is a list of `[name, type, properties]`, as CloudFormation would create them; the argument is the URL at which
AWS answers. Standard output is what was read back, by name, in the form of the template. AWS' own SDK refuses what the
APIs do not know before it is sent.
"""

import json
import os
import sys

import boto3
from botocore.validate import ParamValidator

os.environ.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_DEFAULT_REGION="eu-central-1")
services = {name: boto3.client(name, endpoint_url=sys.argv[1]) for name in ("cloudwatch", "kms", "logs", "sns")}
cloudwatch, kms, logs, sns = (services[name] for name in ("cloudwatch", "kms", "logs", "sns"))


def small(properties):
    return {name[0].lower() + name[1:]: value for name, value in properties.items()}


def large(members):
    return {name[0].upper() + name[1:]: value for name, value in members.items()}


def group(properties):
    name = properties["LogGroupName"]
    logs.create_log_group(logGroupName=name)
    if "RetentionInDays" in properties:
        logs.put_retention_policy(logGroupName=name, retentionInDays=properties["RetentionInDays"])
    return large(logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0])


def metric_filter(properties):
    name, members = "the-filter", small(properties)
    # What a service writes to is there before it is filtered.
    if not logs.describe_log_groups(logGroupNamePrefix=members["logGroupName"])["logGroups"]:
        logs.create_log_group(logGroupName=members["logGroupName"])
    [transformation] = map(small, members["metricTransformations"])
    if "dimensions" in transformation:
        transformation["dimensions"] = {pair["Key"]: pair["Value"] for pair in transformation["dimensions"]}
    members["metricTransformations"] = [transformation]
    logs.put_metric_filter(filterName=name, **members)
    [found] = logs.describe_metric_filters(logGroupName=members["logGroupName"], filterNamePrefix=name)["metricFilters"]
    [transformation] = map(large, found["metricTransformations"])
    if "Dimensions" in transformation:
        pairs = transformation["Dimensions"].items()
        transformation["Dimensions"] = [{"Key": key, "Value": value} for key, value in pairs]
    logs.delete_metric_filter(logGroupName=members["logGroupName"], filterName=name)
    return large(found) | {"MetricTransformations": [transformation]}


def query(properties):
    # moto has none: the SDK at least knows what they are made of.
    operation = logs.meta.service_model.operation_model("PutQueryDefinition")
    problems = ParamValidator().validate(small(properties), operation.input_shape).generate_report()
    assert not problems, problems
    return properties


def dashboard(properties):
    cloudwatch.put_dashboard(**properties)
    return cloudwatch.get_dashboard(DashboardName=properties["DashboardName"])


def alarm(properties):
    cloudwatch.put_metric_alarm(**properties)
    [found] = cloudwatch.describe_alarms(AlarmNames=[properties["AlarmName"]])["MetricAlarms"]
    return found


def key(properties):
    policy = json.dumps(properties["KeyPolicy"])
    made = kms.create_key(Policy=policy, Description=properties["Description"])["KeyMetadata"]
    kms.enable_key_rotation(KeyId=made["KeyId"])
    return {
        "Description": made["Description"],
        "EnableKeyRotation": kms.get_key_rotation_status(KeyId=made["KeyId"])["KeyRotationEnabled"],
        "KeyPolicy": json.loads(kms.get_key_policy(KeyId=made["KeyId"], PolicyName="default")["Policy"]),
    }


def topic(properties):
    arn = sns.create_topic(Name="Topic", Attributes=properties)["TopicArn"]
    return sns.get_topic_attributes(TopicArn=arn)["Attributes"]


def subscription(properties):
    sns.subscribe(**properties)
    [found] = sns.list_subscriptions_by_topic(TopicArn=properties["TopicArn"])["Subscriptions"]
    return found


# Groups and topics are there before what needs them.
CREATE = {
    "AWS::Logs::LogGroup": group,
    "AWS::KMS::Key": key,
    "AWS::SNS::Topic": topic,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::Logs::QueryDefinition": query,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::SNS::Subscription": subscription,
}

resources = json.load(sys.stdin)
resources.sort(key=lambda resource: list(CREATE).index(resource[1]))
json.dump({name: CREATE[kind](properties) for name, kind, properties in resources}, sys.stdout, default=str)

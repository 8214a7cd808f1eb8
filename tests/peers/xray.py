"""What AWS' own SDK sends to the X-Ray daemon in situations that every service knows, for comparison.

A Flask application is asked once for each path; its segments go to AWS_XRAY_DAEMON_ADDRESS. AWS is what answers at the URL
that is the only argument.
"""

import os
import sqlite3
import sys

aws = sys.argv[1]
os.environ.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_DEFAULT_REGION="eu-west-1")

import boto3
import requests
from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware
from flask import Flask

dynamodb = boto3.client("dynamodb", endpoint_url=aws)
dynamodb.create_table(
    TableName="reference-experiments",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)

xray_recorder.configure(service="experiments-api", sampling=False)
patch(["sqlite3", "requests", "botocore"])
app = Flask("experiments")
app.config["PROPAGATE_EXCEPTIONS"] = False
XRayMiddleware(app, xray_recorder)
# All bodies are of one length.
app.register_error_handler(404, lambda error: ("seven", 404))
app.register_error_handler(500, lambda error: ("seven", 500))


@app.get("/plain")
@app.get("/called")
@app.get("/forwarded")
def plain():
    return "seven"


@app.get("/throttled")
def throttled():
    return "later", 429


@app.get("/failing")
def failing():
    raise ValueError("no such experiment")


@app.get("/query")
def query():
    sqlite3.connect(":memory:").execute("SELECT 7")
    return "seven"


@app.get("/call")
def call():
    requests.get(f"{aws}/moto-api/?secret=1")
    return "seven"


@app.get("/call-missing")
def call_missing():
    requests.get(f"{aws}/moto-api/nothing-is-here")
    return "seven"


@app.get("/aws")
def of_aws():
    dynamodb.get_item(TableName="reference-experiments", Key={"id": {"S": "7"}})
    return "seven"


@app.get("/aws-missing")
def of_aws_missing():
    try:
        dynamodb.get_item(TableName="nothing-is-here", Key={"id": {"S": "7"}})
    except dynamodb.exceptions.ResourceNotFoundException:
        pass
    return "seven"


@app.get("/nested")
def nested():
    with xray_recorder.in_subsegment("outer"):
        with xray_recorder.in_subsegment("inner"):
            return "seven"


@app.get("/told")
def told():
    segment = xray_recorder.current_segment()
    segment.set_user("u-7")
    segment.put_annotation("experiment_id", 7)
    segment.put_metadata("variants", ["a", "b"])
    return "seven"


headers = {
    "/called": {"X-Amzn-Trace-Id": "Root=1-581cf771-a006649127e371903a2de979;Parent=53995c3f42cd8ad8;Sampled=1"},
    "/forwarded": {"X-Forwarded-For": "203.0.113.7"},
}
client = app.test_client()
paths = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
for path in sorted(paths) + ["/missing"]:
    client.get(path, headers={"User-Agent": "reference/1", **headers.get(path, {})})

//! Operations that fail, are tried again, or are given up.

use std::io;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::client::result::ConnectorError;
use tachograph_core::{Call, CallOutcome, Share};

use crate::script::Step;
use crate::{MS, Scene, get_item, only};

const NOT_FOUND: &str =
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"private text"}"#;
const THROTTLED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"private text"}"#;
const UNKNOWN: &str = r#"{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"private text"}"#;

/// The call of an operation that fails, when these are the answers.
async fn failed(steps: impl IntoIterator<Item = Step>, configure: impl FnOnce(&Scene) -> Client) -> Call {
    let scene = Scene::new();
    for step in steps {
        scene.script.then(step);
    }
    let client = configure(&scene);
    let (result, record) = scene.instance.record(get_item(&client).send()).await;
    result.unwrap_err();
    assert_eq!(record.external().errors(), 1);
    assert!(!format!("{record:?}").contains("private"), "messages and keys are not kept");
    assert_eq!(record.breakdown().share(Share::External), only(&record).duration());
    only(&record).clone()
}

fn ended(call: &Call) -> (CallOutcome, Option<&str>, Option<u16>, Option<u32>) {
    (call.outcome(), call.error_type(), call.status_code(), call.attempts())
}

#[tokio::test(start_paused = true)]
async fn a_services_error_is_known_by_its_code() {
    let call = failed([Step::fails(400, NOT_FOUND)], Scene::client).await;
    assert_eq!(ended(&call), (CallOutcome::Failed, Some("ResourceNotFoundException"), Some(400), Some(1)));
    assert_eq!((call.request_id(), call.resource()), (Some("REQUEST1"), Some("experiments")));
    let call = failed([Step::fails(400, UNKNOWN)], Scene::client).await;
    assert_eq!(ended(&call), (CallOutcome::Failed, Some("UnrecognizedClientException"), Some(400), Some(1)));
    let call = failed([Step::fails(404, "<html>")], Scene::client).await;
    assert_eq!(ended(&call), (CallOutcome::Failed, Some("unhandled"), Some(404), Some(1)));
}

#[tokio::test(start_paused = true)]
async fn what_is_tried_again_is_one_call_with_its_attempts() {
    let scene = Scene::new();
    scene.script.then(Step::fails(400, THROTTLED)).then(Step::fails(500, "{}")).then(Step::ok("{}"));
    let client = scene.client();
    let (_, record) = scene.instance.record(async { get_item(&client).send().await.unwrap() }).await;
    let call = only(&record);
    assert_eq!(ended(call), (CallOutcome::Completed, None, Some(200), Some(3)));
    assert_eq!((call.request_id(), call.is_error()), (Some("REQUEST3"), false));
    assert_eq!((call.duration(), call.first_byte()), (30 * MS, Some(30 * MS)));
    assert_eq!(record.external().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_goes_on_failing_is_one_error() {
    let steps = [(); 3].map(|()| Step::fails(400, THROTTLED));
    let call = failed(steps, Scene::client).await;
    assert_eq!(ended(&call), (CallOutcome::Failed, Some("ThrottlingException"), Some(400), Some(3)));
}

fn refused() -> ConnectorError {
    ConnectorError::io(Box::new(io::Error::from(io::ErrorKind::ConnectionRefused)))
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_not_answered_has_no_status_of_another() {
    let steps = [Step::fails(500, "{}"), Step::Error(refused), Step::Error(refused)];
    let call = failed(steps, Scene::client).await;
    assert_eq!(ended(&call), (CallOutcome::Failed, Some("io"), None, Some(3)));
    assert_eq!((call.request_id(), call.first_byte()), (None, None));
}

#[tokio::test(start_paused = true)]
async fn what_the_network_does_has_names() {
    let other: fn() -> ConnectorError = || ConnectorError::other("private".into(), None);
    let user: fn() -> ConnectorError = || ConnectorError::user("private".into());
    let timeout: fn() -> ConnectorError = || ConnectorError::timeout("private".into());
    for (make, name, attempts) in [(other, "connector", 1), (user, "request", 1), (timeout, "timeout", 3)] {
        let steps = (0..attempts).map(|_| Step::Error(make));
        let call = failed(steps, Scene::client).await;
        assert_eq!(ended(&call), (CallOutcome::Failed, Some(name), None, Some(attempts)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_sdks_is_a_failure_and_no_cancellation() {
    let with = |timeouts: TimeoutConfig| {
        move |scene: &Scene| {
            let config = scene.config().timeout_config(timeouts).interceptor(tachograph_aws_sdk::interceptor());
            Client::from_conf(config.build())
        }
    };
    let operation = TimeoutConfig::builder().operation_timeout(5 * MS).build();
    let call = failed([Step::Silence], with(operation)).await;
    assert_eq!(ended(&call), (CallOutcome::Failed, Some("timeout"), None, Some(1)));
    let attempt = TimeoutConfig::builder().operation_attempt_timeout(5 * MS).build();
    let call = failed([Step::Silence, Step::Silence, Step::Silence], with(attempt)).await;
    assert_eq!(ended(&call), (CallOutcome::Failed, Some("timeout"), None, Some(3)));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_or_understood_has_names() {
    let call = failed([Step::ok(r#"{"Item":"#)], Scene::client).await;
    assert_eq!(ended(&call), (CallOutcome::Failed, Some("unhandled"), Some(200), Some(1)));
    let call = failed([], |scene| {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(aws_sdk_dynamodb::config::Region::new("eu-west-1"))
            .http_client(scene.script.client())
            .interceptor(tachograph_aws_sdk::interceptor());
        Client::from_conf(config.build())
    })
    .await;
    assert_eq!((call.error_type(), call.status_code()), (Some("other"), None), "there are no credentials");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_dropped_is_cancelled() {
    let scene = Scene::new();
    scene.script.then(Step::fails(500, "{}")).then(Step::Silence);
    let client = scene.client();
    let work = async {
        let waiting = tokio::time::timeout(60_000 * MS, get_item(&client).send());
        waiting.await.unwrap_err();
        scene.clock.advance(5 * MS);
    };
    let ((), record) = scene.instance.record(work).await;
    let call = only(&record);
    assert_eq!(ended(call), (CallOutcome::Cancelled, None, None, Some(2)));
    assert_eq!((call.duration(), call.is_error()), (10 * MS, false));
    assert_eq!((call.resource(), call.region()), (Some("experiments"), Some("eu-west-1")));
    assert_eq!(record.breakdown().share(Share::Own), 5 * MS, "nothing is open any more");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_refused_before_it_begins_is_no_call() {
    let scene = Scene::new();
    let client = scene.client();
    let (result, record) = scene.instance.record(client.get_item().table_name("").send()).await;
    result.unwrap_err();
    assert!(record.calls().is_empty());
}

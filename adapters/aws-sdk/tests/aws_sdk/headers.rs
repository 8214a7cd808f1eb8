//! What is sent along.

use tachograph_core::{OpenRequest, RequestHead, trace};

use crate::script::Step;
use crate::{Scene, get_item, only};

#[tokio::test(start_paused = true)]
async fn each_attempt_carries_the_trace_and_the_calls_own_span_and_is_signed() {
    let scene = Scene::new();
    scene.script.then(Step::fails(500, "{}")).then(Step::ok("{}"));
    let client = scene.client();
    let (_, record) = scene.instance.record(async { get_item(&client).send().await.unwrap() }).await;
    let trace = record.identity().trace();
    let span_id = only(&record).span_id().expect("it was sent along");
    let expected = trace.x_amzn_trace_id(span_id);
    assert!(expected.contains(&format!("Parent={span_id}")), "{expected}");
    let sent = scene.script.sent();
    assert_eq!(sent.len(), 2);
    for headers in sent {
        assert_eq!(headers.get("x-amzn-trace-id"), Some(&expected));
        assert!(!headers.contains_key("traceparent"));
        assert!(headers["authorization"].contains("SignedHeaders="));
    }
}

#[tokio::test(start_paused = true)]
async fn the_callers_decision_and_fields_are_passed_on() {
    let scene = Scene::new();
    scene.script.then(Step::ok("{}"));
    let client = scene.client();
    let header =
        b"Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=0;Lineage=1:a|2:b".as_slice();
    let head = RequestHead { trace: trace::extract([], [], [header]), ..RequestHead::default() };
    let request = OpenRequest::open(scene.instance.handle(), head).unwrap();
    let recording = std::sync::Arc::clone(request.recording());
    tachograph_core::InRequest::new(Some(recording), async { get_item(&client).send().await.unwrap() }).await;
    drop(request);
    let sent = &scene.script.sent()[0]["x-amzn-trace-id"];
    assert!(sent.starts_with("Root=1-67891233-abcdef012345678912345678;Parent="), "{sent}");
    assert!(sent.ends_with(";Sampled=0;Lineage=1:a|2:b"), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn a_header_that_is_there_stays() {
    let scene = Scene::new();
    scene.script.then(Step::ok("{}"));
    // As the SDK's own interceptor does inside Lambda, this one sets it before ours is asked.
    let config = scene.config().interceptor(Theirs).interceptor(tachograph_aws_sdk::interceptor());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let (_, record) = scene.instance.record(async { get_item(&client).send().await.unwrap() }).await;
    assert_eq!(scene.script.sent()[0]["x-amzn-trace-id"], "Root=theirs");
    assert_eq!(only(&record).span_id(), None, "nobody has heard of a span of the call's");
}

#[derive(Debug)]
struct Theirs;

impl aws_sdk_dynamodb::config::Intercept for Theirs {
    fn name(&self) -> &'static str {
        "Theirs"
    }

    fn modify_before_signing(
        &self,
        context: &mut aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut<'_>,
        _: &aws_sdk_dynamodb::config::RuntimeComponents,
        _: &mut aws_sdk_dynamodb::config::ConfigBag,
    ) -> Result<(), aws_smithy_runtime_api::box_error::BoxError> {
        context.request_mut().headers_mut().insert("x-amzn-trace-id", "Root=theirs");
        Ok(())
    }
}

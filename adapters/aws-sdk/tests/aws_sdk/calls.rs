//! Operations that go well.

use aws_sdk_dynamodb::types::AttributeValue;
use tachograph_core::{CallKind, CallOutcome, Share, Yield};

use crate::script::Step;
use crate::{MS, Scene, get_item, only};

const ITEM: &str = r#"{"Item":{"id":{"S":"private-key"},"name":{"S":"private-value"}}}"#;

#[tokio::test(start_paused = true)]
async fn an_operation_is_one_call_with_all_that_is_known_of_it() {
    let scene = Scene::new();
    scene.script.then(Step::ok(ITEM));
    let client = scene.client();
    let (item, record) = scene
        .instance
        .record(async {
            scene.clock.advance(MS);
            let item = get_item(&client).send().await.unwrap().item.unwrap();
            scene.clock.advance(2 * MS);
            item
        })
        .await;
    assert_eq!(item["name"], AttributeValue::S("private-value".into()), "the answer is the user's as before");

    let call = only(&record);
    assert_eq!((call.kind(), call.outcome(), call.is_error()), (CallKind::External, CallOutcome::Completed, false));
    let operation = call.operation();
    assert_eq!((operation.system(), operation.target()), ("aws-api", "DynamoDB"));
    assert_eq!((operation.summary(), operation.method()), ("GetItem experiments", Some("GetItem")));
    assert_eq!((call.resource(), call.region()), (Some("experiments"), Some("eu-west-1")));
    assert_eq!((call.request_id(), call.attempts(), call.status_code()), (Some("REQUEST1"), Some(1), Some(200)));
    assert_eq!(call.brought(), Yield::Bytes(ITEM.len() as u64));
    assert_eq!((call.start(), call.end(), call.first_byte()), (MS, 11 * MS, Some(10 * MS)));
    assert_eq!((call.error_type(), call.callsite()), (None, None));

    let share = |share| record.breakdown().share(share);
    assert_eq!((share(Share::External), share(Share::Own)), (10 * MS, 3 * MS));
    let debug = format!("{record:?}");
    for private in ["private-key", "private-value", "AKIDEXAMPLE", "secret-key"] {
        assert!(!debug.contains(private), "{private} is in {debug}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_at_once_are_two_calls_and_the_time_counts_once() {
    let scene = Scene::new();
    scene.script.then(Step::ok("{}")).then(Step::ok("{}"));
    let client = scene.client();
    let list = async { client.list_tables().send().await.map(drop).unwrap() };
    let get = async { get_item(&client).send().await.map(drop).unwrap() };
    let (_, record) = scene.instance.record(async { tokio::join!(get, list) }).await;

    let [first, second] = record.calls() else { panic!("two calls") };
    assert_eq!((first.duration(), second.duration()), (10 * MS, 20 * MS), "one has waited beside the other");
    assert_eq!(record.breakdown().share(Share::External), 20 * MS);
    let mut ids = [first.request_id(), second.request_id()];
    ids.sort();
    assert_eq!(ids, [Some("REQUEST1"), Some("REQUEST2")]);
    let call = |summary| record.calls().iter().find(|call| call.operation().summary() == summary).expect(summary);
    assert_eq!(call("GetItem experiments").resource(), Some("experiments"));
    assert_eq!((call("ListTables").resource(), call("ListTables").region()), (None, Some("eu-west-1")));
}

#[tokio::test(start_paused = true)]
async fn requests_side_by_side_keep_their_own() {
    let scene = Scene::new();
    let client = scene.client();
    let work = |count: usize| {
        let client = &client;
        async move {
            for _ in 0..count {
                get_item(client).send().await.unwrap();
            }
        }
    };
    for _ in 0..6 {
        scene.script.then(Step::ok("{}"));
    }
    let records =
        tokio::join!(scene.instance.record(work(1)), scene.instance.record(work(2)), scene.instance.record(work(3)));
    let ids = [&records.0.1, &records.1.1, &records.2.1]
        .map(|record| record.calls().iter().map(|call| call.request_id().unwrap().to_owned()).collect::<Vec<_>>());
    assert_eq!(ids.each_ref().map(Vec::len), [1, 2, 3]);
    let mut all = ids.concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6, "each operation belongs to one request");
}

#[tokio::test(start_paused = true)]
async fn outside_a_request_nothing_is_measured_nor_sent_along() {
    let scene = Scene::new();
    scene.script.then(Step::ok("{}"));
    let client = scene.client();
    scene.instance.scope(async { get_item(&client).send().await.unwrap() }).await;
    assert_eq!(scene.instance.handle().counters().unattributed_calls, 1);
    assert!(scene.instance.records().is_empty());
    assert!(!scene.script.sent()[0].contains_key("x-amzn-trace-id"));
}

#[tokio::test(start_paused = true)]
async fn an_interceptor_that_is_there_twice_counts_once() {
    let scene = Scene::new();
    scene.script.then(Step::ok("{}"));
    let client = scene.client();
    let get = get_item(&client).customize().interceptor(tachograph_aws_sdk::interceptor());
    let (_, record) = scene.instance.record(async { get.send().await.unwrap() }).await;
    assert_eq!(only(&record).outcome(), CallOutcome::Completed);
    assert_eq!(scene.instance.handle().counters().unattributed_calls, 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_user_has_asked_the_sdk_to_keep_is_kept() {
    use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
    use aws_smithy_runtime_api::box_error::BoxError;
    use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
    use aws_smithy_types::telemetry::CapturedTelemetryAttributes;
    use std::sync::{Arc, Mutex};

    #[derive(Debug, Clone, Default)]
    struct Theirs(Arc<Mutex<Option<String>>>);
    impl Intercept for Theirs {
        fn name(&self) -> &'static str {
            "Theirs"
        }
        fn read_after_execution(
            &self,
            _: &FinalizerInterceptorContextRef<'_>,
            _: &RuntimeComponents,
            cfg: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            let captured = cfg.load::<CapturedTelemetryAttributes>().and_then(|kept| kept.get("ProjectionExpression"));
            *self.0.lock().unwrap() = captured.map(str::to_owned);
            Ok(())
        }
    }

    let scene = Scene::new();
    scene.script.then(Step::ok("{}"));
    let theirs = Theirs::default();
    let config = scene
        .config()
        .capture_input_attributes(["ProjectionExpression"])
        .interceptor(theirs.clone())
        .interceptor(tachograph_aws_sdk::interceptor());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let get = get_item(&client).projection_expression("name");
    let (_, record) = scene.instance.record(async { get.send().await.unwrap() }).await;
    assert_eq!(only(&record).resource(), Some("experiments"));
    assert_eq!(theirs.0.lock().unwrap().as_deref(), Some("name"));
}

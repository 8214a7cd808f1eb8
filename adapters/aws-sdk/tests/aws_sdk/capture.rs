//! Together with the layer that sees operations by the SDK's own spans.

use std::sync::LazyLock;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use tachograph_core::{CallOutcome, Record, Share};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber as _;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::script::Step;
use crate::{MS, Scene, get_item, only};

/// Beside a layer of the user's that wants to see all of the SDK's spans.
fn subscriber(scene: &Scene) -> Dispatch {
    // While there is but one subscriber, a thread that has none decides for all that nobody wants a span. Services have
    // a global one, which every thread has.
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
    LazyLock::force(&SECOND);
    let theirs = Targets::new().with_default(LevelFilter::TRACE);
    let subscriber = tracing_subscriber::registry()
        .with(tracing_subscriber::layer::Identity::new().with_filter(theirs))
        .with(tachograph_tracing::layer(scene.instance.handle()));
    Dispatch::new(subscriber)
}

pub(crate) async fn record(scene: &Scene, work: impl Future<Output = ()>) -> Record {
    scene.instance.record(work).with_subscriber(subscriber(scene)).await.1
}

#[tokio::test(start_paused = true)]
async fn without_code_an_operation_is_seen_from_beginning_to_end() {
    let scene = Scene::new();
    scene.script.then(Step::fails(500, "{}")).then(Step::ok("{}"));
    let client = Client::from_conf(scene.config().build());
    let record = record(&scene, async {
        scene.clock.advance(MS);
        get_item(&client).send().await.unwrap();
        scene.clock.advance(2 * MS);
    });
    let record = record.await;
    let call = only(&record);
    assert_eq!((call.operation().target(), call.operation().summary()), ("DynamoDB", "GetItem"));
    assert_eq!((call.start(), call.end(), call.outcome()), (MS, 21 * MS, CallOutcome::Unknown));
    let share = |share| record.breakdown().share(share);
    assert_eq!((share(Share::External), share(Share::Own)), (20 * MS, 3 * MS));
    assert!(!format!("{record:?}").contains("private"));
    assert!(record.spans().is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_code_an_operation_that_is_dropped_is_over() {
    let scene = Scene::new();
    scene.script.then(Step::Silence);
    let client = Client::from_conf(scene.config().build());
    let record = record(&scene, async {
        tokio::time::timeout(MS, get_item(&client).send()).await.unwrap_err();
        scene.clock.advance(5 * MS);
    });
    let record = record.await;
    assert_eq!((only(&record).outcome(), only(&record).duration()), (CallOutcome::Unknown, Duration::ZERO));
    assert_eq!(record.breakdown().share(Share::Own), 5 * MS);
}

#[tokio::test(start_paused = true)]
async fn what_is_measured_counts_once() {
    let scene = Scene::new();
    scene.script.then(Step::ok("{}")).then(Step::ok("{}")).then(Step::ok("{}"));
    let (measured, plain) = (scene.client(), Client::from_conf(scene.config().build()));
    let record = record(&scene, async {
        get_item(&measured).send().await.unwrap();
        plain.list_tables().send().await.unwrap();
        get_item(&measured).send().await.unwrap();
    });
    let record = record.await;
    let calls: Vec<_> = record.calls().iter().map(|call| (call.operation().summary(), call.outcome())).collect();
    let get = ("GetItem experiments", CallOutcome::Completed);
    assert_eq!(calls, [get, ("ListTables", CallOutcome::Unknown), get]);
    assert_eq!(record.breakdown().share(Share::External), 30 * MS);
}

#[tokio::test(start_paused = true)]
async fn outside_a_request_what_is_measured_is_counted_once() {
    let scene = Scene::new();
    scene.script.then(Step::ok("{}"));
    let client = scene.client();
    let work = scene.instance.scope(async { get_item(&client).send().await.unwrap() });
    work.with_subscriber(subscriber(&scene)).await;
    assert_eq!(scene.instance.handle().counters().unattributed_calls, 1);
}

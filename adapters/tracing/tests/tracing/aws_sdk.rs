//! The AWS SDK's spans as such. `tachograph-aws-sdk` tests what the SDK itself makes of them.

use std::time::Duration;

use tachograph_core::testing::Instance;
use tachograph_core::{
    CallKind, CallOutcome, MEASURED_AROUND, MEASURED_TARGET, ManualClock, Record, Share, Yield, testing,
};
use tachograph_tracing::{Builder, layer};
use tracing::Instrument as _;
use tracing::subscriber::with_default;
use tracing_subscriber::prelude::*;

const MS: Duration = Duration::from_millis(1);

macro_rules! operation_span {
    ($name:literal, $service:literal, $method:literal) => {
        tracing::debug_span!(
            target: "aws_sdk_dynamodb::operation::get_item",
            $name,
            "rpc.service" = $service,
            "rpc.method" = $method,
            "sdk_invocation_id" = 1234567_u32,
            "rpc.system" = "aws-api",
        )
    };
}

fn get_item() -> tracing::Span {
    operation_span!("DynamoDB.GetItem", "DynamoDB", "GetItem")
}

fn mark() {
    drop(tracing::debug_span!(target: MEASURED_TARGET, MEASURED_AROUND));
}

/// What becomes of this work in a request.
fn recorded(configure: impl FnOnce(Builder) -> Builder, work: impl AsyncFnOnce(&ManualClock)) -> (Record, Instance) {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let subscriber = tracing_subscriber::registry().with(configure(Builder::new(instance.handle())).layer());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let record = with_default(subscriber, || runtime.block_on(instance.record(work(&clock))).1);
    (record, instance)
}

#[test]
fn an_operations_span_is_a_call_from_its_beginning_to_its_end() {
    let (record, _) = recorded(std::convert::identity, async |clock| {
        clock.advance(MS);
        let operation = async {
            clock.advance(2 * MS);
            tokio::task::yield_now().await;
            clock.advance(3 * MS);
        };
        operation.instrument(get_item()).await;
        clock.advance(4 * MS);
    });
    let [call] = record.calls() else { panic!("one call") };
    assert_eq!(
        (call.kind(), call.outcome(), call.brought()),
        (CallKind::External, CallOutcome::Unknown, Yield::Unknown)
    );
    assert_eq!((call.operation().system(), call.operation().target()), ("aws-api", "DynamoDB"));
    assert_eq!((call.operation().summary(), call.operation().method()), ("GetItem", Some("GetItem")));
    assert_eq!((call.start(), call.end()), (MS, 6 * MS));
    assert_eq!((call.attempts(), call.resource(), call.span_id()), (None, None, None));
    let share = |share| record.breakdown().share(share);
    assert_eq!((share(Share::External), share(Share::Own)), (5 * MS, 5 * MS));
    assert_eq!((record.external().count(), record.external().unknown()), (1, 1));
    assert!(record.spans().is_empty(), "it is a call and no part");
}

#[test]
fn an_operation_that_is_measured_is_left_to_whoever_does() {
    let (record, instance) = recorded(std::convert::identity, async |clock| {
        let operation = async {
            mark();
            clock.advance(2 * MS);
        };
        operation.instrument(get_item()).await;
    });
    assert!(record.calls().is_empty());
    assert_eq!(record.breakdown().share(Share::External), Duration::ZERO);
    assert_eq!(instance.handle().counters().unattributed_calls, 0);
}

#[test]
fn only_the_nearest_operation_is_marked_and_only_by_what_marks_it() {
    let (record, _) = recorded(std::convert::identity, async |_| {
        get_item().in_scope(|| {
            // As when credentials are got by a client of STS that is measured, or from a database.
            operation_span!("STS.AssumeRole", "STS", "AssumeRole").in_scope(mark);
            tracing::debug_span!(target: MEASURED_TARGET, "measured").in_scope(|| {});
        });
        operation_span!("STS.AssumeRole", "STS", "AssumeRole").in_scope(|| get_item().in_scope(mark));
        mark();
    });
    let summaries: Vec<_> = record.calls().iter().map(|call| call.operation().summary()).collect();
    assert_eq!(summaries, ["GetItem", "AssumeRole"]);
}

#[test]
fn an_operation_of_nobodys_is_counted_once() {
    let instance = testing::instance();
    with_default(tracing_subscriber::registry().with(layer(instance.handle())), || {
        get_item().in_scope(|| {});
        get_item().in_scope(mark);
    });
    assert_eq!(instance.handle().counters().unattributed_calls, 1);
}

#[test]
fn other_spans_are_no_operations_and_an_operation_is_no_part() {
    let (record, _) = recorded(std::convert::identity, async |_| {
        tracing::debug_span!(target: "aws_sdk_dynamodb::operation::get_item", "other").in_scope(|| {});
        tracing::debug_span!(target: "aws_sdk_s3::waiters", "S3", "rpc.service" = "S3", "rpc.method" = "Head")
            .in_scope(|| {});
        tracing::info_span!(target: "my::operation::get", "mine", "rpc.service" = "S", "rpc.method" = "M")
            .in_scope(|| {});
        // As it is to who wants to see DEBUG.
        let operation = tracing::info_span!(
            target: "aws_sdk_s3::operation::get_object",
            "S3.GetObject",
            "rpc.service" = "S3",
            "rpc.method" = "GetObject",
        );
        operation.in_scope(|| tracing::info_span!("part").in_scope(|| {}));
    });
    let [call] = record.calls() else { panic!("one call: {:?}", record.calls()) };
    assert_eq!(call.operation().summary(), "GetObject");
    let parts: Vec<_> = record.spans().iter().map(|span| span.name()).collect();
    assert_eq!(parts, ["mine", "part"]);
}

#[test]
fn without_aws_operations_the_spans_are_nothing() {
    let (record, _) = recorded(|builder| builder.aws_operations(false), async |_| get_item().in_scope(|| {}));
    assert!(record.calls().is_empty());
    let (record, _) =
        recorded(|builder| builder.queries(false), async |_| get_item().in_scope(|| get_item().in_scope(mark)));
    assert_eq!(record.external().count(), 1, "the mark is seen without queries, too");
}

#[test]
fn two_layers_in_one_subscriber_count_an_operation_once() {
    let (one, other) = (testing::instance(), testing::instance());
    let subscriber = tracing_subscriber::registry().with(layer(one.handle())).with(layer(other.handle()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    with_default(subscriber, || {
        let (_, record) = runtime.block_on(one.record(async { get_item().in_scope(|| {}) }));
        assert_eq!(record.external().count(), 1);
    });
}

#[test]
fn a_call_of_a_spawned_span_is_its_requests() {
    let (record, _) = recorded(std::convert::identity, async |_| {
        let span = tracing::info_span!("part");
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let work = || tracing::dispatcher::with_default(&dispatch, || span.in_scope(|| get_item().in_scope(|| {})));
        std::thread::scope(|scope| scope.spawn(work).join()).unwrap();
    });
    assert_eq!(record.external().count(), 1);
}

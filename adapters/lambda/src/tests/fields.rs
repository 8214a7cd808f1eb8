//! What is known of an invocation.

use std::task::{Context, Waker};

use tachograph_core::{FieldValue, OpenRequest, Record, RequestHead, is_reserved, request};
use tokio::sync::oneshot;

use super::{SECOND, context, instance, invocation, invoke, layer};

const HEADER: &str = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:0";

fn fields(record: &Record) -> Vec<(&str, FieldValue)> {
    record.fields().map(|(name, value)| (name, value.clone())).collect()
}

#[tokio::test]
async fn they_are_in_its_record() {
    let (instance, clock) = instance();
    let layer = layer(instance.handle());
    let context = context(&clock, 3 * SECOND);
    for _ in 0..2 {
        invoke(&layer, context.clone(), async |_| ()).await;
    }
    let records = instance.take();
    let arn = "arn:aws:lambda:eu-central-1:123456789012:function:resize";
    let expected = |cold: bool| {
        let mut expected: Vec<(&str, FieldValue)> = vec![
            ("function_name", "resize".into()),
            ("function_version", "12".into()),
            ("memory_mb", 256.into()),
            ("aws_request_id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".into()),
            ("cold_start", cold.into()),
            ("remaining_ms", 3000.into()),
        ];
        expected.extend(cold.then(|| ("init_duration_ms", 70.into())));
        expected.push(("function_arn", arn.into()));
        expected
    };
    assert_eq!([fields(&records[0]), fields(&records[1])], [expected(true), expected(false)]);
    assert_eq!((records[0].task_name(), records[0].fields().len()), (Some("resize"), 8));
    assert!(expected(true).iter().all(|(name, _)| !is_reserved(name)));
}

#[tokio::test]
async fn what_the_runtime_does_not_know_is_left_out() {
    let (instance, clock) = instance();
    let mut context = context(&clock, SECOND);
    context.invoked_function_arn = "No header lambda-runtime-invoked-function-arn found.".to_owned();
    invoke(&layer(instance.handle()), context, async |_| ()).await;
    assert_eq!(instance.take()[0].field("function_arn"), None);
}

async fn in_trace(header: Option<&str>) -> Record {
    let (instance, clock) = instance();
    let context = with_trace(context(&clock, SECOND), header);
    invoke(&layer(instance.handle()), context, async |_| ()).await;
    instance.take().remove(0)
}

fn with_trace(mut context: lambda_runtime::Context, header: Option<&str>) -> lambda_runtime::Context {
    context.xray_trace_id = header.map(str::to_owned);
    context
}

#[tokio::test]
async fn its_place_in_the_trace_is_what_its_header_says() {
    for (sampled, header) in [(false, HEADER.to_owned()), (true, HEADER.replace("Sampled=0", "Sampled=1"))] {
        let record = in_trace(Some(&header)).await;
        let trace = record.identity().trace();
        assert_eq!(trace.trace_id.to_string(), "67891233abcdef012345678912345678");
        assert_eq!(trace.parent_span_id.unwrap().to_string(), "53995c3f42cd8ad8");
        assert_eq!(trace.xray_fields.as_deref(), Some("Lineage=1:a87bd80c:0"));
        assert_eq!((record.is_sampled(), record.identity().decision().by_caller), (sampled, true));
    }
    for header in [None, Some("rubbish")] {
        assert_eq!(in_trace(header).await.identity().trace().parent_span_id, None);
    }
}

#[tokio::test]
async fn two_at_once_are_each_in_their_own() {
    let (instance, clock) = instance();
    let layer = layer(instance.handle());
    let (go, gone) = (oneshot::channel::<()>(), oneshot::channel::<()>());
    let of = |digit: &str| {
        with_trace(context(&clock, SECOND), Some(&HEADER.replace("abcdef012345678912345678", &digit.repeat(24))))
    };
    let first = invoke(&layer, of("a"), async |_| {
        go.1.await.unwrap();
        request().field("mark", "a");
        gone.0.send(()).unwrap();
    });
    let second = invoke(&layer, of("b"), async |_| {
        go.0.send(()).unwrap();
        gone.1.await.unwrap();
        request().field("mark", "b");
    });
    tokio::join!(first, second);
    for record in instance.take() {
        let Some(FieldValue::String(mark)) = record.field("mark") else { panic!("each has its own") };
        assert_eq!(record.identity().trace_id().to_string(), format!("67891233{}", mark.repeat(24)));
    }
}

#[tokio::test]
async fn a_request_that_is_opened_inside_is_the_record_of_one_by_http() {
    let (instance, clock) = instance();
    let handle = instance.handle().clone();
    let context = with_trace(context(&clock, SECOND), Some(HEADER));
    invoke(&layer(instance.handle()).http(), context, async move |_| {
        let mut open = OpenRequest::open(&handle, RequestHead { path: "/images", ..RequestHead::default() }).unwrap();
        open.respond(200, Some(0), false);
        open.complete();
    })
    .await;
    let records = instance.take();
    assert_eq!((records.len(), records[0].path(), records[0].fields().len()), (1, "/images", 8));
    assert_eq!(records[0].identity().trace_id().to_string(), "67891233abcdef012345678912345678");
}

#[tokio::test]
async fn an_invocation_that_is_given_up_has_its_record() {
    let (instance, clock) = instance();
    let layer = layer(instance.handle());
    {
        let given_up = std::pin::pin!(invoke(&layer, context(&clock, SECOND), async |_| {
            request().field("begun", true);
            std::future::pending::<()>().await;
        }));
        assert!(given_up.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    let record = instance.take().remove(0);
    assert_eq!((record.outcome().as_str(), record.field("begun")), ("cancelled", Some(&true.into())));
}

#[tokio::test]
async fn where_nothing_measures_it_just_runs() {
    use lambda_runtime::Service;
    use lambda_runtime::tower::Layer as _;
    let inner = lambda_runtime::service_fn(async |_| {
        assert!(request().recording().is_none());
        Ok::<_, std::convert::Infallible>(7)
    });
    let answer = crate::layer().layer(inner).call(invocation(lambda_runtime::Context::default())).await;
    assert_eq!(answer, Ok(7));
}

//! Handlers, as the runtime calls them.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lambda_runtime::{Diagnostic, LambdaEvent, Service, service_fn};
use tachograph_core::{Record, request};

use super::{SECOND, context, instance, invoke, layer};
use crate::handler;

/// One invocation of a handler; what it returned, with its error as Lambda is told of it and as it shows, and the record.
async fn handle<F, E>(work: impl FnMut(LambdaEvent<()>) -> F) -> (Result<u8, (Diagnostic, String)>, Record)
where
    F: Future<Output = Result<u8, E>>,
    E: Into<Diagnostic> + fmt::Debug + 'static,
{
    let (instance, clock) = instance();
    let mut handler = handler(service_fn(work));
    let layer = layer(instance.handle()).around_handler();
    let called = invoke(&layer, context(&clock, SECOND), |context| handler.call(LambdaEvent::new((), context)));
    let result = called.await.map_err(|error| {
        let shown = format!("{error:?}");
        (error.into(), shown)
    });
    (result, instance.take().remove(0))
}

fn error(record: &Record) -> Option<(String, String, Vec<String>)> {
    let error = record.error()?;
    Some((error.type_name().to_owned(), error.message().to_owned(), error.chain().to_vec()))
}

#[derive(Debug)]
struct NoThumbnail(std::num::ParseIntError);

impl fmt::Display for NoThumbnail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no thumbnail")
    }
}

impl std::error::Error for NoThumbnail {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn no_thumbnail() -> NoThumbnail {
    NoThumbnail("seven".parse::<u8>().unwrap_err())
}

#[tokio::test]
async fn what_it_returns_is_what_is_returned() {
    let (result, record) = handle(async |_| Ok::<_, lambda_runtime::Error>(7)).await;
    assert_eq!((result, error(&record), record.outcome().as_str()), (Ok(7), None, "completed"));
}

#[tokio::test]
async fn a_box_is_recorded_as_what_is_in_it() {
    let (result, record) = handle(async |_| Err::<u8, lambda_runtime::Error>(no_thumbnail().into())).await;
    let (told, shown) = result.unwrap_err();
    assert_eq!(told, Diagnostic::from(lambda_runtime::Error::from(no_thumbnail())));
    assert_eq!(shown, format!("{:?}", no_thumbnail()));
    let chain = vec!["invalid digit found in string".to_owned()];
    assert_eq!(error(&record), Some(("NoThumbnail".to_owned(), "no thumbnail".to_owned(), chain)));
    let (_, record) = handle(async |_| Err::<u8, Box<dyn std::error::Error>>(no_thumbnail().into())).await;
    assert_eq!(record.error_type().unwrap(), "NoThumbnail");
    let (_, record) = handle(async |_| Err::<u8, lambda_runtime::Error>("it is gone".into())).await;
    assert_eq!(error(&record), Some(("dyn Error".to_owned(), "it is gone".to_owned(), vec![])));
}

#[tokio::test]
async fn an_error_that_says_what_it_is_to_lambda_is_recorded_so() {
    #[derive(Debug)]
    struct Gone;
    impl From<Gone> for Diagnostic {
        fn from(_: Gone) -> Self {
            Diagnostic { error_type: "ImageGone".to_owned(), error_message: "the image is gone".to_owned() }
        }
    }
    let (result, record) = handle(async |_| Err::<u8, _>(Gone)).await;
    assert_eq!(result.unwrap_err(), (Diagnostic::from(Gone), "Gone".to_owned()));
    assert_eq!(error(&record), Some(("ImageGone".to_owned(), "the image is gone".to_owned(), vec![])));
}

#[tokio::test]
async fn what_the_application_said_of_its_error_is_kept() {
    let told = async |_| {
        request().error(&std::fmt::Error);
        Err::<u8, lambda_runtime::Error>("it is gone".into())
    };
    assert_eq!(handle(told).await.1.error_type().unwrap(), "core::fmt::Error");
}

#[tokio::test]
async fn a_panic_that_the_runtime_catches_is_known() {
    let (instance, clock) = instance();
    let layer = layer(instance.handle()).around_handler();
    let mut in_the_call =
        handler(service_fn(|_: LambdaEvent<()>| -> std::future::Ready<Result<u8, String>> { panic!("at once") }));
    invoke(&layer, context(&clock, SECOND), |context| {
        let called = catch_unwind(AssertUnwindSafe(|| in_the_call.call(LambdaEvent::new((), context))));
        assert!(called.is_err());
        async {}
    })
    .await;
    let mut in_the_future = handler(service_fn(async |_: LambdaEvent<()>| -> Result<u8, String> {
        tokio::task::yield_now().await;
        panic!("later")
    }));
    invoke(&layer, context(&clock, SECOND), |context| {
        let mut future = Box::pin(in_the_future.call(LambdaEvent::new((), context)));
        std::future::poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(polled) => polled.map(drop),
            Err(_) => std::task::Poll::Ready(()),
        })
    })
    .await;
    let outcomes: Vec<_> = instance.take().iter().map(|record| record.outcome().as_str()).collect();
    assert_eq!(outcomes, ["panicked", "panicked"]);
}

#[tokio::test]
async fn an_event_that_no_handler_was_called_with_could_not_be_read() {
    let (instance, clock) = instance();
    let knows = layer(instance.handle()).around_handler();
    let mut handler = handler(service_fn(async |_: LambdaEvent<()>| Ok::<_, String>(7)));
    invoke(&knows, context(&clock, SECOND), |context| handler.call(LambdaEvent::new((), context))).await.unwrap();
    assert_eq!(instance.take().remove(0).error_type(), None);
    for layer in [knows.clone(), knows.http(), layer(instance.handle())] {
        invoke(&layer, context(&clock, SECOND), async |_| ()).await;
    }
    let types: Vec<_> = instance.take().iter().map(|record| record.error_type().map(String::from)).collect();
    let unreadable = Some("unreadable_event".to_owned());
    assert_eq!(types, [unreadable.clone(), unreadable, None], "who has no `handler` around it does not know");
}

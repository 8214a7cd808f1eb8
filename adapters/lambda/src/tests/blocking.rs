//! Who may keep a thread to himself.

use std::sync::Arc;

use tachograph_core::{FindingKind, OpenRequest, RequestHead};

use super::{SECOND, context, instance, invoke, layer};
use crate::Layer;
use crate::flush::Flush;

/// Whether invocations that block are found to, of events and of requests.
async fn is_found(concurrency: Option<&str>) -> [bool; 2] {
    let (instance, clock) = instance();
    let layer = Layer { flush: Arc::new(Flush::among(SECOND, concurrency)), ..layer(instance.handle()) };
    invoke(&layer, context(&clock, SECOND), async |_| clock.advance(SECOND / 5)).await;
    let open = || OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    invoke(&layer.http(), context(&clock, SECOND), async |_| open().poll(|| clock.advance(SECOND / 5))).await;
    let records = instance.take();
    let [task, request] = &*records else { panic!("one each: {records:?}") };
    [task, request].map(|record| {
        assert_eq!(record.longest_poll(), SECOND / 5);
        record.has_finding(FindingKind::Blocking)
    })
}

#[tokio::test]
async fn an_invocation_that_is_alone_blocks_nobody() {
    assert_eq!(is_found(None).await, [false, false]);
    assert_eq!(is_found(Some("8")).await, [true, true], "where several run at once, it does");
}

//! A call names the user's own line, which the stack alone tells: a client's layer is called by those around it.

use std::convert::Infallible;

use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::Bytes;
use tachograph_core::testing::Instance;
use tachograph_core::{Callsite, Capture};
use tachograph_tower::client;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::record_in;

#[tokio::test]
async fn who_repeats_a_call_is_found() {
    let mut capture = Capture::default();
    // At once, and not from the second repeat on.
    capture.every_call = true;
    let instance = Instance::build(|builder| builder.capture(capture));
    let partner =
        service_fn(async |_: Request<Empty<Bytes>>| Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())));
    let client = ServiceBuilder::new().layer(client::layer()).service(partner);
    let line = line!() + 2;
    let call = async || {
        drop(client.clone().oneshot(Request::get("http://partner.example/").body(Empty::new()).unwrap()).await)
    };
    let ((), record) = record_in(&instance, async {
        for _ in 0..3 {
            call().await;
        }
    })
    .await;
    let places: Vec<_> = record.calls().iter().filter_map(|call| call.callsite()).collect();
    let lines = |callsite: &Callsite| (callsite.file(), callsite.line());
    assert_eq!(places.iter().map(lines).collect::<Vec<_>>(), [(file!(), line); 3]);
}

//! Which time is the call's.

use std::convert::Infallible;

use http::{Request, Response};
use http_body_util::BodyExt;
use tachograph_core::testing::Instance;
use tachograph_core::{ManualClock, Share};
use tachograph_tower::client;
use tower::{ServiceBuilder, ServiceExt};

use super::{only, record_in};
use crate::script::{Script, Step, ms};

#[tokio::test]
async fn a_call_lasts_from_its_beginning_to_the_last_byte() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let partner = tower::service_fn(async |_: Request<()>| {
        clock.advance(ms(3));
        let body = Script::new([Step::Advance(ms(4)), Step::Data(b"hello"), Step::Advance(ms(5))]);
        Ok::<_, Infallible>(Response::new(body.clock(&clock)))
    });
    let client = ServiceBuilder::new().layer(client::layer()).service(partner);
    let (_, record) = record_in(&instance, async {
        clock.advance(ms(1));
        let response = client.oneshot(Request::new(())).await.unwrap();
        clock.advance(ms(2));
        let _ = response.into_body().collect().await;
        clock.advance(ms(7));
    })
    .await;
    let call = only(&record);
    assert_eq!((call.start(), call.first_byte(), call.duration()), (ms(1), Some(ms(3)), ms(14)));
    let breakdown = record.breakdown();
    assert_eq!((breakdown.share(Share::External), breakdown.share(Share::Own)), (ms(14), ms(8)));
}

#[tokio::test]
async fn each_attempt_behind_a_retry_is_a_call() {
    #[derive(Clone)]
    struct Twice(bool);
    impl tower::retry::Policy<Request<()>, Response<client::ResponseBody<Script>>, Infallible> for Twice {
        type Future = std::future::Ready<()>;
        fn retry(
            &mut self,
            _: &mut Request<()>,
            _: &mut Result<Response<client::ResponseBody<Script>>, Infallible>,
        ) -> Option<Self::Future> {
            std::mem::take(&mut self.0).then(|| std::future::ready(()))
        }
        fn clone_request(&mut self, _: &Request<()>) -> Option<Request<()>> {
            Some(Request::new(()))
        }
    }
    let partner = tower::service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Script::empty())));
    let client = ServiceBuilder::new().retry(Twice(true)).layer(client::layer()).service(partner);
    let instance = tachograph_core::testing::instance();
    let (_, record) = record_in(&instance, client.oneshot(Request::new(()))).await;
    assert_eq!(record.external().count(), 2);
}

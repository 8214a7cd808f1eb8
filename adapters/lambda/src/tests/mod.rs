//! Invocations without a runtime, on a clock that stands still. With the real one they are in `examples/demo-lambda`.

mod blocking;
mod fields;
mod flushing;
mod handlers;
mod time_limits;

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use lambda_runtime::tower::{Layer as _, service_fn};
use lambda_runtime::{Context, LambdaInvocation, Service};
use tachograph_core::testing::{self, Instance};
use tachograph_core::{Clock, Handle, ManualClock};

use crate::Layer;
use crate::start::Start;

const SECOND: Duration = Duration::from_secs(1);

/// An instance whose wall clock stands still.
fn instance() -> (Instance, ManualClock) {
    let clock = ManualClock::new();
    (testing::Instance::with_clock(clock.clone()), clock)
}

/// A layer of an environment that was started within this test.
fn layer(handle: &Handle) -> Layer {
    Layer { start: Start::that_took(Duration::from_millis(70)), ..Layer::new(handle) }
}

/// What Lambda says of an invocation that has this long.
fn context(clock: &ManualClock, remaining: Duration) -> Context {
    let mut context = Context::default();
    context.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned();
    context.deadline = (clock.wall() + remaining).duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    context.invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:resize".to_owned();
    context.env_config = Arc::new(lambda_runtime::Config {
        function_name: "resize".to_owned(),
        memory: 256,
        version: "12".to_owned(),
        ..lambda_runtime::Config::default()
    });
    context
}

fn invocation(context: Context) -> LambdaInvocation {
    LambdaInvocation { parts: http::Response::new(()).into_parts().0, body: bytes::Bytes::new(), context }
}

/// One invocation of what `work` makes of it.
async fn invoke<F: Future>(layer: &Layer, context: Context, work: impl FnOnce(Context) -> F) -> F::Output {
    let mut work = Some(work);
    let inner = service_fn(move |invocation: LambdaInvocation| {
        let working = work.take().expect("it is called once")(invocation.context);
        async { Ok::<_, std::convert::Infallible>(working.await) }
    });
    match layer.layer(inner).call(invocation(context)).await {
        Ok(output) => output,
        Err(never) => match never {},
    }
}

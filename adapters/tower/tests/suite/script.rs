//! Services and bodies that do exactly what a test tells them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use tachograph_core::testing::{self, Instance};
use tachograph_core::{ManualClock, Operation, Record, start_call};
use tachograph_tower::{Layer, ResponseBody};
use tower_layer::Layer as _;

/// What a body does each time it is polled.
#[derive(Clone)]
pub(crate) enum Step {
    Data(&'static [u8]),
    Trailers,
    /// Trailers with this `grpc-status`.
    GrpcStatus(&'static str),
    Pending,
    Advance(Duration),
    Call,
    Fail,
    Panic,
}

/// A body that follows a script. It announces nothing unless told to.
#[derive(Default)]
pub(crate) struct Script {
    steps: VecDeque<Step>,
    size: Option<u64>,
    knows_its_end: bool,
    clock: ManualClock,
    left: Option<OpenQuery>,
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Script { steps: steps.into_iter().collect(), ..Script::default() }
    }

    pub(crate) fn empty() -> Self {
        Script { knows_its_end: true, size: Some(0), ..Script::default() }
    }

    pub(crate) fn size(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }

    pub(crate) fn knows_its_end(mut self) -> Self {
        self.knows_its_end = true;
        self
    }

    pub(crate) fn clock(mut self, clock: &ManualClock) -> Self {
        self.clock = clock.clone();
        self
    }

    pub(crate) fn leaves_a_call(mut self) -> Self {
        self.left = Some(OpenQuery);
        self
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Polled {
        loop {
            return Poll::Ready(match self.steps.pop_front() {
                None => None,
                Some(Step::Data(data)) => Some(Ok(Frame::data(Bytes::from_static(data)))),
                Some(Step::Trailers) => Some(Ok(Frame::trailers(HeaderMap::new()))),
                Some(Step::GrpcStatus(status)) => Some(Ok(Frame::trailers(grpc_status(status)))),
                Some(Step::Pending) => return Poll::Pending,
                Some(Step::Fail) => Some(Err("the disk is gone")),
                Some(Step::Panic) => panic!("told to"),
                Some(Step::Advance(duration)) => {
                    self.clock.advance(duration);
                    continue;
                }
                Some(Step::Call) => {
                    call();
                    continue;
                }
            });
        }
    }

    fn is_end_stream(&self) -> bool {
        self.knows_its_end && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.size.map(SizeHint::with_exact).unwrap_or_default()
    }
}

pub(crate) fn grpc_status(status: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static("grpc-status"), HeaderValue::from_static(status))])
}

/// A query that is given up where this is dropped.
pub(crate) struct OpenQuery;

impl Drop for OpenQuery {
    fn drop(&mut self) {
        call();
    }
}

/// One query.
pub(crate) fn call() {
    start_call(Operation::database("sqlite", "main", "SELECT 1 FROM experiments WHERE id = 7"), None).completed();
}

/// An instance by a clock that stands still, and a layer of it.
pub(crate) fn measured() -> (Instance, ManualClock, Layer) {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let layer = Layer::new(instance.handle());
    (instance, clock, layer)
}

pub(crate) fn get(path: &str) -> Request<Script> {
    Request::get(path).body(Script::empty()).unwrap()
}

/// The response of a measured service that answers at once.
pub(crate) fn answer(
    layer: &Layer,
    request: Request<Script>,
    response: Response<Script>,
) -> Response<ResponseBody<Script>> {
    let mut response = Some(response);
    let service = tower::service_fn(|_: Request<Script>| {
        let response = response.take().unwrap();
        async { Ok::<_, Infallible>(response) }
    });
    let mut service = layer.layer(service);
    match poll_once(pin!(tower::Service::call(&mut service, request))) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => panic!("it answers at once"),
    }
}

/// The only record there is, after which nothing is in flight.
pub(crate) fn only_record(instance: &testing::Instance) -> Record {
    let mut records = instance.take();
    assert_eq!((records.len(), instance.handle().in_flight()), (1, 0));
    records.remove(0)
}

pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// What a body gives when it is polled.
pub(crate) type Polled = Poll<Option<Result<Frame<Bytes>, &'static str>>>;

pub(crate) fn poll_frame<B>(body: &mut B) -> Polled
where
    B: Body<Data = Bytes, Error = &'static str> + Unpin,
{
    poll_once(pin!(poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx))))
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

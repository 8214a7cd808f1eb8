//! What the instance serves of itself, in front of any service.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tachograph_core::{Handle, endpoint};

use crate::exchange::{asked, response};

/// The [`Endpoints`] of the instance that is current now. Where there is none, all requests pass, and stderr says so
/// once.
pub fn endpoints() -> Endpoints {
    Endpoints::current()
}

/// A layer that answers for what the instance serves of itself: its health, its metrics. Other requests pass on to the
/// service inside.
///
/// The paths are those that the instance serves when this is made. They go before what the service has there itself.
#[derive(Debug, Clone)]
pub struct Endpoints(Option<Served>);

#[derive(Debug, Clone)]
struct Served {
    handle: Handle,
    endpoints: endpoint::Endpoints,
}

impl Endpoints {
    /// Those of the instance that is current now: see [`endpoints`].
    pub fn current() -> Self {
        Endpoints(endpoint::serving().map(Served::of))
    }

    /// Those of this instance.
    pub fn new(handle: &Handle) -> Self {
        Endpoints(Some(Served::of(handle.clone())))
    }
}

impl Served {
    fn of(handle: Handle) -> Self {
        Served { endpoints: handle.endpoints(), handle }
    }
}

impl<S> tower_layer::Layer<S> for Endpoints {
    type Service = EndpointsService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        EndpointsService { inner, served: self.0.clone() }
    }
}

/// A service with endpoints in front of it. See [`Endpoints`].
#[derive(Debug, Clone)]
pub struct EndpointsService<S> {
    inner: S,
    served: Option<Served>,
}

impl<S, B, R> tower_service::Service<Request<B>> for EndpointsService<S>
where
    S: tower_service::Service<Request<B>, Response = Response<R>>,
    R: Body<Data = Bytes>,
{
    type Response = Response<EndpointsBody<R>>;
    type Error = S::Error;
    type Future = EndpointsFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let served = self.served.as_ref().filter(|served| served.endpoints.have(request.uri().path()));
        let Some(Served { handle, endpoints }) = served.cloned() else {
            return EndpointsFuture { way: Way::Passed { inner: self.inner.call(request) } };
        };
        let (head, _) = request.into_parts();
        let answer = async move { response(endpoints.answer(asked(&head).of(&handle))).await };
        EndpointsFuture { way: Way::Answered { answer: Box::pin(answer) } }
    }
}

pin_project! {
    /// The future of an [`EndpointsService`].
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct EndpointsFuture<F> {
        #[pin]
        way: Way<F>,
    }
}

pin_project! {
    #[project = WayProject]
    enum Way<F> {
        Answered { answer: Pin<Box<dyn Future<Output = Response<Bytes>> + Send>> },
        Passed { #[pin] inner: F },
    }
}

impl<F, R, E> Future for EndpointsFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<EndpointsBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().way.project() {
            WayProject::Answered { answer } => {
                let answer = ready!(answer.as_mut().poll(cx));
                Ok(answer.map(|bytes| EndpointsBody { content: Content::Whole { bytes } }))
            }
            WayProject::Passed { inner } => {
                let passed = ready!(inner.poll(cx))?;
                Ok(passed.map(|body| EndpointsBody { content: Content::Passed { body } }))
            }
        })
    }
}

impl<F> fmt::Debug for EndpointsFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointsFuture").finish_non_exhaustive()
    }
}

pin_project! {
    /// The body of a response: an endpoint's, or that of the service inside.
    #[derive(Debug)]
    pub struct EndpointsBody<R> {
        #[pin]
        content: Content<R>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = ContentProject]
    enum Content<R> {
        Whole { bytes: Bytes },
        Passed { #[pin] body: R },
    }
}

impl<R: Body<Data = Bytes>> Body for EndpointsBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        match self.project().content.project() {
            ContentProject::Whole { bytes } if bytes.is_empty() => Poll::Ready(None),
            ContentProject::Whole { bytes } => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            ContentProject::Passed { body } => body.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole { bytes } => bytes.is_empty(),
            Content::Passed { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole { bytes } => SizeHint::with_exact(bytes.len() as u64),
            Content::Passed { body } => body.size_hint(),
        }
    }
}

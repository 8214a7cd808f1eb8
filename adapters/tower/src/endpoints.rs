//! What the instance serves of itself, in front of any service.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Extensions, Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tachograph_core::{Handle, endpoint};

use crate::endpoint_body::EndpointBody;
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
///
/// What is shown to this machine only asks whence a request comes, and takes one of which that is not known for another
/// machine's: see [`peer_from`](Self::peer_from).
#[derive(Clone)]
pub struct Endpoints {
    served: Option<Served>,
    peer: Peer,
}

#[derive(Clone)]
struct Served {
    handle: Handle,
    endpoints: endpoint::Endpoints,
}

/// Finds the address that a request's connection was opened from, given to [`Endpoints::peer_from`].
pub type Peer = fn(&Extensions) -> Option<IpAddr>;

impl Endpoints {
    /// Those of the instance that is current now: see [`endpoints`].
    pub fn current() -> Self {
        Self::by(endpoint::serving().map(Served::of))
    }

    /// Those of this instance.
    pub fn new(handle: &Handle) -> Self {
        Self::by(Some(Served::of(handle.clone())))
    }

    fn by(served: Option<Served>) -> Self {
        Endpoints { served, peer: |_| None }
    }

    /// Finds in a request's extensions the address that its connection was opened from, where who accepts the connections
    /// puts it there. A header must not be asked: whoever connects can write there what he likes.
    ///
    /// ```
    /// # use std::net::SocketAddr;
    /// #[derive(Clone)]
    /// struct Accepted(SocketAddr);
    ///
    /// let layer = tachograph_tower::endpoints()
    ///     .peer_from(|extensions| extensions.get::<Accepted>().map(|Accepted(address)| address.ip()));
    /// ```
    pub fn peer_from(mut self, peer: Peer) -> Self {
        self.peer = peer;
        self
    }
}

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints = self.served.as_ref().map(|served| &served.endpoints);
        f.debug_struct("Endpoints").field("endpoints", &endpoints).finish_non_exhaustive()
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
        EndpointsService { inner, endpoints: self.clone() }
    }
}

/// A service with endpoints in front of it. See [`Endpoints`].
#[derive(Debug, Clone)]
pub struct EndpointsService<S> {
    inner: S,
    endpoints: Endpoints,
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
        let served = self.endpoints.served.as_ref().filter(|served| served.endpoints.have(request.uri().path()));
        let Some(Served { handle, endpoints }) = served.cloned() else {
            return EndpointsFuture { way: Way::Passed { inner: self.inner.call(request) } };
        };
        let (head, _) = request.into_parts();
        let peer = (self.endpoints.peer)(&head.extensions);
        let answer = async move { response(endpoints.answer(asked(&head, peer).of(&handle))).await };
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
        Answered { answer: Pin<Box<dyn Future<Output = Response<EndpointBody>> + Send>> },
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
                Ok(answer.map(|body| EndpointsBody { content: Content::Answered { body } }))
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
        Answered { body: EndpointBody },
        Passed { #[pin] body: R },
    }
}

impl<R: Body<Data = Bytes>> Body for EndpointsBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        match self.project().content.project() {
            ContentProject::Answered { body } => {
                let never = |error: Infallible| match error {};
                Pin::new(body).poll_frame(cx).map(|frame| frame.map(|frame| frame.map_err(never)))
            }
            ContentProject::Passed { body } => body.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Answered { body } => body.is_end_stream(),
            Content::Passed { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Answered { body } => body.size_hint(),
            Content::Passed { body } => body.size_hint(),
        }
    }
}

//! The service's future: polled as a part of its request, and dropped as one.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use pin_project_lite::pin_project;
use tachograph_core::OpenRequest;
use tachograph_core::inbound::Expected;

use crate::answer::Told;
use crate::body::ResponseBody;
use crate::route::{self, EarlyRoute};
use crate::{answer, failure};

pin_project! {
    /// The future of a [`Service`](crate::Service).
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: Option<F>,
        // None where the request passes unmeasured.
        measured: Option<Measured>,
    }

    impl<F> PinnedDrop for ResponseFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            // The calls that are given up here still belong to the request, so it ends after them.
            let mut this = this.project();
            if let Some(measured) = this.measured {
                measured.tell_route();
                measured.open.drop_inside(|| this.inner.set(None));
            }
        }
    }
}

/// A request that has no response yet.
#[derive(Debug)]
pub(crate) struct Measured {
    open: OpenRequest,
    expected: Expected,
    /// None once it is told.
    early_route: Option<EarlyRoute>,
}

impl Measured {
    pub(crate) fn new(open: OpenRequest, expected: Expected, early_route: EarlyRoute) -> Self {
        Measured { open, expected, early_route: Some(early_route) }
    }

    fn tell_route(&mut self) {
        if let Some(early_route) = self.early_route.take() {
            early_route.tell(self.open.recording());
        }
    }

    fn respond<B: MessageBody>(self, response: ServiceResponse<B>) -> ServiceResponse<ResponseBody<B>> {
        let (request, mut response) = response.into_parts();
        if let Some(route) = route::matched(&request) {
            self.open.recording().set_route(&route);
        }
        Told::of(self.open.recording()).write(response.headers_mut());
        ServiceResponse::new(request, answer::follow(response, self.open, self.expected))
    }

    fn fail(mut self, mut error: Error) -> Error {
        self.tell_route();
        failure::follow(&mut error, self.open, self.expected);
        error
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn new(inner: F, measured: Option<Measured>) -> Self {
        ResponseFuture { inner: Some(inner), measured }
    }
}

impl<F, B> Future for ResponseFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<ResponseBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let mut work = || {
            let Some(inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Pending };
            let result = ready!(inner.poll(cx));
            this.inner.set(None);
            Poll::Ready(result)
        };
        let polled = match this.measured {
            Some(measured) => measured.open.poll_future(work),
            None => work(),
        };
        let Poll::Ready(result) = polled else {
            if let Some(measured) = this.measured {
                measured.tell_route();
            }
            return Poll::Pending;
        };
        Poll::Ready(match (this.measured.take(), result) {
            (Some(measured), Ok(response)) => Ok(measured.respond(response)),
            (Some(measured), Err(error)) => Err(measured.fail(error)),
            (None, Ok(response)) => {
                let (request, response) = response.into_parts();
                Ok(ServiceResponse::new(request, answer::pass(response)))
            }
            (None, Err(error)) => Err(error),
        })
    }
}

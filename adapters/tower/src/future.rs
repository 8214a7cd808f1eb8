//! The service's future: polled as a part of its request, and dropped as one.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use tachograph_core::OpenRequest;
use tachograph_core::inbound::{AnswerBody, Expected};

use crate::answer;
use crate::body::ResponseBody;

pin_project! {
    /// The future of a [`Service`](crate::Service).
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: Option<F>,
        // None where the request passes unmeasured.
        open: Option<OpenRequest>,
        expected: Expected,
    }

    impl<F> PinnedDrop for ResponseFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            // The calls that are given up here still belong to the request, so it ends after them.
            let mut this = this.project();
            if let Some(open) = this.open {
                open.drop_inside(|| this.inner.set(None));
            }
        }
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn unmeasured(inner: F) -> Self {
        ResponseFuture { inner: Some(inner), open: None, expected: Expected::Body }
    }

    pub(crate) fn measured(inner: F, open: OpenRequest, expected: Expected) -> Self {
        ResponseFuture { inner: Some(inner), open: Some(open), expected }
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let mut work = || {
            let Some(inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Pending };
            let result = ready!(inner.poll(cx));
            this.inner.set(None);
            Poll::Ready(result)
        };
        let result = match this.open {
            Some(open) => ready!(open.poll_future(work)),
            None => ready!(work()),
        };
        let Some(mut open) = this.open.take() else {
            return Poll::Ready(
                result.map(|response| response.map(|body| ResponseBody::new(body, AnswerBody::unmeasured()))),
            );
        };
        Poll::Ready(match result {
            Ok(mut response) => {
                answer::tell(response.headers_mut(), open.recording());
                let answer = answer::read(&response, *this.expected, &mut open);
                let answer = open.answer(response.status().as_u16(), answer);
                Ok(response.map(|body| ResponseBody::new(body, answer)))
            }
            Err(error) => {
                open.service_failed(std::any::type_name::<E>());
                Err(error)
            }
        })
    }
}

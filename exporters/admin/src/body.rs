//! The body of an endpoint's answer, as hyper takes it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tachograph_core::endpoint::Stream;

use crate::listener::Stop;

/// There as a whole, or made while it is sent, until the listener stops.
pub(crate) enum Body {
    Whole(Bytes),
    Stream(Option<Stream>, Pin<Box<dyn Future<Output = ()> + Send>>),
}

impl Body {
    pub(crate) fn stream(stream: Stream, mut stop: Stop) -> Self {
        Body::Stream(Some(stream), Box::pin(async move { stop.told().await }))
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = match self.get_mut() {
            Body::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Body::Whole(bytes) => Poll::Ready(Some(std::mem::take(bytes))),
            Body::Stream(stream, stop) => {
                if stream.is_some() && stop.as_mut().poll(cx).is_ready() {
                    *stream = None;
                }
                match stream {
                    Some(stream) => stream.poll_chunk(cx).map(|chunk| chunk.map(Bytes::from)),
                    None => Poll::Ready(None),
                }
            }
        };
        next.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Body::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Body::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Body::Stream(..) => SizeHint::default(),
        }
    }
}

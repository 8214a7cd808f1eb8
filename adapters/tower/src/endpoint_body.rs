//! The body of an endpoint's answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tachograph_core::endpoint::Stream;

/// The body of an endpoint's answer: there as a whole, or made while it is sent.
#[derive(Debug, Default)]
pub struct EndpointBody(Content);

#[derive(Debug, Default)]
enum Content {
    /// As in the answer to a HEAD: how large it would be is not for this to say.
    #[default]
    None,
    Whole(Bytes),
    Stream(Stream),
}

impl From<Vec<u8>> for EndpointBody {
    fn from(whole: Vec<u8>) -> Self {
        EndpointBody(Content::Whole(whole.into()))
    }
}

impl From<Stream> for EndpointBody {
    fn from(stream: Stream) -> Self {
        EndpointBody(Content::Stream(stream))
    }
}

impl Body for EndpointBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = match &mut self.get_mut().0 {
            Content::None => Poll::Ready(None),
            Content::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Content::Whole(bytes) => Poll::Ready(Some(std::mem::take(bytes))),
            Content::Stream(stream) => stream.poll_chunk(cx).map(|chunk| chunk.map(Bytes::from)),
        };
        next.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::None => true,
            Content::Whole(bytes) => bytes.is_empty(),
            Content::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::None | Content::Stream(_) => SizeHint::default(),
        }
    }
}

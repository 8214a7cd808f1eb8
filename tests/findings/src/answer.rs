//! What a handler answers, whatever serves it.

use std::fmt;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Whole(Vec<u8>),
    Parts(BoxStream<'static, Vec<u8>>),
}

impl Answer {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Answer { status: 200, content_type: "text/plain", body: Body::Whole(text.into().into_bytes()) }
    }

    pub(crate) fn status(status: u16) -> Self {
        Answer { status, ..Answer::text("") }
    }

    pub(crate) fn bytes(bytes: usize) -> Self {
        Answer { content_type: "application/octet-stream", body: Body::Whole(vec![b'x'; bytes]), ..Answer::status(200) }
    }

    /// A body in so many parts, each of which is made by `part`.
    pub(crate) fn parts<F>(parts: usize, part: impl Fn(usize) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Vec<u8>> + Send + 'static,
    {
        Answer { body: Body::Parts(stream::iter(0..parts).then(part).boxed()), ..Answer::status(200) }
    }

    pub(crate) fn content_type(self, content_type: &'static str) -> Self {
        Answer { content_type, ..self }
    }
}

impl From<()> for Answer {
    fn from((): ()) -> Self {
        Answer::text("done")
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Body::Parts(_) => f.write_str("parts"),
        }
    }
}

//! What an endpoint answers.

use std::borrow::Cow;

use super::{Chunks, Stream};
use crate::handle::Handle;

/// The answer of an [`Endpoint`](super::Endpoint).
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, with names in lower case. No `content-length` but in the answer to a HEAD: frameworks know how long
    /// a body is that they have.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body, whole; empty where there is a stream.
    pub body: Cow<'static, [u8]>,
    /// The body instead, where it is made while it is sent.
    pub stream: Option<Stream>,
}

impl Response {
    /// An answer with a `content-type`.
    pub fn new(status: u16, content_type: impl Into<Cow<'static, str>>, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", content_type.into())];
        Response { status, headers, body: Cow::Owned(body.into()), stream: None }
    }

    /// An answer with a `content-type`, and a body that is made while it is sent, such as a stream of events. Each piece is
    /// sent at once, and nothing is asked for more while the client takes nothing.
    pub fn streaming(status: u16, content_type: impl Into<Cow<'static, str>>, chunks: impl Chunks) -> Self {
        Response { stream: Some(Stream::new(chunks)), ..Response::new(status, content_type, []) }
    }

    /// With one more header; `name` in lower case.
    pub fn header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The first value under a name, which is given in lower case.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| *given == name).map(|(_, value)| &**value)
    }

    /// To a method that no endpoint knows.
    pub(super) fn method_not_allowed() -> Self {
        Response::new(405, "text/plain; charset=utf-8", *b"only GET and HEAD are answered here\n")
            .header("allow", "GET, HEAD")
    }

    /// Without what would break the connection, or be a header of somebody else's making: an endpoint that says nonsense
    /// is one that failed.
    pub(super) fn sound(mut self) -> Self {
        if !(200..=599).contains(&self.status) {
            self.status = 500;
        }
        self.headers.retain(|(name, value)| {
            let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            let text = |byte: u8| byte == b'\t' || (byte >= b' ' && byte != 0x7f);
            !name.is_empty() && name.bytes().all(token) && value.bytes().all(text)
        });
        if self.has_no_body() {
            self.stream = None;
        }
        self
    }

    /// Where it is a stream, one with this instance's bounds, or none where it has too many.
    pub(super) fn bounded(mut self, handle: &Handle) -> Self {
        let Some(stream) = self.stream.take() else { return self };
        match handle.stream_places().take() {
            Some(place) => Response { stream: Some(stream.of(handle, place)), ..self },
            None => {
                handle.live_counters().streams_refused.one();
                Response::new(503, "text/plain; charset=utf-8", *b"too many streams are open: close another one\n")
                    .header("retry-after", "5")
            }
        }
    }

    /// The answer to a HEAD where this is the one to a GET: the same head, and how long the body would have been, where
    /// that can be known.
    pub(super) fn without_body(mut self) -> Self {
        let length = std::mem::take(&mut self.body).len();
        let unknown = self.stream.take().is_some();
        // A length of 0 would say that a GET has an empty one.
        if !unknown && !self.has_no_body() && self.value("content-length").is_none() {
            self.headers.push(("content-length", length.to_string().into()));
        }
        self
    }

    /// These two never have one.
    fn has_no_body(&self) -> bool {
        matches!(self.status, 204 | 304)
    }
}

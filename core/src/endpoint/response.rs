//! What an endpoint answers.

use std::borrow::Cow;

/// The answer of an [`Endpoint`](super::Endpoint).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, with names in lower case. No `content-length` but in the answer to a HEAD: frameworks know how long
    /// a body is that they have.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body, whole.
    pub body: Cow<'static, [u8]>,
}

impl Response {
    /// An answer with a `content-type`.
    pub fn new(status: u16, content_type: impl Into<Cow<'static, str>>, body: impl Into<Vec<u8>>) -> Self {
        Response { status, headers: vec![("content-type", content_type.into())], body: Cow::Owned(body.into()) }
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
        self
    }

    /// The answer to a HEAD where this is the one to a GET: the same head, and how long the body would have been.
    pub(super) fn without_body(mut self) -> Self {
        let length = std::mem::take(&mut self.body).len();
        // These two have no body, and a length of 0 would say that a GET has an empty one.
        if !matches!(self.status, 204 | 304) && self.value("content-length").is_none() {
            self.headers.push(("content-length", length.to_string().into()));
        }
        self
    }
}

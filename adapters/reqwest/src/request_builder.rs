//! The request builder of the client that measures.

use std::fmt::Display;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Request, Response, Version};
use tachograph_core::Callsite;

use crate::client::Client;
use crate::measure;

/// Stands in for [`reqwest::RequestBuilder`], whose documentation says more of each method.
#[derive(Debug)]
#[must_use = "a request is not sent before `send` is awaited"]
pub struct RequestBuilder(pub(crate) reqwest::RequestBuilder);

impl RequestBuilder {
    /// Goes on building a request.
    pub fn from_parts(client: Client, request: Request) -> Self {
        RequestBuilder(reqwest::RequestBuilder::from_parts(client.into(), request))
    }

    /// Adds a header.
    pub fn header<K, V>(self, name: K, value: V) -> Self
    where
        HeaderName: TryFrom<K>,
        <HeaderName as TryFrom<K>>::Error: Into<http::Error>,
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<http::Error>,
    {
        RequestBuilder(self.0.header(name, value))
    }

    /// Sets these headers, in place of those of the same names.
    pub fn headers(self, headers: HeaderMap) -> Self {
        RequestBuilder(self.0.headers(headers))
    }

    /// Authenticates by user name and password.
    pub fn basic_auth<U: Display, P: Display>(self, username: U, password: Option<P>) -> Self {
        RequestBuilder(self.0.basic_auth(username, password))
    }

    /// Authenticates by a token.
    pub fn bearer_auth<T: Display>(self, token: T) -> Self {
        RequestBuilder(self.0.bearer_auth(token))
    }

    /// Sets the body.
    pub fn body<T: Into<Body>>(self, body: T) -> Self {
        RequestBuilder(self.0.body(body))
    }

    /// Ends the call with an error where the last byte of the answer is not there in time.
    pub fn timeout(self, timeout: Duration) -> Self {
        RequestBuilder(self.0.timeout(timeout))
    }

    /// Sets the HTTP version.
    pub fn version(self, version: Version) -> Self {
        RequestBuilder(self.0.version(version))
    }

    /// Adds parameters to the URL's query. Feature `query`.
    #[cfg(feature = "query")]
    pub fn query<T: serde::Serialize + ?Sized>(self, query: &T) -> Self {
        RequestBuilder(self.0.query(query))
    }

    /// Sets the body to a form. Feature `form`.
    #[cfg(feature = "form")]
    pub fn form<T: serde::Serialize + ?Sized>(self, form: &T) -> Self {
        RequestBuilder(self.0.form(form))
    }

    /// Sets the body to JSON. Feature `json`.
    #[cfg(feature = "json")]
    pub fn json<T: serde::Serialize + ?Sized>(self, json: &T) -> Self {
        RequestBuilder(self.0.json(json))
    }

    /// Sets the body to a form of several parts. Feature `multipart`.
    #[cfg(feature = "multipart")]
    pub fn multipart(self, form: reqwest::multipart::Form) -> Self {
        RequestBuilder(self.0.multipart(form))
    }

    /// The request, to be looked at, changed and sent by [`Client::execute`].
    pub fn build(self) -> reqwest::Result<Request> {
        self.0.build()
    }

    /// The request, and the client it was begun with.
    pub fn build_split(self) -> (Client, reqwest::Result<Request>) {
        let (client, request) = self.0.build_split();
        (client.into(), request)
    }

    /// A copy; none where the body is a stream.
    pub fn try_clone(&self) -> Option<Self> {
        self.0.try_clone().map(RequestBuilder)
    }

    /// Sends the request and measures the call, which begins when this is first polled and ends with the last byte of
    /// the answer.
    ///
    /// # Errors
    /// Those of [`reqwest::RequestBuilder::send`]. A request that could not be built is no call, and is not measured.
    #[track_caller]
    pub fn send(self) -> impl Future<Output = reqwest::Result<Response>> + Send + Unpin {
        let (client, request) = self.0.build_split();
        measure::send(client, request, Callsite::caller())
    }
}

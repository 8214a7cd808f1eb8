//! A client that measures what it sends.

use reqwest::{IntoUrl, Method, Request, Response};
use tachograph_core::Callsite;

use crate::measure;
use crate::request_builder::RequestBuilder;

/// Stands in for [`reqwest::Client`]: the same methods, and every call is measured.
///
/// One that is configured is made from reqwest's own:
///
/// ```
/// # fn example() -> reqwest::Result<()> {
/// use std::time::Duration;
///
/// let client = reqwest::Client::builder().timeout(Duration::from_secs(2)).build()?;
/// let client = tachograph_reqwest::Client::from(client);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Client(reqwest::Client);

impl From<reqwest::Client> for Client {
    fn from(client: reqwest::Client) -> Self {
        Client(client)
    }
}

impl From<Client> for reqwest::Client {
    fn from(client: Client) -> Self {
        client.0
    }
}

/// The plain client, for what takes no other. Its calls are not measured.
impl AsRef<reqwest::Client> for Client {
    fn as_ref(&self) -> &reqwest::Client {
        &self.0
    }
}

impl Client {
    /// A client as [`reqwest::Client::new`] makes it.
    ///
    /// # Panics
    /// Where that does: if TLS or the resolver cannot be initialised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a `GET` request.
    pub fn get<U: IntoUrl>(&self, url: U) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// Begins a `POST` request.
    pub fn post<U: IntoUrl>(&self, url: U) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// Begins a `PUT` request.
    pub fn put<U: IntoUrl>(&self, url: U) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// Begins a `PATCH` request.
    pub fn patch<U: IntoUrl>(&self, url: U) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// Begins a `DELETE` request.
    pub fn delete<U: IntoUrl>(&self, url: U) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// Begins a `HEAD` request.
    pub fn head<U: IntoUrl>(&self, url: U) -> RequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// Begins a request. A URL that cannot be parsed is the error of [`send`](RequestBuilder::send).
    pub fn request<U: IntoUrl>(&self, method: Method, url: U) -> RequestBuilder {
        RequestBuilder(self.0.request(method, url))
    }

    /// Sends a request that was built before. See [`RequestBuilder::send`].
    #[track_caller]
    pub fn execute(&self, request: Request) -> impl Future<Output = reqwest::Result<Response>> + Send + Unpin + use<> {
        measure::send(self.0.clone(), Ok(request), Callsite::caller())
    }
}

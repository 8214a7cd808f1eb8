//! A measured way to send for those who keep their plain client.

use reqwest::{RequestBuilder, Response};
use tachograph_core::Callsite;

use crate::measure;

/// Gives reqwest's own request builder a [`send_measured`](Self::send_measured).
///
/// ```
/// # async fn example(http: reqwest::Client) -> reqwest::Result<()> {
/// use tachograph_reqwest::SendMeasured;
///
/// let report = http.get("https://partner.example/reports/7").send_measured().await?.text().await?;
/// # Ok(()) }
/// ```
pub trait SendMeasured {
    /// Sends the request and measures the call. See [`RequestBuilder::send`](crate::RequestBuilder::send).
    #[track_caller]
    fn send_measured(self) -> impl Future<Output = reqwest::Result<Response>> + Send + Unpin;
}

impl SendMeasured for RequestBuilder {
    fn send_measured(self) -> impl Future<Output = reqwest::Result<Response>> + Send + Unpin {
        let (client, request) = self.build_split();
        measure::send(client, request, Callsite::caller())
    }
}

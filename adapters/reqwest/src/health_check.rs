//! Whether another service is there.

use std::pin::Pin;

use reqwest::{Error, IntoUrl};

use crate::client::Client;

impl Client {
    /// A health check: a `GET` of `url` that is answered by other than 4xx and 5xx. It is for `tachograph_health`, and
    /// anything else that calls a closure again and again:
    ///
    /// ```
    /// # async fn example(client: tachograph_reqwest::Client) -> reqwest::Result<()> {
    /// let check = client.health_check("http://partner.internal/livez"); // health.optional_check("partner", check)?
    /// check().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// It is not measured, for it is part of no request. What is wrong with the URL is the check's error.
    pub fn health_check<U: IntoUrl>(
        &self,
        url: U,
    ) -> impl Fn() -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>> + Send + Sync + use<U> {
        let (client, url) = (self.as_ref().clone(), url.as_str().to_owned());
        move || {
            let request = client.get(&url);
            Box::pin(async move { request.send().await?.error_for_status().map(drop) })
        }
    }
}

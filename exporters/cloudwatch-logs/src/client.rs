//! The SDK's client, as it is used here.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatchlogs::config::{Builder, Region, SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::settings::Settings;
use crate::trouble::Trouble;

/// Where the service is and who we are, as far as it is said.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    region: Option<String>,
    endpoint: Option<String>,
    credentials: Option<SharedCredentialsProvider>,
    timeout: Duration,
}

impl Target {
    pub(crate) fn new(settings: &Settings) -> Self {
        Target {
            region: settings.region.clone(),
            endpoint: settings.endpoint.clone(),
            credentials: settings.credentials.clone(),
            timeout: settings.timeout,
        }
    }

    /// Finds what is not said in files and, in the end, by asking the instance: so not before there is something to send.
    pub(crate) async fn client(&self) -> Result<Client, Trouble> {
        let https =
            || aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(https());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &self.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some(credentials) = &self.credentials {
            loader = loader.credentials_provider(credentials.clone());
        }
        let found = loader.load().await;
        if found.region().is_none() {
            return Err(Trouble::for_now("no region was found: set `region`, or the variable AWS_REGION"));
        }
        let timeouts =
            TimeoutConfig::builder().connect_timeout(self.timeout.min(CONNECT)).operation_timeout(self.timeout);
        let config = Builder::from(&found)
            .timeout_config(timeouts.build())
            // The whole call has its time already.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // The delivery tries again, and can be told to stop waiting.
            .retry_config(RetryConfig::disabled())
            .build();
        Ok(Client::from_conf(config))
    }
}

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

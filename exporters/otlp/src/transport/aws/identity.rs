//! Who sends, and from where: credentials and the region, as the AWS SDK finds them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use tachograph_core::{Clock, SystemClock};
use tachograph_delivery::whole;
use tokio::time::timeout;

use crate::error::Error;

/// So long before they expire others are asked for: a request has to arrive in time, and clocks differ.
const EARLY: Duration = Duration::from_secs(60);

/// How often credentials that say nothing of an end are looked up again: files change. The AWS SDK does it as often.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);

/// How long those in force are kept before others are asked for again, which could not be had.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take to be given credentials, which is what the AWS SDK allows, too.
const LONGEST: Duration = Duration::from_secs(5);

/// Finds out who sends when there is something to send, and remembers it for as long as it holds.
#[derive(Clone)]
pub(crate) struct Identity {
    region: Option<String>,
    provider: Option<SharedCredentialsProvider>,
    clock: Arc<dyn Clock>,
    known: Option<Known>,
}

#[derive(Clone)]
struct Known {
    credentials: Credentials,
    /// When others are asked for.
    renew: SystemTime,
}

/// Who sends a request.
pub(super) struct Caller {
    pub(super) credentials: Credentials,
    pub(super) region: String,
    /// The time of day.
    pub(super) now: SystemTime,
}

impl Identity {
    pub(crate) fn set_provider(&mut self, provider: SharedCredentialsProvider) {
        self.provider = Some(provider);
    }

    pub(crate) fn set_clock(&mut self, clock: Arc<dyn Clock>) {
        self.clock = clock;
    }

    pub(super) fn set_region(&mut self, region: Option<String>) {
        self.region = region;
    }

    pub(super) fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Asks again before the next request.
    pub(super) fn forget(&mut self) {
        self.known = None;
    }

    /// # Errors
    /// Where there are no credentials, or no region, or whoever has them does not answer.
    pub(super) async fn caller(&mut self) -> Result<Caller, Error> {
        let now = self.clock.wall();
        let credentials = match &self.known {
            Some(known) if now < known.renew => known.credentials.clone(),
            _ => self.renew(now).await?,
        };
        let region = self.region.clone().ok_or_else(no_region)?;
        Ok(Caller { credentials, region, now })
    }

    async fn renew(&mut self, now: SystemTime) -> Result<Credentials, Error> {
        let asked = timeout(LONGEST, self.ask()).await;
        let late = || Err(Error::new(format!("nobody gave credentials for AWS within {LONGEST:?}")));
        match (asked.unwrap_or_else(|_| late()), &mut self.known) {
            (Ok(credentials), known) => {
                let renew = credentials.expiry().map_or(now + LOOK_AGAIN, |expiry| expiry - EARLY);
                *known = Some(Known { credentials: credentials.clone(), renew });
                Ok(credentials)
            }
            (Err(_), Some(known)) if known.credentials.expiry().is_none_or(|expiry| now < expiry) => {
                known.renew = now + PATIENCE;
                Ok(known.credentials.clone())
            }
            (Err(error), known) => {
                *known = None;
                Err(error)
            }
        }
    }

    async fn ask(&mut self) -> Result<Credentials, Error> {
        if self.region.is_none() || self.provider.is_none() {
            let found = found_by_sdk(self.region.clone()).await;
            self.region = self.region.take().or_else(|| found.region().map(|region| region.as_ref().to_owned()));
            self.provider = self.provider.take().or_else(|| found.credentials_provider());
        }
        // Where nothing is set up, this is what to begin with.
        if self.region.is_none() {
            return Err(no_region());
        }
        let Some(provider) = &self.provider else { return Err(Error::new("the AWS SDK knows of no credentials")) };
        let provided = provider.provide_credentials().await;
        provided.map_err(|error| Error::new(format!("there are no credentials for AWS: {}", whole(&error))))
    }
}

fn no_region() -> Error {
    Error::new("no region of AWS was found: set `region` in `[exporters.otlp.aws]`, or AWS_REGION")
}

/// By the variables, the files and the instance, in the order of the AWS SDK.
async fn found_by_sdk(region: Option<String>) -> SdkConfig {
    let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client);
    match region {
        Some(region) => loader.region(Region::new(region)).load().await,
        None => loader.load().await,
    }
}

impl Default for Identity {
    fn default() -> Self {
        Identity { region: None, provider: None, clock: Arc::new(SystemClock), known: None }
    }
}

/// Nothing that is secret.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("region", &self.region).finish_non_exhaustive()
    }
}

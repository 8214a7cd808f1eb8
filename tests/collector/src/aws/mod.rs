//! What AWS's own end points ask of an export, beyond what OTLP does.

mod limits;
mod signature;

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use http::request::Parts;

use crate::received::Signal;

/// The part of AWS that a [`Collector`](crate::Collector) plays: whose requests it takes, and at which time.
///
/// Requests come by HTTP, are signed by Signature Version 4 for the service that takes their signal (`xray`, `monitoring`,
/// `logs`), name a group and a stream where they are logs, and keep within what AWS takes at once. What is not signed as it
/// should be is answered with 403, as AWS does, and what is too large with 400.
pub struct Aws {
    region: String,
    keys: BTreeMap<String, Key>,
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

struct Key {
    secret: String,
    session_token: Option<String>,
    expires: Option<SystemTime>,
}

impl Aws {
    /// In this region, where nobody has a key yet.
    pub fn new(region: &str) -> Self {
        Aws { region: region.to_owned(), keys: BTreeMap::new(), now: Box::new(SystemTime::now) }
    }

    /// Knows somebody by an access key and its secret.
    pub fn key(mut self, id: &str, secret: &str) -> Self {
        let key = Key { secret: secret.to_owned(), session_token: None, expires: None };
        self.keys.insert(id.to_owned(), key);
        self
    }

    /// Knows somebody for some time, by a key that comes with a token.
    pub fn temporary_key(mut self, id: &str, secret: &str, session_token: &str, expires: SystemTime) -> Self {
        let (secret, session_token) = (secret.to_owned(), Some(session_token.to_owned()));
        self.keys.insert(id.to_owned(), Key { secret, session_token, expires: Some(expires) });
        self
    }

    /// The time of day, where it is not the machine's.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.now = Box::new(now);
        self
    }

    /// Whether the request is from who it says; else why not.
    pub(crate) fn authenticate(&self, signal: Signal, head: &Parts, body: &[u8]) -> Result<(), String> {
        let service = match signal {
            Signal::Traces => "xray",
            Signal::Metrics => "monitoring",
            Signal::Logs => "logs",
        };
        signature::verify(self, service, head, body)
    }

    /// What is wrong with a message, uncompressed, that is as it should be for others.
    pub(crate) fn complaint(&self, signal: Signal, head: &Parts, message: &[u8]) -> Option<String> {
        let missing = |name: &&str| head.headers.get(*name).is_none_or(|value| value.is_empty());
        let nowhere = ["x-aws-log-group", "x-aws-log-stream"].into_iter().find(missing);
        match (signal, nowhere) {
            (Signal::Logs, Some(name)) => Some(format!("{name} is missing")),
            _ => limits::complaint(signal, message),
        }
    }
}

/// Without the secrets.
impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("region", &self.region).field("keys", &self.keys.keys()).finish_non_exhaustive()
    }
}

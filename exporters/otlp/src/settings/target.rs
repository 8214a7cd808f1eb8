//! Where one signal goes, and how: everything decided.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::{Compression, Protocol, Signing};

/// Where one signal goes, and how; see [`Settings::target`](crate::Settings::target).
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// The transport.
    pub protocol: Protocol,
    /// The address: of HTTP, the whole one; of gRPC, that of the server.
    pub endpoint: String,
    /// Sent with each request.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// How requests are compressed.
    pub compression: Compression,
    /// How long a request may take, with connecting and everything.
    pub timeout: Duration,
    /// What the connection is secured with.
    pub tls: Tls,
    /// What requests are signed for, where they go to AWS.
    pub signing: Option<Signing>,
}

/// Files, in PEM, that secure the connection to an `https://` endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// The certificates of who may have signed the receiver's. Default: those that the system trusts.
    pub certificate: Option<PathBuf>,
    /// Our own certificate, or chain, for receivers that ask for one.
    pub client_certificate: Option<PathBuf>,
    /// The private key of that.
    pub client_key: Option<PathBuf>,
}

impl Target {
    /// Whether the connection is secured.
    pub fn is_secure(&self) -> bool {
        self.endpoint.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
    }

    /// The endpoint as it may be told: without a password that somebody wrote into it.
    pub fn shown(&self) -> String {
        let Some((scheme, rest)) = self.endpoint.split_once("://") else { return self.endpoint.clone() };
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let without = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let path = rest[authority.len()..].split(['?', '#']).next().unwrap_or_default();
        format!("{scheme}://{without}{path}")
    }
}

/// Headers are where keys are, so only their names are shown.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("protocol", &self.protocol)
            .field("endpoint", &self.shown())
            .field("headers", &self.headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
            .field("compression", &self.compression)
            .field("timeout", &self.timeout)
            .field("tls", &self.tls)
            .field("signing", &self.signing)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn target(endpoint: &str) -> Target {
        Target {
            protocol: Protocol::HttpProtobuf,
            endpoint: endpoint.to_owned(),
            headers: vec![(HeaderName::from_static("authorization"), HeaderValue::from_static("Bearer secret"))],
            compression: Compression::None,
            timeout: Duration::from_secs(10),
            tls: Tls::default(),
            signing: None,
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let target = target("https://user:secret@[::1]:4318/v1/traces?key=secret#x");
        assert_eq!(target.shown(), "https://[::1]:4318/v1/traces");
        assert!(target.is_secure());
        let debug = format!("{target:?}");
        assert!(!debug.contains("secret") && debug.contains("authorization"), "{debug}");
    }
}

//! The connection's settings, for all signals or for one, each given or not.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::{Compression, Protocol};

/// How to reach a receiver, as far as somebody said so.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Connection {
    /// The address, such as `http://collector:4318`. Where it is for all signals, the path of each is appended
    /// for HTTP; where it is for one, it is used as it is. Default `http://localhost:4318`, or port 4317 for gRPC.
    pub endpoint: Option<String>,
    /// The transport. Default gRPC for an endpoint at port 4317, `http/protobuf` for one at port 4318, else
    /// [`Settings::usual_protocol`](super::Settings::usual_protocol).
    pub protocol: Option<Protocol>,
    /// Names and values, sent with each request. Those for one signal replace those for all of them.
    pub headers: Option<Vec<(String, String)>>,
    /// How requests are compressed. Default not at all.
    pub compression: Option<Compression>,
    /// How long a request may take. Default 10 s.
    pub timeout: Option<Duration>,
    /// A file in PEM with the certificates of who may have signed the receiver's. Default: those that the system trusts.
    pub certificate: Option<PathBuf>,
    /// A file in PEM with our own certificate, for receivers that ask for one.
    pub client_certificate: Option<PathBuf>,
    /// A file in PEM with the private key of that.
    pub client_key: Option<PathBuf>,
    /// Whether an endpoint without `http://` or `https://`, which gRPC allows, is reached without TLS. Default no.
    pub insecure: Option<bool>,
}

impl Connection {
    /// Takes over what is given in `other`.
    pub(super) fn overlay(&mut self, other: Connection) {
        fn take_over<T>(mine: &mut Option<T>, theirs: Option<T>) {
            if theirs.is_some() {
                *mine = theirs;
            }
        }
        take_over(&mut self.endpoint, other.endpoint);
        take_over(&mut self.protocol, other.protocol);
        take_over(&mut self.headers, other.headers);
        take_over(&mut self.compression, other.compression);
        take_over(&mut self.timeout, other.timeout);
        take_over(&mut self.certificate, other.certificate);
        take_over(&mut self.client_certificate, other.client_certificate);
        take_over(&mut self.client_key, other.client_key);
        take_over(&mut self.insecure, other.insecure);
    }

    /// Leaves out what is given in `other`.
    pub(super) fn without(&mut self, other: &Connection) {
        fn leave_out<T>(mine: &mut Option<T>, theirs: &Option<T>) {
            if theirs.is_some() {
                *mine = None;
            }
        }
        leave_out(&mut self.endpoint, &other.endpoint);
        leave_out(&mut self.protocol, &other.protocol);
        leave_out(&mut self.headers, &other.headers);
        leave_out(&mut self.compression, &other.compression);
        leave_out(&mut self.timeout, &other.timeout);
        leave_out(&mut self.certificate, &other.certificate);
        leave_out(&mut self.client_certificate, &other.client_certificate);
        leave_out(&mut self.client_key, &other.client_key);
        leave_out(&mut self.insecure, &other.insecure);
    }
}

/// Headers are where keys are, and an endpoint may hold a password, so neither is shown.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |headers: &Vec<(String, String)>| headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("Connection")
            .field("protocol", &self.protocol)
            .field("headers", &self.headers.as_ref().map(names))
            .field("compression", &self.compression)
            .field("timeout", &self.timeout)
            .field("certificate", &self.certificate)
            .field("client_certificate", &self.client_certificate)
            .field("client_key", &self.client_key)
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}

//! OTLP to AWS's own end points: over HTTP, each request signed by whoever the AWS SDK says that we are.

mod identity;
mod signature;

use bytes::Bytes;
use tachograph_delivery::{SendError, whole};

use super::http;
use crate::error::Error;
use crate::settings::{Signing, Target};
use crate::signal::Signal;

pub(crate) use identity::Identity;

pub(super) struct Client {
    target: Target,
    service: &'static str,
    identity: Identity,
    /// None before the region is known.
    http: Option<http::Client>,
}

impl Client {
    pub(super) fn new(target: &Target, signing: &Signing) -> Result<Self, Error> {
        let http = signing.region.is_some().then(|| http::Client::new(target)).transpose()?;
        let mut identity = Identity::default();
        identity.set_region(signing.region.clone());
        Ok(Client { target: target.clone(), service: signing.service, identity, http })
    }

    /// Signs as somebody else, in the same region.
    pub(super) fn sign_as(&mut self, identity: &Identity) {
        let region = self.identity.region().map(str::to_owned);
        self.identity = identity.clone();
        self.identity.set_region(region);
    }

    pub(super) async fn send(&mut self, signal: Signal, request: Bytes) -> Result<(), SendError> {
        let Client { target, service, identity, http } = self;
        // Whoever gives credentials may be there again later.
        let caller = identity.caller().await.map_err(|error| SendError::temporary(0, whole(&error)))?;
        let http = match http {
            Some(http) => http,
            None => {
                http.insert(connect(target, &caller.region).map_err(|error| SendError::permanent(0, whole(&error)))?)
            }
        };
        let sent = http.send(signal, request, |endpoint, headers, body| {
            let signed = signature::sign(&caller, service, endpoint, headers, body);
            signed.map_err(|error| SendError::temporary(0, whole(&error)))
        });
        let sent = sent.await;
        if http.is_denied() {
            // They may have been taken back before their time.
            identity.forget();
        }
        sent
    }
}

fn connect(target: &Target, region: &str) -> Result<http::Client, Error> {
    http::Client::new(&target.in_region(region)?)
}

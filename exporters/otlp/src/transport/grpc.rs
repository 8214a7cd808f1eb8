//! OTLP over gRPC.

mod codec;

use std::error::Error as _;

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use tachograph_delivery::{SendError, whole};
use tonic::codec::CompressionEncoding;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use super::USER_AGENT;
use super::answer::{Trouble, readable};
use super::attempt::{self, Failed, MAX_ANSWER};
use crate::error::Error;
use crate::settings::{Compression, Target};
use crate::signal::Signal;
use codec::Rendered;

pub(super) struct Client {
    grpc: tonic::client::Grpc<Channel>,
    metadata: MetadataMap,
}

impl Client {
    pub(super) fn new(target: &Target) -> Result<Self, Error> {
        let channel = channel(target)?;
        let mut grpc = tonic::client::Grpc::with_origin(channel, Uri::default())
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(MAX_ANSWER);
        if target.compression == Compression::Gzip {
            grpc = grpc.send_compressed(CompressionEncoding::Gzip);
        }
        Ok(Client { grpc, metadata: metadata(target)? })
    }

    pub(super) async fn send(&mut self, signal: Signal, request: Bytes) -> Result<(), SendError> {
        self.grpc.ready().await.map_err(|error| SendError::temporary(0, whole(&error)))?;
        let request = Request::from_parts(self.metadata.clone(), Default::default(), request);
        match self.grpc.unary(request, PathAndQuery::from_static(signal.grpc_path()), Rendered).await {
            Ok(response) => attempt::taken(signal, response.get_ref()),
            Err(status) => Err(failed(&status).into()),
        }
    }
}

fn channel(target: &Target) -> Result<Channel, Error> {
    let unusable = |error| Error::because(format!("the endpoint `{}` is none for gRPC", target.shown()), error);
    let uri: Uri = target
        .endpoint
        .parse()
        .map_err(|error| Error::because(format!("the endpoint `{}` is none for gRPC", target.shown()), error))?;
    let endpoint =
        Endpoint::from(uri.clone()).user_agent(USER_AGENT).map_err(unusable)?.connect_timeout(target.timeout);
    #[cfg(feature = "tls")]
    if target.is_secure() {
        let connector = super::connector::Connector::new(&uri, &target.tls, b"h2")?;
        // The connection is secured by our own connector, of which tonic, that would do it again, is to know nothing.
        let plain = Endpoint::from(connector.address().clone()).origin(uri);
        let plain = plain.user_agent(USER_AGENT).map_err(unusable)?.connect_timeout(target.timeout);
        return Ok(plain.connect_with_connector_lazy(connector));
    }
    Ok(endpoint.connect_lazy())
}

fn metadata(target: &Target) -> Result<MetadataMap, Error> {
    let mut metadata = MetadataMap::new();
    for (name, value) in &target.headers {
        if name.as_str().ends_with("-bin") {
            return Err(Error::new(format!("the header `{name}` would be binary in gRPC: use one of another name")));
        }
        let unusable =
            || Error::new(format!("the header `{name}` cannot be sent by gRPC: use letters, digits and signs only"));
        let key = tonic::metadata::AsciiMetadataKey::from_bytes(name.as_str().as_bytes()).map_err(|_| unusable())?;
        let mut value = MetadataValue::try_from(value.as_bytes()).map_err(|_| unusable())?;
        value.set_sensitive(true);
        metadata.insert(key, value);
    }
    Ok(metadata)
}

/// Which statuses are tried again is what the protocol says.
fn failed(status: &Status) -> Failed {
    let trouble = Trouble::read(status.details()).unwrap_or_default();
    let message = told(status);
    // tonic's own, for an answer longer than we take: trying again would bring it again.
    let answer_too_long = message.contains("decoded message length too large");
    let broken_connection = status.source().is_some();
    let again = match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => !answer_too_long,
        Code::ResourceExhausted => trouble.retry_after.is_some(),
        // Not the receiver's words: the connection broke, which other clients call unavailable.
        Code::Unknown | Code::Internal => broken_connection,
        _ => false,
    };
    match again {
        true => Failed::ForNow(message, trouble.retry_after),
        false => Failed::ForGood(message),
    }
}

/// The code, what the receiver said, and where that came from if it was not the receiver; tonic's own words for these are
/// meant for developers.
fn told(status: &Status) -> String {
    let mut text = format!("{:?}", status.code());
    let source = status.source().map(whole);
    for said in [Some(status.message().to_owned()), source].into_iter().flatten() {
        if !said.is_empty() && !text.contains(&said) {
            text = format!("{text}: {said}");
        }
    }
    readable(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `google.rpc.Status` with `RetryInfo` of 2 seconds.
    fn with_retry_info(code: Code) -> Status {
        let mut details = b"\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo".to_vec();
        details.extend_from_slice(b"\x12\x04\x0a\x02\x08\x02");
        Status::with_details(code, "busy", details.into())
    }

    #[test]
    fn statuses_are_tried_again_as_the_protocol_says() {
        let again = [
            Code::Cancelled,
            Code::DeadlineExceeded,
            Code::Aborted,
            Code::OutOfRange,
            Code::Unavailable,
            Code::DataLoss,
        ];
        for code in (1..=16).map(Code::from_i32) {
            let expected = again.contains(&code);
            let actual = matches!(failed(&Status::new(code, "because")), Failed::ForNow(_, None));
            assert_eq!(actual, expected, "{code:?}");
            let asked = matches!(failed(&with_retry_info(code)), Failed::ForNow(_, Some(_)));
            assert_eq!(asked, expected || code == Code::ResourceExhausted, "{code:?} with RetryInfo");
        }
    }

    #[test]
    fn an_answer_longer_than_we_take_would_come_again() {
        // In the words of tonic, under a code that is tried again otherwise.
        let words = "Error, decoded message length too large: found 10000000 bytes, the limit is: 4194304 bytes";
        assert!(matches!(failed(&Status::out_of_range(words)), Failed::ForGood(_)));
    }
}

//! What exporters are answered: the truth, or what a receiver in trouble says.

use std::time::Duration;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;

/// What every export is answered from now on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Answer {
    /// It is taken, or refused for what is wrong with it.
    #[default]
    Truth,
    /// Nothing is taken, and the exporter should come again: 503 over HTTP, `UNAVAILABLE` over gRPC.
    Unavailable {
        /// When it should: `Retry-After` in whole seconds, or `RetryInfo`.
        retry_after: Option<Duration>,
    },
    /// Nothing is taken, and coming again is of no use: 400 over HTTP, `INVALID_ARGUMENT` over gRPC.
    Refused,
    /// The export is answered as a success of which so many items were refused. None of it is kept.
    PartialSuccess {
        /// How many.
        rejected: i64,
        /// Why.
        message: String,
    },
    /// A success in bytes that are no protobuf. Nothing is taken.
    Garbage,
    /// No answer, for as long as the exporter waits or until [`kill`](crate::Collector::kill).
    Hang,
}

/// An answer in the terms of no transport.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The bytes of a response message.
    Success(Bytes),
    Unavailable(Option<Duration>),
    Invalid(String),
}

impl Reply {
    /// The three signals' responses have the same fields.
    pub(crate) fn partial_success(rejected: i64, message: &str) -> Self {
        let partial = ExportTracePartialSuccess { rejected_spans: rejected, error_message: message.to_owned() };
        let response = ExportTraceServiceResponse { partial_success: Some(partial) };
        Reply::Success(response.encode_to_vec().into())
    }
}

impl Answer {
    /// The reply that does not look at the export; of those that hang nobody hears.
    pub(crate) fn reply(&self) -> Reply {
        match self {
            Answer::Truth | Answer::Hang => Reply::Unavailable(None),
            Answer::Unavailable { retry_after } => Reply::Unavailable(*retry_after),
            Answer::Refused => Reply::Invalid("refused, as the test wants it".to_owned()),
            Answer::PartialSuccess { rejected, message } => Reply::partial_success(*rejected, message),
            Answer::Garbage => Reply::Success(Bytes::from_static(b"\xff\xff\xff<html>")),
        }
    }
}

/// `google.rpc.Status`, which both transports carry.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(crate) details: Vec<prost_types::Any>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<prost_types::Duration>,
}

impl RpcStatus {
    pub(crate) fn new(code: tonic::Code, message: &str, retry_after: Option<Duration>) -> Self {
        let details = retry_after.into_iter().map(|delay| {
            let info =
                RetryInfo { retry_delay: Some(delay.try_into().expect("a delay that a test asks for is short")) };
            let type_url = "type.googleapis.com/google.rpc.RetryInfo".to_owned();
            prost_types::Any { type_url, value: info.encode_to_vec() }
        });
        RpcStatus { code: code as i32, message: message.to_owned(), details: details.collect() }
    }
}

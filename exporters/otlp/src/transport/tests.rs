//! Against receivers on loopback: strict ones, ones in trouble, and ones that are none.

mod answers;
mod delivered;
mod garbage;
mod restarted;
mod secured;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::http::{HeaderName, HeaderValue};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use tachograph_collector::Collector;

use super::*;
use crate::settings::{Compression, Tls};

/// Long enough for any machine; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

const PROTOCOLS: [Protocol; 2] = [Protocol::Grpc, Protocol::HttpProtobuf];

fn target(protocol: Protocol, endpoint: String) -> Target {
    let endpoint = match protocol {
        Protocol::Grpc => endpoint,
        Protocol::HttpProtobuf => format!("{endpoint}/v1/traces"),
    };
    let headers = vec![(HeaderName::from_static("api-key"), HeaderValue::from_static("a b"))];
    Target {
        protocol,
        endpoint,
        headers,
        compression: Compression::None,
        timeout: PATIENCE,
        tls: Tls::default(),
        signing: None,
    }
}

fn endpoint(protocol: Protocol, collector: &Collector) -> String {
    match protocol {
        Protocol::Grpc => collector.endpoint_grpc(),
        Protocol::HttpProtobuf => collector.endpoint_http(),
    }
}

fn transport(protocol: Protocol, collector: &Collector) -> Transport {
    Transport::new(Signal::Traces, target(protocol, endpoint(protocol, collector))).unwrap()
}

/// A request with one span, of this number.
fn request(number: u64) -> Vec<u8> {
    let text = |key: &str, value: &str| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) }),
        ..KeyValue::default()
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let span = Span {
        trace_id: u128::from(number + 1).to_be_bytes().to_vec(),
        span_id: (number + 1).to_be_bytes().to_vec(),
        name: format!("span {number}"),
        kind: SpanKind::Internal.into(),
        start_time_unix_nano: now - 1000,
        end_time_unix_nano: now,
        flags: 0x100,
        ..Span::default()
    };
    let resource = Resource {
        attributes: vec![
            text("service.name", "test"),
            text("telemetry.sdk.name", "tachograph"),
            text("telemetry.sdk.language", "rust"),
            text("telemetry.sdk.version", "1"),
        ],
        ..Resource::default()
    };
    let scope = InstrumentationScope { name: "test".to_owned(), ..InstrumentationScope::default() };
    let spans = ScopeSpans { scope: Some(scope), spans: vec![span], ..ScopeSpans::default() };
    let spans = ResourceSpans { resource: Some(resource), scope_spans: vec![spans], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![spans] }.encode_to_vec()
}

/// What an error says, in the words that are told.
fn why(error: &SendError) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

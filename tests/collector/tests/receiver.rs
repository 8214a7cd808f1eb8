//! The receiver as exporters meet it: over both transports, well and in trouble.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use tachograph_collector::{Answer, Collector, Kind, Signal, Transport};
use tonic::Code;
use tonic::codec::CompressionEncoding;
use tonic::transport::Channel;

fn text(key: &str, value: &str) -> KeyValue {
    let value = any_value::Value::StringValue(value.to_owned());
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), key_strindex: 0 }
}

/// One span that nobody could complain of, but for its name where there is none.
fn export(name: &str) -> ExportTraceServiceRequest {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let id = name.bytes().fold(1, u8::wrapping_add).max(1);
    let span = Span {
        trace_id: vec![id; 16],
        span_id: vec![id; 8],
        name: name.to_owned(),
        kind: 1,
        start_time_unix_nano: now,
        end_time_unix_nano: now,
        ..Span::default()
    };
    let attributes = vec![
        text("service.name", "test"),
        text("telemetry.sdk.name", "test"),
        text("telemetry.sdk.language", "rust"),
        text("telemetry.sdk.version", "1"),
    ];
    let scope = InstrumentationScope { name: "test".to_owned(), ..InstrumentationScope::default() };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_spans: vec![ScopeSpans { scope: Some(scope), spans: vec![span], ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }],
    }
}

async fn client(collector: &Collector) -> TraceServiceClient<Channel> {
    TraceServiceClient::connect(collector.endpoint_grpc()).await.unwrap()
}

/// The status line and headers of the answer, and its body.
fn post(collector: &Collector, headers: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(collector.endpoint_http().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!("POST {headers}\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}

const TRACES: &str = "/v1/traces HTTP/1.1\r\nuser-agent: test\r\ncontent-type: application/x-protobuf";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn grpc_is_received_plain_and_compressed() {
    let collector = Collector::start().await;
    client(&collector).await.export(export("plain")).await.unwrap();
    let mut request = tonic::Request::new(export("compressed"));
    request.metadata_mut().insert("x-key", "secret".parse().unwrap());
    let compressing = client(&collector).await.send_compressed(CompressionEncoding::Gzip);
    compressing.accept_compressed(CompressionEncoding::Gzip).export(request).await.unwrap();
    collector.wait_for(|received| received.spans.len() == 2).await;
    assert_eq!(collector.complaints(), [""; 0]);
    let spans = collector.spans();
    assert_eq!(["plain", "compressed"], [spans[0].name.as_str(), &spans[1].name]);
    assert_eq!(spans[0].kind, Kind::Internal);
    let exports = collector.exports();
    assert!(exports.iter().all(|export| export.transport == Transport::Grpc && export.signal == Signal::Traces));
    assert_eq!(exports[1].headers["x-key"], "secret");
    assert_eq!(exports[1].headers["grpc-encoding"], "gzip");
}

#[tokio::test]
async fn http_is_received_plain_and_compressed() {
    let collector = Collector::start().await;
    let (head, body) = post(&collector, TRACES, &export("plain").encode_to_vec());
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-type: application/x-protobuf"), "{head}");
    assert_eq!(ExportTraceServiceResponse::decode(body.as_slice()).unwrap(), ExportTraceServiceResponse::default());
    let compressed = gzip(&export("compressed").encode_to_vec());
    post(&collector, &format!("{TRACES}\r\ncontent-encoding: gzip"), &compressed);
    collector.wait_for(|received| received.spans.len() == 2).await;
    assert_eq!(collector.complaints(), [""; 0]);
    assert!(collector.exports().iter().all(|export| export.transport == Transport::Http && export.taken));
}

#[tokio::test]
async fn what_is_no_export_is_refused() {
    let collector = Collector::start().await;
    let bytes = export("span").encode_to_vec();
    for (headers, body, complaint) in [
        (TRACES.replace("/v1/traces", "/traces"), bytes.clone(), "/traces is no path of OTLP"),
        (TRACES.replace("x-protobuf", "json"), bytes.clone(), "content-type is \"application/json\""),
        (TRACES.replace("user-agent: test\r\n", ""), bytes.clone(), "user-agent is missing"),
        (format!("{TRACES}\r\ncontent-encoding: br"), bytes.clone(), "content-encoding \"br\""),
        (format!("{TRACES}\r\ncontent-encoding: gzip"), bytes, "no gzip"),
        (TRACES.to_owned(), b"\xff\xff".to_vec(), "decode"),
        (TRACES.to_owned(), Vec::new(), "nothing in it"),
    ] {
        let (head, _) = post(&collector, &headers, &body);
        assert!(head.starts_with("HTTP/1.1 400"), "{head}");
        let last = collector.complaints().pop().unwrap();
        assert!(last.contains(complaint), "{last} should say {complaint}");
    }
    let refused = client(&collector).await.export(ExportTraceServiceRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(collector.spans(), []);
}

#[tokio::test]
async fn what_is_wrong_with_an_item_is_said_in_the_answer() {
    let collector = Collector::start().await;
    let response = client(&collector).await.export(export("")).await.unwrap().into_inner();
    let partial = response.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert!(partial.error_message.contains("it has no name"), "{}", partial.error_message);
    let (_, body) = post(&collector, TRACES, &export("").encode_to_vec());
    let response = ExportTraceServiceResponse::decode(body.as_slice()).unwrap();
    assert_eq!(response.partial_success.unwrap().rejected_spans, 1);
    assert_eq!(collector.complaints().len(), 2);
}

#[tokio::test]
async fn trouble_is_answered_in_the_terms_of_the_transport() {
    let collector = Collector::start().await;
    let bytes = export("span").encode_to_vec();
    let mut client = client(&collector).await;

    collector.answer_with(Answer::Unavailable { retry_after: Some(Duration::from_secs(7)) });
    let (head, _) = post(&collector, TRACES, &bytes);
    assert!(head.starts_with("HTTP/1.1 503") && head.contains("retry-after: 7"), "{head}");
    let status = client.export(export("span")).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    // google.rpc.RetryInfo, with seven seconds in it.
    assert!(status.details().ends_with(b"google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x07"), "{:?}", status.details());

    collector.answer_with(Answer::Refused);
    assert!(post(&collector, TRACES, &bytes).0.starts_with("HTTP/1.1 400"));
    assert_eq!(client.export(export("span")).await.unwrap_err().code(), Code::InvalidArgument);

    collector.answer_with(Answer::PartialSuccess { rejected: 3, message: "too many".to_owned() });
    let partial = client.export(export("span")).await.unwrap().into_inner().partial_success.unwrap();
    assert_eq!((partial.rejected_spans, partial.error_message.as_str()), (3, "too many"));

    collector.answer_with(Answer::Garbage);
    let (head, body) = post(&collector, TRACES, &bytes);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    ExportTraceServiceResponse::decode(body.as_slice()).unwrap_err();
    client.export(export("span")).await.unwrap_err();

    assert_eq!(collector.spans(), []);
    assert_eq!(collector.complaints(), [""; 0], "none of this is the exporter's fault");
    assert!(collector.exports().iter().all(|export| !export.taken));
    collector.answer_with(Answer::Truth);
    client.export(export("span")).await.unwrap();
    assert_eq!(collector.spans().len(), 1);
}

#[tokio::test]
async fn who_hangs_hangs_until_the_end() {
    let collector = Collector::start().await;
    collector.answer_with(Answer::Hang);
    let mut client = client(&collector).await;
    let asked = tokio::spawn(async move { client.export(export("span")).await });
    collector.wait_for(|received| received.exports.len() == 1).await;
    assert!(!asked.is_finished());
    collector.kill().await;
    asked.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_receiver_that_was_killed_is_gone_and_comes_back_where_it_was() {
    let collector = Collector::start().await;
    let (grpc, http) = (collector.endpoint_grpc(), collector.endpoint_http());
    let mut client = client(&collector).await;
    client.export(export("before")).await.unwrap();
    collector.kill().await;
    client.export(export("meanwhile")).await.unwrap_err();
    TcpStream::connect(http.trim_start_matches("http://")).unwrap_err();
    collector.restart().await;
    assert_eq!([collector.endpoint_grpc(), collector.endpoint_http()], [grpc, http]);
    client.export(export("after")).await.unwrap();
    post(&collector, TRACES, &export("after, too").encode_to_vec());
    let names: Vec<_> = collector.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["before", "after", "after, too"]);
}

#[test]
fn a_test_that_is_not_async_can_wait_too() {
    let collector = Collector::start_blocking();
    post(&collector, TRACES, &export("span").encode_to_vec());
    collector.block_on(collector.wait_for(|received| received.spans.len() == 1));
    collector.block_on(collector.kill());
    collector.block_on(collector.restart());
}

#[tokio::test(start_paused = true)]
async fn a_stopped_clock_does_not_make_waiting_give_up() {
    let collector = Collector::start().await;
    let endpoint = collector.endpoint_http();
    let bytes = export("span").encode_to_vec();
    let waiting = collector.wait_for(|received| received.spans.len() == 1);
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("http://")).unwrap();
    write!(stream, "POST {TRACES}\r\nhost: test\r\ncontent-length: {}\r\n\r\n", bytes.len()).unwrap();
    stream.write_all(&bytes).unwrap();
    waiting.await;
}

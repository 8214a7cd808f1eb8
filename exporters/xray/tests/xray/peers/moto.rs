//! What plays AWS takes every document, and gives back what it took.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use serde_json::{Value, json};

use super::situations::{SITUATIONS, record_all};
use super::{service, variable};

/// Asks X-Ray, as far as it is there. Which service is asked is only said by the signature, which nobody looks at.
fn ask(path: &str, body: &Value) -> Value {
    let url = variable("PEER_MOTO_URL");
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let body = body.to_string();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-1/xray/aws4_request, SignedHeaders=host, \
         Signature=0\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).unwrap()
}

#[test]
fn documents_are_taken_and_given_back() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let handle = service(socket.local_addr().unwrap());
    record_all(&handle);
    assert!(handle.flush(Duration::from_secs(20)));
    let sent: Vec<String> = SITUATIONS.iter().map(|_| receive(&socket)).collect();
    let answer = ask("/TraceSegments", &json!({"TraceSegmentDocuments": sent}));
    assert_eq!(answer["UnprocessedTraceSegments"], json!([]), "none is refused");

    let text = |document: &Value, name: &str| document[name].as_str().unwrap().to_owned();
    let sent: Vec<(Value, String)> =
        sent.into_iter().map(|text| (serde_json::from_str(&text).unwrap(), text)).collect();
    let traces: Vec<_> = sent.iter().map(|(document, _)| text(document, "trace_id")).collect();
    let sent: BTreeMap<_, _> = sent.iter().map(|(document, raw)| (text(document, "id"), raw.clone())).collect();
    let answer = ask("/Traces", &json!({"TraceIds": traces}));
    assert_eq!(answer["UnprocessedTraceIds"], json!([]));
    let segments = answer["Traces"].as_array().unwrap().iter().flat_map(|trace| trace["Segments"].as_array().unwrap());
    let given_back: BTreeMap<_, _> = segments.map(|segment| (text(segment, "Id"), text(segment, "Document"))).collect();
    assert_eq!(given_back, sent, "to the letter");
}

/// One document, without the line before it.
fn receive(socket: &UdpSocket) -> String {
    let mut buffer = vec![0; 1 << 16];
    let size = socket.recv(&mut buffer).unwrap();
    let datagram = String::from_utf8(buffer[..size].to_vec()).unwrap();
    datagram.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn a_document_that_is_none_is_refused_so_that_taking_them_says_something() {
    let answer = ask("/TraceSegments", &json!({"TraceSegmentDocuments": ["{\"name\":\"api\"}", "{"]}));
    assert_eq!(answer["UnprocessedTraceSegments"].as_array().unwrap().len(), 2, "{answer}");
}

//! Receivers that are what they should be.

use tachograph_collector::Transport as Came;

use super::*;

#[test]
fn a_request_arrives_with_its_headers_whatever_the_transport() {
    for protocol in PROTOCOLS {
        for compression in [Compression::None, Compression::Gzip] {
            let collector = Collector::start_blocking();
            let target = Target { compression, ..target(protocol, endpoint(protocol, &collector)) };
            let mut transport = Transport::new(Signal::Traces, target).unwrap();
            let size = request(0).len();
            for number in 0..3 {
                transport.send(request(number)).unwrap();
            }
            assert_eq!(collector.complaints(), [""; 0]);
            assert_eq!(
                collector.spans().iter().map(|span| &*span.name).collect::<Vec<_>>(),
                ["span 0", "span 1", "span 2"]
            );
            let export = collector.exports().remove(0);
            let came = if protocol == Protocol::Grpc { Came::Grpc } else { Came::Http };
            assert_eq!((export.transport, export.size), (came, size));
            assert_eq!(export.headers["api-key"], "a b");
            assert!(export.headers["user-agent"].starts_with(USER_AGENT), "{:?}", export.headers);
            let encoding = if protocol == Protocol::Grpc { "grpc-encoding" } else { "content-encoding" };
            let expected = (compression == Compression::Gzip).then_some("gzip");
            assert_eq!(export.headers.get(encoding).map(String::as_str), expected);
        }
    }
}

#[test]
fn each_signal_goes_to_its_own_service() {
    use tachograph_collector::Signal as Received;
    let collector = Collector::start_blocking();
    let expected =
        [(Signal::Traces, Received::Traces), (Signal::Metrics, Received::Metrics), (Signal::Logs, Received::Logs)];
    for (signal, received) in expected {
        for protocol in PROTOCOLS {
            let mut target = target(protocol, endpoint(protocol, &collector));
            target.endpoint = target.endpoint.replace("v1/traces", signal.http_path());
            let mut transport = Transport::new(signal, target).unwrap();
            // An empty request is a success, which some receivers have a word to say to.
            let _ = transport.send(Vec::new());
            assert_eq!(collector.exports().last().map(|export| export.signal), Some(received));
        }
    }
}

#[test]
fn a_megabyte_goes_through() {
    for protocol in PROTOCOLS {
        let collector = Collector::start_blocking();
        let many: Vec<u8> = (0..8000).flat_map(request).collect();
        assert!(many.len() > 1 << 20);
        transport(protocol, &collector).send(many).unwrap();
        assert_eq!(collector.look(|received| received.spans.len()), 8000);
    }
}

#[test]
fn a_transport_can_be_made_and_dropped_within_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for protocol in PROTOCOLS {
            drop(Transport::new(Signal::Traces, target(protocol, "http://127.0.0.1:1".to_owned())).unwrap());
        }
    });
}

#[test]
fn what_is_told_of_a_transport_holds_no_secret() {
    let target = target(Protocol::HttpProtobuf, "http://user:secret@127.0.0.1:1".to_owned());
    let transport = Transport::new(Signal::Traces, target).unwrap();
    assert_eq!(transport.describe(), "http://127.0.0.1:1/v1/traces (traces)");
    let debug = format!("{transport:?}");
    assert!(!debug.contains("secret") && !debug.contains("a b"), "{debug}");
}

#[test]
fn a_header_that_would_be_binary_is_refused() {
    let mut target = target(Protocol::Grpc, "http://127.0.0.1:1".to_owned());
    target.headers.push((HeaderName::from_static("x-bin"), HeaderValue::from_static("secret")));
    let error = Transport::new(Signal::Traces, target).unwrap_err().to_string();
    assert_eq!(error, "the header `x-bin` would be binary in gRPC: use one of another name");
}

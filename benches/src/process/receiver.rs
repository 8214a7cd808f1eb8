//! What is sent to: takes everything at once, counts it, and answers that all is well. OTLP by gRPC.

use super::Signal;
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use bytes::{Buf, Bytes};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost::Message as _;
use prost::encoding::{WireType, decode_key, decode_varint};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const DURATIONS: &str = "http.server.request.duration";

/// A receiver on loopback.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    spans: AtomicU64,
    logs: AtomicU64,
    durations: AtomicU64,
}

impl Receiver {
    /// Listens on a port of its own, on the threads of `runtime`.
    ///
    /// # Errors
    /// What the system says where there is no port.
    pub fn start(runtime: &Runtime) -> io::Result<Self> {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let receiver = Self { address: listener.local_addr()?, counts: Arc::default() };
        runtime.spawn(accept(listener, Arc::clone(&receiver.counts)));
        Ok(receiver)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Of how many requests it was told by `signal`.
    pub fn arrived(&self, signal: Signal) -> u64 {
        self.counts.of(signal)
    }
}

async fn accept(listener: TcpListener, counts: Arc<Counts>) {
    while let Ok((connection, _)) = listener.accept().await {
        let _ = connection.set_nodelay(true);
        let counts = Arc::clone(&counts);
        let service = service_fn(move |request| answer(request, Arc::clone(&counts)));
        tokio::spawn(http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(connection), service));
    }
}

async fn answer(
    request: Request<Incoming>,
    counts: Arc<Counts>,
) -> Result<Response<impl hyper::body::Body<Data = Bytes, Error = Infallible>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    // Behind the byte that says whether it is compressed, and four of length.
    counts.count(&path, body.get(5..).unwrap_or_default());

    // An empty message: everything was accepted.
    let well = Some(Ok(HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static("0"))])));
    let mut response = Response::new(Full::new(Bytes::from_static(&[0; 5])).with_trailers(async { well }));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    Ok(response)
}

impl Counts {
    fn of(&self, signal: Signal) -> u64 {
        match signal {
            Signal::Traces => self.spans.load(Relaxed),
            Signal::Metrics => self.durations.load(Relaxed),
            Signal::Logs => self.logs.load(Relaxed),
        }
    }

    fn count(&self, path: &str, message: &[u8]) {
        match path {
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => {
                self.spans.fetch_add(items(message, RESOURCE_SCOPE_ITEM), Relaxed);
            }
            "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => {
                self.logs.fetch_add(items(message, RESOURCE_SCOPE_ITEM), Relaxed);
            }
            // They are cumulative: the last one tells.
            _ => _ = self.durations.fetch_max(durations(message), Relaxed),
        }
    }
}

/// The numbers of the fields that lead to a span, and to a log record.
const RESOURCE_SCOPE_ITEM: &[u32] = &[1, 2, 2];

/// How many fields lie at the end of `path`. Nothing is decoded but the way there: the receiver takes a core from who sends.
fn items(mut message: &[u8], path: &[u32]) -> u64 {
    let Some((first, rest)) = path.split_first() else { return 1 };
    let mut found = 0;
    while let Ok((number, WireType::LengthDelimited)) = decode_key(&mut message) {
        let Ok(length) = decode_varint(&mut message).map(|length| length as usize) else { break };
        let Some(inside) = message.get(..length) else { break };
        if number == *first {
            found += items(inside, rest);
        }
        message.advance(length);
    }
    found
}

/// How many requests the histogram of durations has counted.
fn durations(message: &[u8]) -> u64 {
    let Ok(request) = ExportMetricsServiceRequest::decode(message) else { return 0 };
    let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
    let metrics = scopes.flat_map(|scope| &scope.metrics).filter(|metric| metric.name == DURATIONS);
    let points = metrics.filter_map(|metric| match &metric.data {
        Some(Data::Histogram(histogram)) => Some(&histogram.data_points),
        _ => None,
    });
    points.flatten().map(|point| point.count).sum()
}

#[cfg(test)]
mod tests {
    use super::{Counts, DURATIONS, RESOURCE_SCOPE_ITEM, Signal, durations, items};
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::metrics::v1::metric::Data;
    use opentelemetry_proto::tonic::metrics::v1::{
        Histogram, HistogramDataPoint, Metric, ResourceMetrics, ScopeMetrics,
    };
    use prost::Message as _;

    fn exported(counts: &[u64]) -> Vec<u8> {
        let metric = |count: &u64| {
            let data_points = vec![HistogramDataPoint { count: *count, ..HistogramDataPoint::default() }];
            let data = Some(Data::Histogram(Histogram { data_points, ..Histogram::default() }));
            Metric { name: DURATIONS.to_owned(), data, ..Metric::default() }
        };
        let scope = ScopeMetrics { metrics: counts.iter().map(metric).collect(), ..ScopeMetrics::default() };
        let resource = ResourceMetrics { scope_metrics: vec![scope.clone(), scope], ..ResourceMetrics::default() };
        ExportMetricsServiceRequest { resource_metrics: vec![resource] }.encode_to_vec()
    }

    #[test]
    fn items_are_counted_in_every_scope_of_every_resource() {
        // Metrics lie as deep as spans and log records, under fields of the same numbers.
        let message = exported(&[1, 2, 3]);
        assert_eq!(items(&message, RESOURCE_SCOPE_ITEM), 6);
        assert_eq!(items(&message[..message.len() - 1], RESOURCE_SCOPE_ITEM), 0, "a message that is cut short");
    }

    #[test]
    fn requests_are_counted_by_the_durations_that_came_last() {
        let (early, late) = (exported(&[4]), exported(&[5, 6]));
        assert_eq!((durations(&early), durations(&late)), (8, 22));
        let counts = Counts::default();
        for message in [&early, &late] {
            counts.count("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", message);
        }
        assert_eq!(counts.of(Signal::Metrics), 22);
    }
}

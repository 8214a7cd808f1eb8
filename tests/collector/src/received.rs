//! All that arrived.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::attributes::Attributes;
use crate::log::Log;
use crate::metric::Metric;
use crate::span::Span;

/// What an export is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the field's names")]
pub enum Signal {
    Traces,
    Metrics,
    Logs,
}

/// How an export came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the field's names")]
pub enum Transport {
    Grpc,
    Http,
}

/// One request of an exporter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// What it is of.
    pub signal: Signal,
    /// How it came.
    pub transport: Transport,
    /// Its headers by their lower-case names, or its metadata.
    pub headers: BTreeMap<String, String>,
    /// How many bytes its message has, uncompressed.
    pub size: usize,
    /// Whether it was looked at: [`Answer::Truth`](crate::Answer::Truth) was in force, and its bytes are a message.
    pub taken: bool,
}

/// All that arrived since the start.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// Every request, in order.
    pub exports: Vec<Export>,
    /// Every span that was accepted, in order.
    pub spans: Vec<Span>,
    /// Every log record that was accepted, in order.
    pub logs: Vec<Log>,
    /// Every metric, with the latest points of its series; the one that was heard of last is last.
    pub metrics: Vec<Metric>,
    /// What was refused, and why.
    pub complaints: Vec<String>,
    /// Where in `spans` those of a trace are.
    by_trace: HashMap<String, Vec<usize>>,
    resources: Vec<Arc<Attributes>>,
}

impl Signal {
    const ALL: [Signal; 3] = [Signal::Traces, Signal::Metrics, Signal::Logs];

    /// The signal that is sent to this path over HTTP.
    pub(crate) fn of_http(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| path == signal.http_path())
    }

    /// The signal whose service has a method of this path.
    pub(crate) fn of_grpc(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| path == signal.grpc_path())
    }

    fn http_path(self) -> &'static str {
        match self {
            Signal::Traces => "/v1/traces",
            Signal::Metrics => "/v1/metrics",
            Signal::Logs => "/v1/logs",
        }
    }

    fn grpc_path(self) -> &'static str {
        match self {
            Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        }
    }

    /// The full name of its request.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Signal::Traces => "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest",
            Signal::Metrics => "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest",
            Signal::Logs => "opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest",
        }
    }
}

impl Received {
    /// The spans of a trace, in order.
    pub fn trace(&self, trace_id: &str) -> impl Iterator<Item = &Span> {
        self.by_trace.get(trace_id).into_iter().flatten().map(|at| &self.spans[*at])
    }

    /// The spans whose parent this one is, in order.
    pub fn children<'a>(&'a self, of: &'a Span) -> impl Iterator<Item = &'a Span> {
        self.trace(&of.trace_id).filter(|span| span.parent_id.as_ref() == Some(&of.span_id))
    }

    pub(crate) fn keep_span(&mut self, span: Span) {
        self.by_trace.entry(span.trace_id.clone()).or_default().push(self.spans.len());
        self.spans.push(span);
    }

    /// One and the same where it says the same, so that asking whether it does costs nothing.
    pub(crate) fn resource(&mut self, read: Attributes) -> Arc<Attributes> {
        match self.resources.iter().find(|known| ***known == read) {
            Some(known) => Arc::clone(known),
            None => {
                self.resources.push(Arc::new(read));
                Arc::clone(self.resources.last().expect("it was pushed"))
            }
        }
    }

    /// The metric of this name, of the process that was heard of last.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().rev().find(|metric| metric.name == name)
    }

    /// The requests for a signal.
    pub fn exports_of(&self, signal: Signal) -> impl Iterator<Item = &Export> {
        self.exports.iter().filter(move |export| export.signal == signal)
    }
}

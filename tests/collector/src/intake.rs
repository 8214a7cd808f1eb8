//! From the bytes of an export to what was received, and to what is wrong with it.

use std::collections::HashSet;
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use crate::answer::Reply;
use crate::attributes::read_scope;
use crate::log::Log;
use crate::metric::{Metric, Point};
use crate::received::{Received, Signal};
use crate::rules::{self, resource};
use crate::span::Span;

/// What an export came to.
#[derive(Debug, Default)]
struct Outcome {
    items: usize,
    rejected: i64,
    complaints: Vec<String>,
}

impl Received {
    /// Takes what is right, and answers with what is wrong. An error is one of the whole.
    pub(crate) fn take(&mut self, signal: Signal, bytes: &[u8]) -> Reply {
        match self.try_take(signal, bytes) {
            Err(complaint) => {
                self.complaints.push(complaint.clone());
                Reply::Invalid(complaint)
            }
            Ok(outcome) if outcome.complaints.is_empty() => Reply::Success(bytes::Bytes::new()),
            Ok(outcome) => {
                let reply = Reply::partial_success(outcome.rejected, &outcome.complaints.join("; "));
                self.complaints.extend(outcome.complaints);
                reply
            }
        }
    }

    fn try_take(&mut self, signal: Signal, bytes: &[u8]) -> Result<Outcome, String> {
        let unknown = crate::unknown::fields(signal, bytes)?;
        if !unknown.is_empty() {
            return Err(unknown.join("; "));
        }
        let outcome = match signal {
            Signal::Traces => self.take_spans(decode(bytes)?),
            Signal::Metrics => self.take_metrics(decode(bytes)?),
            Signal::Logs => self.take_logs(decode(bytes)?),
        };
        match outcome.items {
            0 if outcome.complaints.is_empty() => Err(format!("an export of {signal:?} with nothing in it")),
            _ => Ok(outcome),
        }
    }

    fn take_spans(&mut self, request: ExportTraceServiceRequest) -> Outcome {
        let mut outcome = Outcome::default();
        for of_resource in request.resource_spans {
            let read = resource::read(of_resource.resource.as_ref(), &of_resource.schema_url, &mut outcome.complaints);
            let resource = self.resource(read);
            for of_scope in of_resource.scope_spans {
                let scope = read_scope(of_scope.scope.as_ref(), &of_scope.schema_url, &mut outcome.complaints);
                for span in of_scope.spans {
                    outcome.item(|complaints| {
                        let span = Span::read(&span, &resource, &scope, complaints);
                        rules::span(&span, self, complaints);
                        complaints.is_empty().then(|| self.keep_span(span));
                    });
                }
            }
        }
        outcome
    }

    fn take_metrics(&mut self, request: ExportMetricsServiceRequest) -> Outcome {
        let mut outcome = Outcome::default();
        // As they were before this export, in which each series may be only once.
        let mut arrived: Vec<Metric> = Vec::new();
        for of_resource in request.resource_metrics {
            let read = resource::read(of_resource.resource.as_ref(), &of_resource.schema_url, &mut outcome.complaints);
            let resource = self.resource(read);
            for of_scope in of_resource.scope_metrics {
                let scope = read_scope(of_scope.scope.as_ref(), &of_scope.schema_url, &mut outcome.complaints);
                for metric in of_scope.metrics {
                    outcome.item(|complaints| {
                        let Some(metric) = Metric::read(&metric, &resource, &scope, complaints) else { return };
                        rules::metric(&metric, &self.metrics, &arrived, complaints);
                        complaints.is_empty().then(|| arrived.push(metric));
                    });
                }
            }
        }
        arrived.into_iter().for_each(|metric| self.keep(metric));
        outcome
    }

    /// Puts the metric's points in the place of older ones.
    fn keep(&mut self, mut metric: Metric) {
        let is_it = |other: &Metric| other.name == metric.name && Arc::ptr_eq(&other.resource, &metric.resource);
        if let Some(at) = self.metrics.iter().position(is_it) {
            let before = self.metrics.remove(at);
            let now: HashSet<String> = metric.points.iter().map(Point::key).collect();
            metric.points.extend(before.points.into_iter().filter(|point| !now.contains(&point.key())));
        }
        self.metrics.push(metric);
    }

    fn take_logs(&mut self, request: ExportLogsServiceRequest) -> Outcome {
        let mut outcome = Outcome::default();
        for of_resource in request.resource_logs {
            let read = resource::read(of_resource.resource.as_ref(), &of_resource.schema_url, &mut outcome.complaints);
            let resource = self.resource(read);
            for of_scope in of_resource.scope_logs {
                let scope = read_scope(of_scope.scope.as_ref(), &of_scope.schema_url, &mut outcome.complaints);
                for log in of_scope.log_records {
                    outcome.item(|complaints| {
                        let log = Log::read(&log, &resource, &scope, complaints);
                        complaints.is_empty().then(|| self.logs.push(log));
                    });
                }
            }
        }
        outcome
    }
}

impl Outcome {
    fn item(&mut self, take: impl FnOnce(&mut Vec<String>)) {
        let mut complaints = Vec::new();
        take(&mut complaints);
        self.items += 1;
        self.rejected += i64::from(!complaints.is_empty());
        self.complaints.append(&mut complaints);
    }
}

fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, String> {
    M::decode(bytes).map_err(|error| error.to_string())
}

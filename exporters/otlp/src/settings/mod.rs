//! Where signals go, how, and which.

mod aws;
mod batches;
mod choices;
mod connection;
mod endpoint;
mod limits;
mod protocol;
mod target;
mod variables;
mod warning;

use std::time::Duration;

pub(crate) use aws::MOST_AROUND;
pub use aws::{Aws, Signing};
pub use batches::{Batches, Requests};
pub use choices::{Exemplars, Sampling, Temporality};
pub use connection::Connection;
pub use limits::Limits;
pub use protocol::{Compression, Protocol};
pub use target::{Target, Tls};
pub use warning::Warning;

use crate::error::Error;
use crate::signal::Signal;

/// All that can be set; begin with [`Settings::default`], or with what the standard variables say:
///
/// ```
/// use tachograph_otlp::{Protocol, Settings, Signal};
///
/// // `std::env::vars()` in a service.
/// let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"), ("OTEL_LOGS_EXPORTER", "none")];
/// let (settings, warnings) = Settings::from_variables(variables);
/// assert!(warnings.is_empty());
/// assert!(settings.sends(Signal::Traces) && !settings.sends(Signal::Logs));
/// assert_eq!(settings.target(Signal::Traces)?.endpoint, "http://collector:4318/v1/traces");
/// # Ok::<(), tachograph_otlp::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Whether nothing is sent at all. Default no.
    pub disabled: bool,
    /// Which signals are sent. Default all three.
    pub signals: Vec<Signal>,
    /// The receiver of all signals.
    pub connection: Connection,
    /// The transport where nobody says one, and the port is none of the two that would. Default `http/protobuf`, as
    /// specified.
    pub usual_protocol: Protocol,
    /// What is different for traces.
    pub traces: Connection,
    /// What is different for metrics.
    pub metrics: Connection,
    /// What is different for logs.
    pub logs: Connection,
    /// Whether it goes to AWS, signed. Default no.
    pub aws: Option<Aws>,
    /// How spans are batched.
    pub span_batches: Batches,
    /// How log records are batched.
    pub log_batches: Batches,
    /// How metrics are divided into requests.
    pub metric_requests: Requests,
    /// How often metrics are sent. Default 60 s.
    pub metric_interval: Duration,
    /// How long sending metrics may take, if that is less than the connection's timeout. Default 30 s.
    pub metric_timeout: Duration,
    /// What counters and histograms count from.
    pub temporality: Temporality,
    /// Which measurements can become exemplars.
    pub exemplars: Exemplars,
    /// Which traces are sampled, where somebody said so.
    pub sampling: Option<Sampling>,
    /// The service's name, where somebody said so.
    pub service_name: Option<String>,
    /// Attributes of whatever sends, `name=value,name=value`, with `,`, `=` and `%` percent-encoded.
    pub resource_attributes: Option<String>,
    /// Bounds of a span.
    pub span_limits: Limits,
    /// Bounds of a log record.
    pub log_limits: Limits,
    /// For how long spans and log records that the receiver does not take are tried again. Default 5 minutes. Metrics
    /// do not wait: the newest are sent.
    pub retry_limit: Duration,
}

impl Settings {
    /// What the standard variables say, from names and values such as those of `std::env::vars()`. Others are not looked at.
    ///
    /// A value that makes no sense is warned of and ignored, as the specification wants it.
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> (Self, Vec<Warning>)
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        variables::read(variables)
    }

    /// Whether somebody said where to: an endpoint by itself asks for this exporter.
    pub fn names_an_endpoint(&self) -> bool {
        [&self.connection, &self.traces, &self.metrics, &self.logs]
            .iter()
            .any(|connection| connection.endpoint.is_some())
    }

    /// Where endpoints are named for some signals and none for all, leaves out the others: nobody said where they go.
    pub fn keep_signals_with_an_endpoint(&mut self) {
        if self.names_an_endpoint() && self.connection.endpoint.is_none() {
            let Settings { traces, metrics, logs, signals, .. } = self;
            signals.retain(|signal| {
                let own = match signal {
                    Signal::Traces => &*traces,
                    Signal::Metrics => &*metrics,
                    Signal::Logs => &*logs,
                };
                own.endpoint.is_some()
            });
        }
    }

    /// Whether this signal is sent.
    pub fn sends(&self, signal: Signal) -> bool {
        !self.disabled && self.signals.contains(&signal)
    }

    /// Lets what is given in `connection` hold for all signals, whatever was said before, of one of them too.
    pub fn set_connection(&mut self, connection: Connection) {
        for own in [&mut self.traces, &mut self.metrics, &mut self.logs] {
            own.without(&connection);
        }
        self.connection.overlay(connection);
    }

    /// Where a signal goes, and how.
    ///
    /// # Errors
    /// When the endpoint is no address, or AWS would not take what is asked for, when a header cannot be sent, or when a certificate or its key is missing.
    pub fn target(&self, signal: Signal) -> Result<Target, Error> {
        let (own, longest) = match signal {
            Signal::Traces => (&self.traces, self.span_batches.export_timeout),
            Signal::Metrics => (&self.metrics, self.metric_timeout),
            Signal::Logs => (&self.logs, self.log_batches.export_timeout),
        };
        let mut target = match &self.aws {
            Some(aws) => aws.target(signal, &self.connection, own)?,
            None => endpoint::target(signal, &self.connection, own, self.usual_protocol)?,
        };
        target.timeout = target.timeout.min(longest);
        Ok(target)
    }

    /// How a signal waits to be sent. Of metrics, what is pulled is to be added.
    pub fn delivery(&self, signal: Signal) -> tachograph_delivery::Settings {
        let network = tachograph_delivery::Settings {
            name: format!("otlp-{signal}"),
            retry_limit: Some(self.retry_limit),
            ..tachograph_delivery::Settings::network()
        };
        let batches = match signal {
            Signal::Traces => &self.span_batches,
            Signal::Logs => &self.log_batches,
            // Nothing is written there, so there is nothing to look for between two intervals.
            Signal::Metrics => {
                return tachograph_delivery::Settings { interval: self.metric_interval, ..network };
            }
        };
        tachograph_delivery::Settings {
            schedule_delay: batches.schedule_delay,
            batch_bytes: batches.max_bytes,
            batch_items: batches.max_items,
            buffer_items: batches.max_waiting,
            ..network
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            disabled: false,
            signals: Signal::ALL.to_vec(),
            connection: Connection::default(),
            usual_protocol: Protocol::HttpProtobuf,
            traces: Connection::default(),
            metrics: Connection::default(),
            logs: Connection::default(),
            aws: None,
            span_batches: Batches::of_spans(),
            log_batches: Batches::of_logs(),
            metric_requests: Requests::default(),
            metric_interval: Duration::from_secs(60),
            metric_timeout: Duration::from_secs(30),
            temporality: Temporality::default(),
            exemplars: Exemplars::default(),
            sampling: None,
            service_name: None,
            resource_attributes: None,
            span_limits: Limits::default(),
            log_limits: Limits::default(),
            retry_limit: Duration::from_secs(300),
        }
    }
}

#[cfg(test)]
mod tests;

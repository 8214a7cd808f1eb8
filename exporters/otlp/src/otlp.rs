//! The exporter itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tachograph_core::{Exporter, LogEvent, Record, Service, is_own_thread};
use tachograph_delivery::{Delivery, Failure, Periodic, Sink};
use tachograph_metrics::Metrics;

use crate::envelope::Envelope;
use crate::error::Error;
use crate::metrics::{Requests, Snapshots};
use crate::resource::Resource;
use crate::settings::{Limits, MOST_AROUND, Settings};
use crate::signal::Signal;
#[cfg(feature = "aws")]
use crate::transport::Identity;
use crate::transport::{Enveloped, Transport};
use crate::{dropped, log, trace};

/// Sends traces, metrics and logs to a receiver of OTLP: a collector, or a back end.
///
/// Spans and log records are rendered on the thread that closes the request; each signal has a thread of its own that sends
/// them. A receiver that is slow, gone or answers garbage costs the service nothing: what waits is bounded, and what is
/// dropped is counted. Dropping it sends what is there, for at most 2 s.
#[derive(Debug)]
pub struct Otlp {
    traces: Option<Sending>,
    metrics: Option<Sending>,
    logs: Option<Sending>,
    span_limits: Limits,
    log_limits: Limits,
}

/// One signal on its way.
#[derive(Debug)]
struct Sending {
    signal: Signal,
    delivery: Delivery,
    /// Spans or log records of which something was left out for want of room.
    cut: AtomicU64,
}

/// Sets up an [`Otlp`]; see [`Otlp::builder`].
pub struct OtlpBuilder {
    service: Service,
    settings: Settings,
    metrics: Option<Metrics>,
    on_failure: Arc<dyn Fn(&Failure) + Send + Sync>,
    #[cfg(feature = "aws")]
    identity: Identity,
}

impl Otlp {
    /// An exporter for this service. Nothing is connected, or asked of the network, before there is something to send.
    ///
    /// ```
    /// use tachograph_core::{Handle, Service};
    /// use tachograph_metrics::Metrics;
    /// use tachograph_otlp::{Otlp, Settings};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let service = Service::new("experiments-api").version("1.4.2");
    /// let metrics = Metrics::new(&service, Default::default())?;
    /// let (settings, warnings) = Settings::from_variables(std::env::vars());
    /// # let _ = warnings;
    /// let otlp = Otlp::builder(&service, settings).metrics(&metrics).build()?;
    /// let handle = Handle::builder().exporter(metrics).exporter(otlp).service(service).build();
    /// # drop(handle);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(service: &Service, settings: Settings) -> OtlpBuilder {
        OtlpBuilder {
            service: service.clone(),
            settings: settings.within_bounds_of_aws(),
            metrics: None,
            on_failure: Arc::new(|failure| {
                use std::io::Write;
                // `eprintln!` would panic where stderr is closed, too.
                let _ = writeln!(std::io::stderr(), "tachograph.otlp: {failure}");
            }),
            #[cfg(feature = "aws")]
            identity: Identity::default(),
        }
    }

    /// How many items of a signal were sent and dropped so far; none where it is not sent.
    pub fn counters(&self, signal: Signal) -> Option<tachograph_delivery::Counters> {
        self.sending().find(|sending| sending.signal == signal).map(|sending| sending.delivery.counters())
    }

    fn sending(&self) -> impl Iterator<Item = &Sending> {
        [&self.traces, &self.metrics, &self.logs].into_iter().flatten()
    }

    /// Does it for all signals at the same time, so that one whose receiver is gone takes no time from the others.
    fn with_each(&self, work: impl Fn(&Delivery) -> bool + Sync) -> bool {
        let work = &work;
        std::thread::scope(|scope| {
            let started: Vec<_> = self
                .sending()
                .map(|sending| {
                    let name = format!("otlp-{}-end", sending.signal);
                    let thread = std::thread::Builder::new().name(name);
                    (sending, thread.spawn_scoped(scope, move || work(&sending.delivery)))
                })
                .collect();
            let results = started.into_iter().map(|(sending, thread)| match thread {
                Ok(thread) => thread.join().unwrap_or(false),
                // The system gives us no thread: then one after the other.
                Err(_) => work(&sending.delivery),
            });
            // Each is waited for, whatever became of the others.
            results.fold(true, |all, one| all & one)
        })
    }
}

impl Sending {
    fn write(&self, render: impl FnOnce(&mut Vec<u8>) -> (u32, bool)) {
        self.delivery.write_items(|out| {
            let (items, cut) = render(out);
            if cut {
                self.cut.fetch_add(1, Ordering::Relaxed);
            }
            items
        });
    }
}

impl Exporter for Otlp {
    fn name(&self) -> &str {
        "otlp"
    }

    fn record(&self, record: &Record) {
        if let Some(traces) = self.traces.as_ref().filter(|_| record.keeps_trace()) {
            traces.write(|out| trace::spans(record, &self.span_limits, out));
        }
        if let Some(logs) = &self.logs {
            logs.write(|out| (1, log::wide_line(record, &self.log_limits, out)));
            for finding in record.findings() {
                logs.write(|out| (1, log::finding(record, finding, &self.log_limits, out)));
            }
        }
    }

    fn shows_events(&self) -> bool {
        self.logs.is_some()
    }

    fn event(&self, event: &LogEvent<'_>) {
        if let Some(logs) = self.logs.as_ref().filter(|_| !is_own_thread()) {
            let user_id = event.recording.and_then(|recording| recording.user_id());
            logs.write(|out| (1, log::event(event, user_id.as_deref(), &self.log_limits, out)));
        }
    }

    fn flush(&self, deadline: Duration) -> bool {
        self.with_each(|delivery| delivery.flush(deadline).is_ok())
    }

    fn shutdown(&self, deadline: Duration) -> bool {
        self.with_each(|delivery| delivery.shutdown(deadline).is_ok())
    }

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        self.sending()
            .flat_map(|sending| {
                let cut = sending.cut.load(Ordering::Relaxed);
                dropped::reasons(sending.signal, &sending.delivery.counters(), cut)
            })
            .collect()
    }
}

impl OtlpBuilder {
    /// What is counted, which is an exporter of the same instance. Without it, no metrics are sent.
    pub fn metrics(mut self, metrics: &Metrics) -> Self {
        self.metrics = Some(metrics.clone());
        self
    }

    /// Told of each cause for which something cannot be sent, once: see [`Delivery::start`]. Default: a line on stderr.
    pub fn on_failure(mut self, on_failure: impl Fn(&Failure) + Send + Sync + 'static) -> Self {
        self.on_failure = Arc::new(on_failure);
        self
    }

    /// Whose credentials requests to AWS are signed with. Default: those that the AWS SDK finds (the variables, the profile,
    /// the container or the instance). They are asked for on the thread that sends, when there is something to send, and
    /// again before they expire.
    #[cfg(feature = "aws")]
    pub fn credentials(mut self, provider: impl aws_credential_types::provider::ProvideCredentials + 'static) -> Self {
        self.identity.set_provider(aws_credential_types::provider::SharedCredentialsProvider::new(provider));
        self
    }

    /// What signatures are dated by, and by what it is seen that credentials expire. Default: the machine's clock.
    #[cfg(feature = "aws")]
    pub fn clock(mut self, clock: impl tachograph_core::Clock) -> Self {
        self.identity.set_clock(Arc::new(clock));
        self
    }

    /// The exporter.
    ///
    /// # Errors
    /// When an endpoint, a header, a certificate or the resource's attributes cannot be read; when a feature is not compiled
    /// in; when the system gives us no thread.
    pub fn build(self) -> Result<Otlp, Error> {
        let mut resource = Resource::of_process(&self.service);
        if let Some(list) = &self.settings.resource_attributes {
            resource = resource
                .with_list(list)
                .map_err(|error| Error::because("the resource's attributes cannot be read", error))?;
        }
        let envelope = Envelope::new(&resource);
        if self.settings.aws.is_some() && envelope.len() > MOST_AROUND {
            let length = envelope.len();
            return Err(Error::new(format!(
                "the resource's attributes have {length} bytes, and AWS takes {MOST_AROUND}: say less in OTEL_RESOURCE_ATTRIBUTES"
            )));
        }
        let metrics = self.metrics.as_ref().map(|metrics| {
            let (temporality, exemplars) = (self.settings.temporality, self.settings.exemplars);
            Snapshots::new(metrics.clone(), temporality, exemplars, self.settings.metric_requests)
        });
        Ok(Otlp {
            traces: self.start(Signal::Traces, &envelope, None)?,
            metrics: match metrics {
                Some(metrics) => self.start(Signal::Metrics, &envelope, Some(metrics))?,
                None => None,
            },
            logs: self.start(Signal::Logs, &envelope, None)?,
            span_limits: self.settings.span_limits,
            log_limits: self.settings.log_limits,
        })
    }

    fn start(&self, signal: Signal, envelope: &Envelope, pulled: Option<Snapshots>) -> Result<Option<Sending>, Error> {
        if !self.settings.sends(signal) {
            return Ok(None);
        }
        #[cfg_attr(not(feature = "aws"), expect(unused_mut))]
        let mut transport = Transport::new(signal, self.settings.target(signal)?)?;
        #[cfg(feature = "aws")]
        transport.sign_as(&self.identity);
        let mut settings = self.settings.delivery(signal);
        settings.periodic.extend(pulled.map(|pulled| Periodic::new(pulled, self.settings.metric_interval)));
        let sink: Box<dyn Sink> = match signal {
            Signal::Metrics => Box::new(Requests::new(transport, envelope.clone(), self.settings.metric_requests)),
            Signal::Traces | Signal::Logs => Box::new(Enveloped::new(transport, envelope.clone())),
        };
        let on_failure = Arc::clone(&self.on_failure);
        let delivery = Delivery::start(settings, sink, move |failure| on_failure(failure))
            .map_err(|error| Error::because(format!("{signal} cannot be sent in the background"), error))?;
        Ok(Some(Sending { signal, delivery, cut: AtomicU64::new(0) }))
    }
}

impl fmt::Debug for OtlpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpBuilder")
            .field("service", &self.service)
            .field("settings", &self.settings)
            .field("metrics", &self.metrics.is_some())
            .finish_non_exhaustive()
    }
}

//! The exporter itself.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tachograph_core::{Exporter, Record, Service, WeakHandle};
use tachograph_delivery::{Delivery, Framing, Periodic, Sink};

use crate::document::Documents;
use crate::error::Error;
use crate::lost::{self, Shortened};
use crate::sampling::Sampling;
use crate::settings::Settings;
use crate::udp::{Lost, Udp};
use crate::underway::Underway;
use crate::writer::LEAST_BYTES;

/// Sends the traces of requests and tasks to AWS X-Ray, by its daemon.
///
/// Documents are rendered on the thread that closes the request and sent by a thread of the exporter's own. A daemon that is gone
/// costs the service nothing: what waits for it is bounded, and what is dropped is counted. Dropping the exporter sends what is
/// there, for at most the delivery's [`shutdown_deadline`](tachograph_delivery::Settings::shutdown_deadline).
#[derive(Debug)]
pub struct XRay {
    delivery: Delivery,
    documents: Arc<Documents>,
    shortened: Arc<Shortened>,
    lost: Arc<Lost>,
    /// For what is still running.
    instance: Arc<OnceLock<WeakHandle>>,
    sampling: Option<Sampling>,
}

/// The longest that a datagram can be by IPv4 is 65,507 bytes, with what stands before the document.
const MOST_BYTES: usize = 65_000;

/// How often at most, and at least, it is looked for what takes long.
const LOOKS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

impl XRay {
    /// An exporter that sends to the daemon at [`Settings::address`], for the requests of this service. Nothing is asked of the
    /// network before there is something to send, but for [where the service runs](Settings::origin).
    ///
    /// # Errors
    /// When an annotation cannot be one, or when the system gives us no thread.
    pub fn new(service: &Service, settings: Settings) -> Result<Self, Error> {
        let lost = Arc::default();
        let sink = Udp::new(settings.address.udp().clone(), Arc::clone(&lost));
        Self::start(service, settings, Box::new(sink), lost)
    }

    /// An exporter that sends to a sink of your own; [`Settings::address`] is not used. The sink is given
    /// [frames](tachograph_delivery::frames): each holds the documents of one request or task, one in a line.
    ///
    /// # Errors
    /// As of [`new`](Self::new).
    pub fn with_sink(service: &Service, settings: Settings, sink: Box<dyn Sink>) -> Result<Self, Error> {
        Self::start(service, settings, sink, Arc::default())
    }

    fn start(service: &Service, settings: Settings, sink: Box<dyn Sink>, lost: Arc<Lost>) -> Result<Self, Error> {
        let Settings { annotations, in_progress_after, origin, sampling, mut delivery, on_failure, .. } = settings;
        let most = settings.max_document_bytes.clamp(LEAST_BYTES, MOST_BYTES);
        let documents = Documents::new(service, &annotations, origin.start(), most, settings.max_trace_bytes)?;
        let documents = Arc::new(documents);
        let (shortened, instance): (Arc<Shortened>, Arc<OnceLock<WeakHandle>>) = Default::default();
        delivery.framing = Framing::Frames;
        delivery.max_item_bytes = delivery.max_item_bytes.max(settings.max_trace_bytes.saturating_add(2 * most));
        delivery.periodic.extend(in_progress_after.map(|after| {
            let underway = Underway {
                documents: Arc::clone(&documents),
                shortened: Arc::clone(&shortened),
                instance: Arc::clone(&instance),
                after,
                shown: HashMap::new(),
                pulled: Vec::new(),
            };
            Periodic::new(underway, (after / 4).clamp(LOOKS.0, LOOKS.1))
        }));
        let delivery = Delivery::start(delivery, sink, on_failure)
            .map_err(|error| Error::because("documents cannot be sent in the background", error))?;
        Ok(XRay { delivery, documents, shortened, lost, instance, sampling })
    }

    /// How many documents were sent and dropped so far.
    pub fn counters(&self) -> tachograph_delivery::Counters {
        self.delivery.counters()
    }
}

impl Exporter for XRay {
    fn name(&self) -> &str {
        "xray"
    }

    fn attached(&self, handle: &WeakHandle) {
        // An exporter is of one instance.
        let _ = self.instance.set(handle.clone());
    }

    fn record(&self, record: &Record) {
        if record.keeps_trace() {
            self.delivery.write_items(|out| self.shortened.count(self.documents.write(record, false, out)));
        }
    }

    fn shows_events(&self) -> bool {
        false
    }

    fn flush(&self, deadline: Duration) -> bool {
        self.delivery.flush(deadline).is_ok()
    }

    fn shutdown(&self, deadline: Duration) -> bool {
        if let Some(sampling) = &self.sampling {
            sampling.end();
        }
        self.delivery.shutdown(deadline).is_ok()
    }

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        lost::reasons(&self.delivery.counters(), &self.shortened, &self.lost)
    }
}

impl Drop for XRay {
    fn drop(&mut self) {
        if let Some(sampling) = &self.sampling {
            sampling.end();
        }
    }
}

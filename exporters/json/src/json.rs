//! The exporter itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tachograph_core::{Exporter, LogEvent, Record, Service};
use tachograph_delivery::{Delivery, Sink};

use crate::call::{self, call_line};
use crate::error::Error;
use crate::event::{self, Said};
use crate::notice::drop_notice;
use crate::request;
use crate::service::ServiceMembers;
use crate::settings::{Calls, Format, Settings};
use crate::text;

/// Writes each record, its calls, and the application's log as lines.
///
/// Lines are rendered on the thread that closes the request and written by a thread of the exporter's own. Dropping it
/// writes what is there, for at most the delivery's [`shutdown_deadline`](tachograph_delivery::Settings::shutdown_deadline).
#[derive(Debug)]
pub struct Json {
    delivery: Delivery,
    service: ServiceMembers,
    format: Format,
    calls: Calls,
    cut: AtomicU64,
}

impl Json {
    /// An exporter that writes to [`Settings::output`], for the lines of this service.
    ///
    /// # Errors
    /// When the output cannot be opened, which is not tried for TCP; or when the system gives us no thread.
    pub fn new(service: &Service, settings: Settings) -> Result<Self, Error> {
        let sink = settings.output.open()?;
        Self::with_sink(service, settings, sink)
    }

    /// An exporter that writes to a sink of your own; [`Settings::output`] is not used.
    ///
    /// # Errors
    /// When the system gives us no thread.
    pub fn with_sink(service: &Service, settings: Settings, sink: Box<dyn Sink>) -> Result<Self, Error> {
        let Settings { format, calls, mut delivery, on_failure, .. } = settings;
        let service = ServiceMembers::new(service);
        let members = service.clone();
        delivery.drop_notice = Some(Box::new(move |dropped, line| {
            drop_notice(dropped, SystemTime::now(), format, &members, line);
        }));
        let delivery = Delivery::start(delivery, sink, on_failure)
            .map_err(|error| Error::because("the lines cannot be written in the background", error))?;
        Ok(Json { delivery, service, format, calls, cut: AtomicU64::new(0) })
    }

    /// How many lines were written and dropped so far.
    pub fn counters(&self) -> tachograph_delivery::Counters {
        self.delivery.counters()
    }

    fn write(&self, render: impl FnOnce(&mut Vec<u8>) -> bool) {
        self.delivery.write(|out| {
            if render(out) {
                self.cut.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
}

impl Exporter for Json {
    fn name(&self) -> &str {
        "json"
    }

    fn record(&self, record: &Record) {
        if self.format == Format::Text {
            return self.write(|out| text::request_line(record, out));
        }
        self.write(|out| request::request_line(record, &self.service, out));
        if call::are_shown(self.calls, record) {
            for calls in record.call_groups() {
                self.write(|out| call_line(record, &calls, &self.service, out));
            }
        }
    }

    fn event(&self, event: &LogEvent<'_>) {
        let user_id = event.recording.and_then(|recording| recording.user_id());
        let said = Said { event, user_id: user_id.as_deref() };
        self.write(|out| match self.format {
            Format::Structured => event::event_line(said, &self.service, out),
            Format::Text => text::event_line(said, out),
        });
    }

    fn flush(&self, deadline: Duration) -> bool {
        self.delivery.flush(deadline).is_ok()
    }

    fn shutdown(&self, deadline: Duration) -> bool {
        self.delivery.shutdown(deadline).is_ok()
    }

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        let counters = self.delivery.counters();
        vec![
            ("buffer_full", counters.dropped_full),
            ("line_too_long", counters.dropped_too_long),
            ("rendering_panicked", counters.dropped_panicked),
            ("output_failed", counters.dropped_failed),
            ("after_shutdown", counters.dropped_after_shutdown),
            ("line_cut", self.cut.load(Ordering::Relaxed)),
        ]
    }
}

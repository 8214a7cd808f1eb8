//! The exporter itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tachograph_core::{Exporter, LogEvent, Record, RecordKind, Service, WeakHandle};
use tachograph_delivery::{Delivery, Sink};

use crate::beside::Weight;
use crate::call::{self, call_line};
#[cfg(feature = "emf")]
use crate::emf::Emf;
use crate::error::Error;
use crate::event::{self, Said};
use crate::filter::{Event, Filter};
use crate::finding::{self, finding_line};
use crate::notice::DropNotice;
#[cfg(feature = "emf")]
use crate::output::Output;
use crate::request::request_line;
use crate::sample::Sample;
use crate::service::ServiceMembers;
use crate::settings::{Calls, Format, Settings};
use crate::text;

/// Writes each record, its calls, what was found of it, and the application's log as lines.
///
/// Lines are rendered on the thread that closes the request and written by a thread of the exporter's own. Dropping it
/// writes what is there, for at most the delivery's [`shutdown_deadline`](tachograph_delivery::Settings::shutdown_deadline).
#[derive(Debug)]
pub struct Json {
    name: String,
    delivery: Delivery,
    service: ServiceMembers,
    format: Format,
    text_times: bool,
    calls: Calls,
    findings: bool,
    filter: Filter,
    sample: Sample,
    #[cfg(feature = "emf")]
    emf: Option<Emf>,
    cut: AtomicU64,
    sampled_out: AtomicU64,
}

impl Json {
    /// An exporter that writes to [`Settings::output`], for the lines of this service.
    ///
    /// # Errors
    /// When the output cannot be opened, which is not tried for TCP; when the system gives us no thread; or as
    /// [`with_sink`](Self::with_sink).
    pub fn new(service: &Service, settings: Settings) -> Result<Self, Error> {
        #[cfg(feature = "emf")]
        let settings = match &settings.output {
            Output::Tcp(_) => settings.for_agent(service),
            _ => settings,
        };
        let sink = settings.output.open().map_err(|error| error.about("output"))?;
        Self::with_sink(service, settings, sink)
    }

    /// An exporter that writes to a sink of your own; [`Settings::output`] is not used.
    ///
    /// # Errors
    /// When the system gives us no thread; or, where the format is `emf`, when CloudWatch would refuse the metrics, or
    /// sampled lines would be counted as if they were all.
    pub fn with_sink(service: &Service, settings: Settings, sink: Box<dyn Sink>) -> Result<Self, Error> {
        let members = ServiceMembers::new(service);
        #[cfg(feature = "emf")]
        let (emf, members, sources) = match Emf::of(service, &settings)? {
            Some((emf, sources)) => {
                let members = emf.shape.service.clone();
                (Some(emf), members, sources)
            }
            None => (None, members, Vec::new()),
        };
        let Settings { name, format, text_times, calls, findings, filter, sample, mut delivery, on_failure, .. } =
            settings;
        #[cfg(feature = "emf")]
        delivery.periodic.extend(sources);
        let notice = DropNotice::new(&name, format, members.clone());
        delivery.drop_notice = Some(Box::new(move |dropped, line| {
            let now = SystemTime::now();
            if text_times && format == Format::Text {
                text::stamp(now, line);
            }
            notice.write(dropped, now, line);
        }));
        let delivery = Delivery::start(delivery, sink, on_failure)
            .map_err(|error| Error::because("the lines cannot be written in the background", error))?;
        Ok(Json {
            name,
            delivery,
            service: members,
            format,
            text_times,
            calls,
            findings,
            filter,
            sample,
            #[cfg(feature = "emf")]
            emf,
            cut: AtomicU64::new(0),
            sampled_out: AtomicU64::new(0),
        })
    }

    /// How many lines were written and dropped so far.
    pub fn counters(&self) -> tachograph_delivery::Counters {
        self.delivery.counters()
    }

    /// How many requests and tasks have no line because they are not in the [sample](Settings::sample). They are not lost:
    /// others stand for them.
    pub fn sampled_out(&self) -> u64 {
        self.sampled_out.load(Ordering::Relaxed)
    }

    fn wide_line(&self, record: &Record, weight: Weight) {
        if self.format == Format::Text {
            return self.write_text(record.ended(), |out| text::request_line(record, out));
        }
        #[cfg(feature = "emf")]
        if let Some(metrics) = self.emf.as_ref().and_then(|emf| emf.line(record)) {
            return self.write(|out| request_line(record, &self.service, metrics, out));
        }
        self.write(|out| request_line(record, &self.service, weight, out));
    }

    fn call_lines(&self, record: &Record, weight: Weight) {
        if self.format == Format::Text || !call::are_shown(self.calls, record) || !self.filter.takes_event(Event::Call)
        {
            return;
        }
        for calls in record.call_groups() {
            if self.filter.takes(Event::Call, call::level(&calls), call::LOGGER) {
                self.write(|out| call_line(record, &calls, &self.service, weight, out));
            }
        }
    }

    fn finding_lines(&self, record: &Record, weight: Weight) {
        if self.format == Format::Text || !self.findings {
            return;
        }
        for finding in record.findings() {
            if self.filter.takes(Event::Finding, record.level_of(finding), finding::LOGGER) {
                self.write(|out| finding_line(record, finding, &self.service, weight, out));
            }
        }
    }

    fn write_text(&self, time: SystemTime, render: impl FnOnce(&mut Vec<u8>) -> bool) {
        self.write(|out| {
            if self.text_times {
                text::stamp(time, out);
            }
            render(out)
        });
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
        &self.name
    }

    fn attached(&self, handle: &WeakHandle) {
        #[cfg(feature = "emf")]
        if let Some(emf) = &self.emf {
            emf.attached(handle);
        }
        let _ = handle;
    }

    fn record(&self, record: &Record) {
        #[cfg(feature = "emf")]
        if let Some(emf) = &self.emf {
            emf.record(record);
        }
        let event = match record.kind() {
            RecordKind::Request => Event::Request,
            RecordKind::Task => Event::Task,
        };
        let is_taken = self.filter.takes(event, record.level(), record.logger());
        let Some(weight) = self.sample.weigh(record) else {
            self.sampled_out.fetch_add(u64::from(is_taken), Ordering::Relaxed);
            return;
        };
        if is_taken {
            self.wide_line(record, weight);
        }
        self.call_lines(record, weight);
        self.finding_lines(record, weight);
    }

    fn event(&self, event: &LogEvent<'_>) {
        if !self.filter.takes(Event::Log, event.level, event.target) {
            return;
        }
        let user_id = event.recording.and_then(|recording| recording.user_id());
        let said = Said { event, user_id: user_id.as_deref() };
        match self.format {
            Format::Text => self.write_text(event.time, |out| text::event_line(said, out)),
            _ => self.write(|out| event::event_line(said, &self.service, out)),
        }
    }

    fn shows_events(&self) -> bool {
        self.filter.takes_event(Event::Log)
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

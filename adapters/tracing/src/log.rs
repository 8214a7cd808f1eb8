//! The application's events, as lines of the exporters' log.

use std::cell::Cell;
use std::fmt::Debug;

use tachograph_core::{FieldValue, Handle, Level, Limits, LogEvent, Operation, Recording, text};
use tracing::Event;
use tracing::field::{Field, Visit};

thread_local! {
    /// An exporter that logs must not be asked to show it.
    static EXPORTING: Cell<bool> = const { Cell::new(false) };
}

/// Hands `event` to the exporters of `handle`. `query`: it is sqlx's, about this; the statement is shown without its
/// literals.
pub(crate) fn log(handle: &Handle, recording: Option<&Recording>, event: &Event<'_>, query: Option<&Operation>) {
    if handle.exporters().next().is_none() || EXPORTING.try_with(Cell::get).unwrap_or(true) {
        return;
    }
    let mut line = Line::new(handle.limits(), event.metadata().target() == BRIDGED, query.is_some());
    // The fields' own code runs here, and it may log.
    event.record(&mut line);
    if let Some(statement) = query.and_then(Operation::statement) {
        line.add("db.statement", statement.text().into());
    }
    for _ in 0..line.cut {
        handle.count_cut_text();
    }
    if line.dropped > 0 {
        handle.count_dropped_fields(line.dropped);
    }
    let _exporting = Exporting::start();
    handle.log(&LogEvent {
        time: handle.now(),
        level: level(*event.metadata().level()),
        target: line.target.as_deref().unwrap_or_else(|| event.metadata().target()),
        message: &line.message,
        fields: &line.fields,
        recording,
    });
}

/// The target of events that were records of the `log` crate; the true one is a field.
pub(crate) const BRIDGED: &str = "log";

struct Exporting;

impl Exporting {
    fn start() -> Self {
        let _ = EXPORTING.try_with(|exporting| exporting.set(true));
        Exporting
    }
}

impl Drop for Exporting {
    fn drop(&mut self) {
        let _ = EXPORTING.try_with(|exporting| exporting.set(false));
    }
}

fn level(level: tracing::Level) -> Level {
    match level {
        tracing::Level::TRACE | tracing::Level::DEBUG => Level::Debug,
        tracing::Level::INFO => Level::Info,
        tracing::Level::WARN => Level::Warning,
        tracing::Level::ERROR => Level::Error,
    }
}

struct Line<'a> {
    limits: &'a Limits,
    bridged: bool,
    query: bool,
    target: Option<String>,
    message: String,
    fields: Vec<(&'static str, FieldValue)>,
    cut: u64,
    dropped: u64,
}

impl<'a> Line<'a> {
    fn new(limits: &'a Limits, bridged: bool, query: bool) -> Self {
        let (target, message, fields) = (None, String::new(), Vec::new());
        Line { limits, bridged, query, target, message, fields, cut: 0, dropped: 0 }
    }

    fn add(&mut self, name: &'static str, value: FieldValue) {
        if self.fields.len() >= self.limits.fields {
            self.dropped += 1;
            return;
        }
        let name = name.strip_prefix("r#").unwrap_or(name);
        self.fields.push((name, value));
    }

    fn add_text(&mut self, name: &'static str, text: String) {
        match (name, self.bridged, self.query) {
            ("message", ..) => self.message = text,
            ("log.target", true, _) => self.target = Some(text),
            ("log.module_path" | "log.file", true, _) => {}
            ("summary" | "db.statement", _, true) => {}
            _ => self.add(name, text.into()),
        }
    }

    fn bounded(&mut self, value: std::fmt::Arguments<'_>) -> String {
        let (text, cut) = text::bounded(&value, self.limits.field_bytes);
        self.cut += u64::from(cut);
        text
    }
}

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = self.bounded(format_args!("{value:?}"));
        self.add_text(field.name(), text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let kept = text::cut(value, self.limits.field_bytes);
        self.cut += u64::from(kept.len() < value.len());
        self.add_text(field.name(), kept.to_owned());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if !(self.bridged && field.name() == "log.line") {
            self.add(field.name(), value.into());
        }
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        match i64::try_from(value) {
            Ok(value) => self.add(field.name(), value.into()),
            Err(_) => self.add(field.name(), value.to_string().into()),
        }
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tachograph_core::{Exporter, Record};

    use super::*;

    #[derive(Debug)]
    struct Talkative(Arc<AtomicU32>);

    impl Exporter for Talkative {
        fn name(&self) -> &str {
            "talkative"
        }

        fn record(&self, _: &Record) {}

        fn event(&self, _: &LogEvent<'_>) {
            self.0.fetch_add(1, Ordering::SeqCst);
            tracing::error!("an event was exported");
        }
    }

    /// Here, where nothing else makes a subscriber for a thread of its own: as long as there is such a one anywhere,
    /// tracing itself lets no event out of another.
    #[test]
    fn an_exporter_that_logs_is_not_asked_to_show_it() {
        let events = Arc::new(AtomicU32::new(0));
        let handle = Handle::builder().exporter(Talkative(Arc::clone(&events))).build();
        crate::install(&handle).unwrap();
        tracing::error!("one");
        tracing::error!("two");
        assert_eq!(events.load(Ordering::SeqCst), 2);
    }
}

//! A writer of lines that counts them and throws them away.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use thread_local::ThreadLocal;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{Format, Json, JsonFields};
use tracing_subscriber::registry::LookupSpan;

/// Counts, for each thread by itself, how often something was written: fmt writes a line at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(Arc<ThreadLocal<AtomicU64>>);

impl Lines {
    /// How many lines there were; an error where that is not `expected`.
    pub(super) fn prove(&self, expected: u64) -> Result<String, String> {
        match self.0.iter().map(|lines| lines.load(Relaxed)).sum::<u64>() {
            lines if lines == expected => Ok(format!("{lines} lines")),
            lines => Err(format!("{lines} lines of {expected} requests")),
        }
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let lines = self.0.get_or_default();
        lines.store(lines.load(Relaxed) + 1, Relaxed);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// fmt's layer of JSON lines, with each span's fields once (`current_span`) and not twice (`span_list`).
pub(super) fn json<S>(lines: &Lines) -> tracing_subscriber::fmt::Layer<S, JsonFields, Format<Json>, Lines>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    tracing_subscriber::fmt::layer().json().with_span_list(false).with_writer(lines.clone())
}

/// What reaches the layers: as `RUST_LOG=info,otel::tracing=trace` would say it, which axum-tracing-opentelemetry asks for. The
/// exporters' own events are no lines of requests.
pub(super) fn filter() -> Targets {
    Targets::new().with_default(LevelFilter::INFO).with_target("otel::tracing", LevelFilter::TRACE).with_targets(
        ["opentelemetry", "opentelemetry_sdk", "opentelemetry-otlp"].map(|target| (target, LevelFilter::WARN)),
    )
}

//! The page as it goes out, line by line, in either format.

use std::fmt::Write;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use tachograph_metrics::{Distribution, Exemplar, Number};

use crate::accept::Format;
use crate::labels::escape;
use crate::number::Shown;

/// What a family is to Prometheus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    /// What does not change, as labels of a series that is always 1.
    Info,
}

impl Kind {
    /// What the samples of a family of this kind are called, behind its name.
    pub(crate) fn suffixes(self) -> &'static [&'static str] {
        match self {
            Kind::Counter => &["_total"],
            Kind::Gauge => &[""],
            Kind::Histogram => &["_bucket", "_sum", "_count"],
            Kind::Info => &["_info"],
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            Kind::Info => "info",
        }
    }
}

/// Writes families one after the other. What is written is not looked at again.
#[derive(Debug)]
pub(crate) struct Writer {
    format: Format,
    body: String,
    /// The bounds of the histogram that was written last, as they are written.
    bounds: (Arc<[f64]>, Vec<String>),
}

impl Writer {
    pub(crate) fn new(format: Format) -> Self {
        Writer { format, body: String::with_capacity(16 * 1024), bounds: Default::default() }
    }

    pub(crate) fn finish(mut self) -> String {
        if self.format == Format::OpenMetrics {
            self.body.push_str("# EOF\n");
        }
        self.body
    }

    /// The text format names the family as its samples are called and knows no infos.
    pub(crate) fn head(&mut self, name: &str, kind: Kind, help: &str) {
        let (suffix, shown) = match (self.format, kind) {
            (Format::Text, Kind::Counter) => ("_total", kind),
            (Format::Text, Kind::Info) => ("_info", Kind::Gauge),
            _ => ("", kind),
        };
        let _ = write!(self.body, "# HELP {name}{suffix} ");
        escape(help, self.format == Format::OpenMetrics, &mut self.body);
        let _ = writeln!(self.body, "\n# TYPE {name}{suffix} {}", shown.as_str());
        let unit = ["_seconds", "_bytes"].into_iter().find(|unit| name.ends_with(unit));
        if let (Format::OpenMetrics, Some(unit)) = (self.format, unit) {
            let _ = writeln!(self.body, "# UNIT {name} {}", &unit[1..]);
        }
    }

    pub(crate) fn sample(&mut self, name: &str, suffix: &str, labels: &str, value: Number) {
        self.series(name, suffix, labels, None);
        let _ = writeln!(self.body, "{}", Shown(value));
    }

    pub(crate) fn histogram(&mut self, name: &str, labels: &str, distribution: &Distribution) {
        if !Arc::ptr_eq(&self.bounds.0, &distribution.bounds) {
            let bounds = Arc::clone(&distribution.bounds);
            let written = bounds.iter().map(|bound| self.bound(*bound)).collect();
            self.bounds = (bounds, written);
        }
        let bounds = std::mem::take(&mut self.bounds.1);
        let mut below = 0;
        for (at, count) in distribution.counts.iter().enumerate() {
            below += count;
            // One that is infinite is the last, which is written in any case.
            let bound = bounds.get(at).map_or("+Inf", String::as_str);
            if bound == "+Inf" {
                below = distribution.count();
            }
            self.series(name, "_bucket", labels, Some(bound));
            let _ = write!(self.body, "{below}");
            if let Some(exemplar) = distribution.exemplar.as_ref().filter(|exemplar| exemplar.bucket == at) {
                self.exemplar(exemplar);
            }
            self.body.push('\n');
            if bound == "+Inf" {
                break;
            }
        }
        self.bounds.1 = bounds;
        // What can shrink is no sum to OpenMetrics, and without one it wants no count either.
        let grows = distribution.sum.as_f64() >= 0.0 && distribution.bounds.first().is_none_or(|bound| *bound >= 0.0);
        if grows || self.format == Format::Text {
            self.sample(name, "_sum", labels, distribution.sum);
            self.sample(name, "_count", labels, Number::Whole(distribution.count()));
        }
    }

    /// OpenMetrics wants whole numbers to be written as floats, the text format has never done it.
    fn bound(&self, bound: f64) -> String {
        match self.format {
            _ if bound.is_infinite() => "+Inf".to_owned(),
            Format::OpenMetrics => format!("{bound:?}"),
            Format::Text => bound.to_string(),
        }
    }

    fn series(&mut self, name: &str, suffix: &str, labels: &str, bucket: Option<&str>) {
        self.body.push_str(name);
        self.body.push_str(suffix);
        if !labels.is_empty() || bucket.is_some() {
            self.body.push('{');
            self.body.push_str(labels);
            if let Some(bound) = bucket {
                self.body.push_str(if labels.is_empty() { "le=\"" } else { ",le=\"" });
                self.body.push_str(bound);
                self.body.push('"');
            }
            self.body.push('}');
        }
        self.body.push(' ');
    }

    /// The text format has no place for it.
    fn exemplar(&mut self, exemplar: &Exemplar) {
        if self.format == Format::OpenMetrics {
            let Exemplar { trace_id, span_id, value, time, .. } = exemplar;
            let time = time.duration_since(UNIX_EPOCH).unwrap_or_default();
            let value = Shown(*value);
            let _ = write!(self.body, " # {{trace_id=\"{trace_id}\",span_id=\"{span_id}\"}} {value}");
            let _ = write!(self.body, " {}.{:03}", time.as_secs(), time.subsec_millis());
        }
    }
}

//! The page as it goes out, in either format.

use std::fmt::{Display, Write};
use std::time::UNIX_EPOCH;

use crate::accept::Format;
use crate::exemplar::Exemplar;
use crate::histogram::{Bounds, Histogram, Unit};

/// What a family of series is called and says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metric {
    /// Without the `_total` of a counter and the `_info` of an info.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
}

/// Writes families one after the other. Each is written once, by whoever writes the page.
#[derive(Debug)]
pub(crate) struct Page {
    format: Format,
    body: String,
}

impl Page {
    pub(crate) fn new(format: Format) -> Self {
        Page { format, body: String::with_capacity(16 * 1024) }
    }

    pub(crate) fn finish(mut self) -> String {
        if self.format == Format::OpenMetrics {
            self.body.push_str("# EOF\n");
        }
        self.body
    }

    /// A counter of whole things.
    pub(crate) fn counter<L: AsRef<str>>(&mut self, metric: Metric, samples: impl IntoIterator<Item = (L, u64)>) {
        self.samples(metric, "counter", "_total", samples);
    }

    /// A counter of nanoseconds, shown in seconds.
    pub(crate) fn seconds_counter<L: AsRef<str>>(
        &mut self,
        metric: Metric,
        samples: impl IntoIterator<Item = (L, u64)>,
    ) {
        self.samples(metric, "counter", "_total", samples.into_iter().map(|(labels, nanos)| (labels, Seconds(nanos))));
    }

    pub(crate) fn gauge<L: AsRef<str>, V: Display>(
        &mut self,
        metric: Metric,
        samples: impl IntoIterator<Item = (L, V)>,
    ) {
        self.samples(metric, "gauge", "", samples);
    }

    /// What does not change, as labels of a series that is always 1.
    pub(crate) fn info(&mut self, metric: Metric, labels: &str) {
        self.samples(metric, "info", "_info", [(labels, 1)]);
    }

    pub(crate) fn histogram<'a>(
        &mut self,
        metric: Metric,
        bounds: &Bounds,
        samples: impl IntoIterator<Item = (&'a str, &'a Histogram, Option<&'a Exemplar>)>,
    ) {
        let mut samples = samples.into_iter().filter(|(_, histogram, _)| !histogram.is_empty()).peekable();
        if samples.peek().is_none() {
            return;
        }
        self.head(metric, "histogram", "");
        for (labels, histogram, exemplar) in samples {
            let exemplar = exemplar.map(|exemplar| (bounds.bucket(exemplar.nanos), exemplar));
            let bucket_bounds = bounds.shown().iter().map(Some).chain([None]);
            for (at, (bound, count)) in bucket_bounds.zip(histogram.cumulative()).enumerate() {
                self.name_and_labels(metric.name, "_bucket", labels, Some(bound));
                let _ = write!(self.body, "{count}");
                if let Some((_, exemplar)) = exemplar.filter(|(bucket, _)| *bucket == at) {
                    self.exemplar(exemplar);
                }
                self.body.push('\n');
            }
            match bounds.unit {
                Unit::Seconds => self.sample(metric.name, "_sum", labels, Seconds(histogram.sum())),
                Unit::Whole => self.sample(metric.name, "_sum", labels, histogram.sum()),
            }
            self.sample(metric.name, "_count", labels, histogram.count());
        }
    }

    /// A family without series is left out.
    fn samples<L: AsRef<str>, V: Display>(
        &mut self,
        metric: Metric,
        kind: &str,
        suffix: &str,
        samples: impl IntoIterator<Item = (L, V)>,
    ) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return;
        }
        self.head(metric, kind, suffix);
        for (labels, value) in samples {
            self.sample(metric.name, suffix, labels.as_ref(), value);
        }
    }

    /// The text format names the family as its samples are called and knows no infos.
    fn head(&mut self, metric: Metric, kind: &str, suffix: &str) {
        let Metric { name, help } = metric;
        let (suffix, kind) = match (self.format, kind) {
            (Format::OpenMetrics, _) => ("", kind),
            (Format::Text, "info") => (suffix, "gauge"),
            (Format::Text, _) => (suffix, kind),
        };
        let _ = writeln!(self.body, "# HELP {name}{suffix} {help}");
        let _ = writeln!(self.body, "# TYPE {name}{suffix} {kind}");
        let unit = ["seconds", "bytes"].into_iter().find(|unit| name.ends_with(unit));
        if let (Format::OpenMetrics, Some(unit)) = (self.format, unit) {
            let _ = writeln!(self.body, "# UNIT {name} {unit}");
        }
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &str, value: impl Display) {
        self.name_and_labels(name, suffix, labels, None);
        let _ = writeln!(self.body, "{value}");
    }

    /// With the bound of a bucket where it is one, which can be none.
    fn name_and_labels(&mut self, name: &str, suffix: &str, labels: &str, bucket: Option<Option<&f64>>) {
        self.body.push_str(name);
        self.body.push_str(suffix);
        if !labels.is_empty() || bucket.is_some() {
            self.body.push('{');
            self.body.push_str(labels);
            if let Some(bound) = bucket {
                self.body.push_str(if labels.is_empty() { "le=\"" } else { ",le=\"" });
                let _ = match bound {
                    None => write!(self.body, "+Inf"),
                    // OpenMetrics wants whole numbers to be written as floats, the text format has never done it.
                    Some(bound) if self.format == Format::OpenMetrics => write!(self.body, "{bound:?}"),
                    Some(bound) => write!(self.body, "{bound}"),
                };
                self.body.push('"');
            }
            self.body.push('}');
        }
        self.body.push(' ');
    }

    /// The text format has no place for it.
    fn exemplar(&mut self, exemplar: &Exemplar) {
        if self.format == Format::OpenMetrics {
            let Exemplar { trace_id, span_id, nanos, ended } = exemplar;
            let ended = ended.duration_since(UNIX_EPOCH).unwrap_or_default();
            let _ = write!(
                self.body,
                " # {{trace_id=\"{trace_id}\",span_id=\"{span_id}\"}} {} {}.{:03}",
                Seconds(*nanos),
                ended.as_secs(),
                ended.subsec_millis()
            );
        }
    }
}

/// Nanoseconds, shown as seconds with all their digits.
struct Seconds(u64);

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, mut nanos, mut digits) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000, 9);
        if nanos == 0 {
            return write!(f, "{seconds}");
        }
        while nanos % 10 == 0 {
            nanos /= 10;
            digits -= 1;
        }
        write!(f, "{seconds}.{nanos:0digits$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_are_shown_as_seconds() {
        let shown = [0, 1, 1_500_000_000, 12_000_000_000, 10_000_100].map(|nanos| Seconds(nanos).to_string());
        assert_eq!(shown, ["0", "0.000000001", "1.5", "12", "0.0100001"]);
    }
}

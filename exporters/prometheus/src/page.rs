//! The page as it goes out, in either format.

use std::collections::{BTreeMap, HashSet};
use std::fmt::{Display, Write};
use std::time::UNIX_EPOCH;

use crate::accept::Format;
use crate::exemplar::Exemplar;
use crate::histogram::{Bounds, Histogram, Unit};
use crate::labels::escape;
use crate::source::Distribution;

/// What a family of series is called and says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metric<'a> {
    /// Without the `_total` of a counter and the `_info` of an info.
    pub(crate) name: &'a str,
    pub(crate) help: &'a str,
}

/// Writes families one after the other. Of ours, each is written once; those of others are refused if what they are
/// called is on the page already.
#[derive(Debug)]
pub(crate) struct Page {
    format: Format,
    body: String,
    /// What the samples on it are called.
    taken: HashSet<String>,
}

impl Page {
    pub(crate) fn new(format: Format) -> Self {
        Page { format, body: String::with_capacity(16 * 1024), taken: HashSet::new() }
    }

    pub(crate) fn finish(mut self) -> String {
        if self.format == Format::OpenMetrics {
            self.body.push_str("# EOF\n");
        }
        self.body
    }

    /// A counter of whole things.
    pub(crate) fn counter<L: AsRef<str>>(&mut self, metric: Metric<'_>, samples: impl IntoIterator<Item = (L, u64)>) {
        self.samples(metric, "counter", "_total", samples);
    }

    /// A counter of nanoseconds, shown in seconds.
    pub(crate) fn seconds_counter<L: AsRef<str>>(
        &mut self,
        metric: Metric<'_>,
        samples: impl IntoIterator<Item = (L, u64)>,
    ) {
        self.samples(metric, "counter", "_total", samples.into_iter().map(|(labels, nanos)| (labels, Seconds(nanos))));
    }

    pub(crate) fn gauge<L: AsRef<str>, V: Display>(
        &mut self,
        metric: Metric<'_>,
        samples: impl IntoIterator<Item = (L, V)>,
    ) {
        self.samples(metric, "gauge", "", samples);
    }

    /// What does not change, as labels of a series that is always 1.
    pub(crate) fn info(&mut self, metric: Metric<'_>, labels: &str) {
        self.samples(metric, "info", "_info", [(labels, 1)]);
    }

    pub(crate) fn histogram<'a>(
        &mut self,
        metric: Metric<'_>,
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
            let bucket_bounds = bounds.shown().iter().copied().map(Some).chain([None]);
            for (at, (bound, count)) in bucket_bounds.zip(histogram.cumulative()).enumerate() {
                let exemplar = exemplar.filter(|(bucket, _)| *bucket == at).map(|(_, exemplar)| exemplar);
                self.bucket(metric.name, labels, bound, count, exemplar);
            }
            match bounds.unit {
                Unit::Seconds => self.sample(metric.name, "_sum", labels, Seconds(histogram.sum())),
                Unit::Whole => self.sample(metric.name, "_sum", labels, histogram.sum()),
            }
            self.sample(metric.name, "_count", labels, histogram.count());
        }
    }

    /// False where the name is taken.
    pub(crate) fn foreign_counter(&mut self, metric: Metric<'_>, samples: BTreeMap<String, u64>) -> bool {
        let is_free = self.is_free(metric.name, &["", "_total"]);
        if is_free {
            self.counter(metric, samples);
        }
        is_free
    }

    /// False where the name is taken.
    pub(crate) fn foreign_gauge(&mut self, metric: Metric<'_>, samples: BTreeMap<String, f64>) -> bool {
        let is_free = self.is_free(metric.name, &[""]);
        if is_free {
            self.gauge(metric, samples.into_iter().map(|(labels, value)| (labels, Float(value))));
        }
        is_free
    }

    /// False where the name is taken.
    pub(crate) fn foreign_histogram(&mut self, metric: Metric<'_>, samples: BTreeMap<String, Distribution>) -> bool {
        let is_free = self.is_free(metric.name, HISTOGRAM);
        if is_free && !samples.is_empty() {
            self.head(metric, "histogram", "");
            for (labels, Distribution { bounds, counts, sum }) in &samples {
                let mut below = 0;
                for (bound, count) in bounds.iter().zip(counts).filter(|(bound, _)| bound.is_finite()) {
                    below += count;
                    self.bucket(metric.name, labels, Some(*bound), below, None);
                }
                let count = counts.iter().sum();
                self.bucket(metric.name, labels, None, count, None);
                self.sample(metric.name, "_sum", labels, Float(*sum));
                self.sample(metric.name, "_count", labels, count);
            }
        }
        is_free
    }

    fn is_free(&self, name: &str, suffixes: &[&str]) -> bool {
        !name.is_empty() && suffixes.iter().all(|suffix| !self.taken.contains(&[name, suffix].concat()))
    }

    /// A family without series is left out.
    fn samples<L: AsRef<str>, V: Display>(
        &mut self,
        metric: Metric<'_>,
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
    fn head(&mut self, metric: Metric<'_>, kind: &str, suffix: &str) {
        let Metric { name, help } = metric;
        let suffixes = if kind == "histogram" { HISTOGRAM } else { &["", suffix] };
        self.taken.extend(suffixes.iter().map(|suffix| [name, suffix].concat()));
        let (suffix, kind) = match (self.format, kind) {
            (Format::OpenMetrics, _) => ("", kind),
            (Format::Text, "info") => (suffix, "gauge"),
            (Format::Text, _) => (suffix, kind),
        };
        let _ = write!(self.body, "# HELP {name}{suffix} ");
        escape(help, self.format == Format::OpenMetrics, &mut self.body);
        self.body.push('\n');
        let _ = writeln!(self.body, "# TYPE {name}{suffix} {kind}");
        let unit = ["_seconds", "_bytes"].into_iter().find(|unit| name.ends_with(unit));
        if let (Format::OpenMetrics, Some(unit)) = (self.format, unit) {
            let _ = writeln!(self.body, "# UNIT {name} {}", &unit[1..]);
        }
    }

    fn bucket(&mut self, name: &str, labels: &str, bound: Option<f64>, count: u64, exemplar: Option<&Exemplar>) {
        self.name_and_labels(name, "_bucket", labels, Some(bound));
        let _ = write!(self.body, "{count}");
        if let Some(exemplar) = exemplar {
            self.exemplar(exemplar);
        }
        self.body.push('\n');
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &str, value: impl Display) {
        self.name_and_labels(name, suffix, labels, None);
        let _ = writeln!(self.body, "{value}");
    }

    /// With the bound of a bucket where it is one, which can be none.
    fn name_and_labels(&mut self, name: &str, suffix: &str, labels: &str, bucket: Option<Option<f64>>) {
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

/// What the samples of a histogram are called, behind its name, which is then no sample's.
const HISTOGRAM: &[&str] = &["", "_bucket", "_sum", "_count"];

/// A number as both formats write it.
struct Float(f64);

impl Display for Float {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            f64::INFINITY => f.write_str("+Inf"),
            f64::NEG_INFINITY => f.write_str("-Inf"),
            number => write!(f, "{number}"),
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

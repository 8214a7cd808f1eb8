//! The application's own numbers, counted with the `metrics` crate.

mod buckets;
mod cell;
mod family;
mod keys;
mod registry;
mod unit;

use std::fmt;
use std::sync::Arc;

use ::metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};

use crate::error::Error;
use crate::exporter::Metrics;
use crate::recorder::cell::Kind;
use crate::recorder::registry::Registry;

/// Counts what the application counts with the macros of the `metrics` crate, and shows it wherever [`Metrics`] are shown.
///
/// ```
/// use tachograph_core::{Handle, Service};
/// use tachograph_metrics::{Metrics, Naming, Recorder, Settings};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counted = Metrics::new(&Service::new("experiments-api"), Settings::default())?;
/// let handle = Handle::builder().exporter(counted.clone()).build();
/// Recorder::new(&counted).install()?;
///
/// metrics::describe_counter!("events_tracked_total", "Events that were tracked.");
/// metrics::counter!("events_tracked_total", "kind" => "click").increment(1);
///
/// let snapshot = counted.collect(&handle, Naming::OpenTelemetry);
/// let events = snapshot.metric("events_tracked").unwrap(); // Prometheus puts `_total` behind every counter
/// assert_eq!(events.description, "Events that were tracked.");
/// # Ok(()) }
/// ```
///
/// - A value costs a few atomic operations. So does the look-up that the macros do each time; a `Counter` that is kept
///   goes without it.
/// - Names stay as they are given; each exporter makes of them what it takes. A counter's `_total` is left off.
/// - A metric has at most [`Settings::max_series`](crate::Settings::max_series) sets of labels; the rest is counted in one
///   series more with the label `otel.metric.overflow`, in `tachograph.series.overflowed`, and told of once. There are as
///   many metrics at most; what comes beyond is counted there under `_overflow`. Of a label's value, 1 kB is kept.
/// - A name is a counter, a gauge or a histogram, as it is registered first: what is counted under it as something else
///   is dropped, and told of once.
///
/// # Histograms
/// Their buckets are, if no [others](Self::buckets) are set, by their unit, which `describe_histogram!` says or a name that
/// ends in `_seconds` or `_bytes`:
///
/// | unit | buckets |
/// |---|---|
/// | seconds, milliseconds, microseconds, nanoseconds | [`duration_buckets`](crate::Settings::duration_buckets), in that unit |
/// | bytes | [`size_buckets`](crate::Settings::size_buckets) |
/// | any other, or none | OpenTelemetry's: 0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000 |
///
/// They are fixed when the first value comes: describe a histogram before that. What is no number (NaN) is in none.
#[derive(Clone)]
pub struct Recorder(Arc<Registry>);

impl Recorder {
    /// A recorder whose numbers are shown by these metrics.
    pub fn new(metrics: &Metrics) -> Self {
        let registry = Arc::new(Registry::new(metrics.max_series(), metrics.bounds()));
        let source = Arc::clone(&registry);
        metrics.add_own_source(move |out| source.collect(out));
        Recorder(registry)
    }

    /// Sets the upper bounds of a histogram's buckets, in its own unit, if nothing is in it yet. `name` is the one that it
    /// is recorded under.
    ///
    /// # Errors
    /// When they are no rising numbers, or there are more than 100.
    pub fn buckets(self, name: &str, bounds: &[f64]) -> Result<Self, Error> {
        self.0.set_buckets(name, buckets::checked(name, bounds)?);
        Ok(self)
    }

    /// Makes this the process' recorder, for all macros of the `metrics` crate.
    ///
    /// # Errors
    /// Where there is one already: the error says what to do.
    pub fn install(self) -> Result<(), Error> {
        ::metrics::set_global_recorder(self).map_err(|_| {
            Error::new(
                "the `metrics` crate has a recorder already, which gets all of the application's numbers: leave that one \
                 out, or install one that hands them to both (`Fanout` in the crate metrics-util)",
            )
        })
    }
}

impl ::metrics::Recorder for Recorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe(name.as_str(), unit, &description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe(name.as_str(), unit, &description);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe(name.as_str(), unit, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.0.cell(key, Kind::Counter).into()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.0.cell(key, Kind::Gauge).into()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.0.cell(key, Kind::Histogram).into()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recorder").finish_non_exhaustive()
    }
}

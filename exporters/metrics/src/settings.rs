//! How fine the metrics are.

use std::fmt;

/// How [`Metrics`](crate::Metrics) are set up; begin with [`Settings::default`].
pub struct Settings {
    /// Upper bounds, in seconds, of the buckets for requests, tasks, external calls and waiting for a connection. Default
    /// those of OpenTelemetry's conventions, from 5 ms to 10 s.
    pub duration_buckets: Vec<f64>,
    /// Upper bounds, in seconds, of the buckets for queries and calls to caches. Default those of OpenTelemetry's
    /// conventions, from 1 ms to 10 s.
    pub database_buckets: Vec<f64>,
    /// Upper bounds, in bytes, of the buckets for bodies. Default the powers of ten from 100 B to 100 MB, as the
    /// conventions have none.
    pub size_buckets: Vec<f64>,
    /// Upper bounds of the buckets for the number of queries of a request. Default 0, 1, 2, 5, 10, 20, 50, 100.
    pub query_buckets: Vec<f64>,
    /// The most series of one family, which is one for requests, one for tasks, and one for each kind of call. What comes
    /// beyond is counted in one series more, whose name says so. Default 2000, OpenTelemetry's cardinality limit.
    pub max_series: usize,
    /// More of what is known about the service, by OpenTelemetry's names (`k8s.pod.name`): the resource of
    /// OTLP, the labels of `target_info`. The service's own name, version and environment are there already. Default none.
    pub resource: Vec<(String, String)>,
    /// Told when a family has no room for another series, and when a metric of the application cannot be shown, as there
    /// is one of that name; once for each. Default: a line on stderr.
    pub on_warning: WarningHook,
}

/// Told what is wrong and what to do about it, while metrics are collected.
pub type WarningHook = Box<dyn Fn(&str) + Send + Sync>;

impl Default for Settings {
    fn default() -> Self {
        Settings {
            duration_buckets: vec![0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0],
            database_buckets: vec![0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0],
            size_buckets: vec![100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8],
            query_buckets: vec![0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0],
            max_series: 2000,
            resource: Vec::new(),
            on_warning: Box::new(|what| {
                use std::io::Write;
                // `eprintln!` would panic where stderr is closed, too.
                let _ = writeln!(std::io::stderr(), "tachograph.metrics: {what}");
            }),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("duration_buckets", &self.duration_buckets)
            .field("database_buckets", &self.database_buckets)
            .field("size_buckets", &self.size_buckets)
            .field("query_buckets", &self.query_buckets)
            .field("max_series", &self.max_series)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

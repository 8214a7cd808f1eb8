//! What CloudWatch's embedded metric format needs to know.

use std::time::Duration;

use tachograph_metrics::Metrics;

/// Which metrics there are where the format is [`Emf`](crate::Format::Emf).
///
/// # Events of series
/// For a busy service, whose lines would be many metrics: with [`aggregate`](Self::aggregate), lines of requests are none.
/// Instead, each series (the values of the dimensions of a set) has a line of logger `tachograph.metrics` in each interval,
/// at a flush and at the shutdown. What is counted (`requests`, `tasks`, `errors`, `findings`, cache hits, all that ends in
/// `_total`) is a sum there; durations, sizes, `db_queries` and `external_calls` are values: all of them, where there are
/// at most 100, and else 100 that stand for all.
/// - Of such a hundred the mean is exact. The percentiles 50, 75, 90 and 95 are right to 1.6 %, and so is the 99th, unless
///   fewer than 300 requests have a large step just before it: then it is between it and the percentile before, as
///   every other is always. `Maximum` is about the mean of the slowest hundredth.
/// - `SampleCount` and `Sum` are those of the hundred: `requests` says how many there were, `requests * Average` what
///   they took together, `errors / requests` how many failed.
/// - Each thread counts for itself, for at most [`max_series`](tachograph_metrics::Settings::max_series) series of requests
///   and as many of tasks; what comes beyond is one series more, whose dimensions are `_overflow`. A series takes at most
///   0.8 kB for each metric while it has 100 values, and then 256 bytes for each power of two between the smallest and the
///   largest.
/// - What the sink refuses is a part of the next event.
///
/// # What no request carries
/// In each [`interval`](Self::interval), at a flush and at the shutdown, by the dimensions that are the service's own and
/// these:
///
/// | | by plain names | dimensions | |
/// |---|---|---|---|
/// | `active_requests`, `active_tasks` | `http_requests_in_progress`, `tasks_in_progress` | | those that are open |
/// | `cold_starts` | `cold_starts_total` | | 1 in the first event of an instance |
/// | `dropped` | `tachograph_dropped_total` | none, and `exporter`, `reason` | what exporters lost |
/// | `bounds_hit` | `tachograph_bounds_hit_total` | none, and `bound` | how often a record's bounds were hit |
/// | `series_overflowed` | `tachograph_series_overflowed_total` | `metric` | what was counted in an overflow series |
/// | `pool_utilization` | `db_pool_utilization` | none, and `pool` | percent of its connections that are given out; without `pool`, of the fullest |
/// | `pool_connections`, `pool_waiting` | `db_pool_connections`, `db_pool_waiting` | `pool` | those that are open; those who wait for one |
/// | `pool_timeouts` | `db_pool_timeouts_total` | `pool` | |
/// | the application's own | a counter with `_total` | its labels | |
///
/// - Counters say what was added since the last event that arrived, and nothing where that is nothing. Levels are told
///   once in an interval, however often it is flushed, so that those of several instances can be added up.
/// - A histogram is at most 100 values with its mean, of which each percentile is in the right bucket, and `<name>_count`.
/// - A metric or label that is called as a member of the line gets an underscore behind its name, and so does a label that
///   is called as a metric; characters that are no ASCII become underscores, an empty label is none. Of a label 1024
///   characters are told, of a set of labels 27, of sets of labels `max_series`. NaN and infinity are left out.
#[derive(Debug, Clone)]
pub struct EmfSettings {
    /// The namespace of the metrics. Default: the service's name.
    pub namespace: Option<String>,
    /// Sets of members of the line by which metrics are told apart; each is billed for each of its values. A set of which a
    /// line lacks a member is left out of that line. Default: `service, environment`, also with `method, route` (requests)
    /// and with `name` (tasks).
    pub dimensions: Vec<Vec<String>>,
    /// Instead of metrics in each request's line, an event for each series in so much time. Default none.
    pub aggregate: Option<Duration>,
    /// How often an event says what no request carries. Default a minute.
    pub interval: Duration,
    /// Whether CloudWatch keeps the metrics by the second. Default false.
    pub high_resolution: bool,
    /// The group that the CloudWatch agent writes the lines to. Default: none is said; over TCP, the service's name and
    /// `-metrics`, as AWS's own libraries have it, for the agent takes no line without one.
    pub log_group: Option<String>,
    /// The stream. Default: the agent's.
    pub log_stream: Option<String>,
    /// Where the application's own numbers are, and the bound of series. Default: there are none, and the bound is 2000.
    pub metrics: Option<Metrics>,
}

impl Default for EmfSettings {
    fn default() -> Self {
        let set = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
        EmfSettings {
            namespace: None,
            dimensions: vec![
                set(&["service", "environment"]),
                set(&["service", "environment", "method", "route"]),
                set(&["service", "environment", "name"]),
            ],
            aggregate: None,
            interval: Duration::from_secs(60),
            high_resolution: false,
            log_group: None,
            log_stream: None,
            metrics: None,
        }
    }
}

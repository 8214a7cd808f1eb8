//! What there are metrics of: the one list of them, from which lines and events take their names.

use tachograph_metrics::Naming;

use super::metric::{Metric, member, metric};

/// What there is a metric of, by either naming or by one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// Requests, 1 each.
    Requests,
    /// How long a request took; not of streams.
    Duration,
    /// How long it took to the head of the answer; not of streams.
    FirstByte,
    /// Requests that the service failed at, 0 or 1 each.
    Errors,
    /// Requests that were refused, 0 or 1 each.
    ClientErrors,
    /// How many reasons were found why a request was slow, or will be.
    Findings,
    /// The sizes of answers.
    ResponseBytes,
    /// How many queries a request made, where it made any.
    DatabaseQueries,
    /// How long a request waited for the database, where it asked it.
    DatabaseTime,
    /// How long the slowest query of a request took.
    SlowestQuery,
    /// How many calls to other services a request made, where it made any.
    ExternalCalls,
    /// How long a request waited for other services, where it asked any.
    ExternalTime,
    /// How long the slowest call of a request to another service took.
    SlowestExternalCall,
    /// Keys that caches had.
    CacheHits,
    /// Keys that caches had not.
    CacheMisses,
    /// Tasks, 1 each.
    Tasks,
    /// How long a task took.
    TaskDuration,
    /// Tasks that failed, 0 or 1 each.
    TaskErrors,
    /// Requests that are open.
    ActiveRequests,
    /// Tasks that are open.
    ActiveTasks,
    /// Starts of the service.
    ColdStarts,
    /// What exporters lost.
    Dropped,
    /// How often a bound of a record was hit.
    BoundsHit,
    /// What was counted in an overflow series.
    SeriesOverflowed,
    /// Percent of a pool's connections that are given out; without `pool`, of the fullest.
    PoolUtilization,
    /// A pool's connections that are open.
    PoolConnections,
    /// Those who wait for a connection of a pool.
    PoolWaiting,
    /// Those who waited for one in vain.
    PoolTimeouts,
}

/// What a metric is counted of, and so what can tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Of {
    /// A request: what tells requests apart.
    Request,
    /// A task: what tells tasks apart.
    Task,
    /// The service: only what is the same for all of it.
    Service,
    /// A pool of the service: that, and `pool`.
    Pool,
}

impl Signal {
    /// All there are.
    pub const ALL: [Signal; 28] = [
        Signal::Requests,
        Signal::Duration,
        Signal::FirstByte,
        Signal::Errors,
        Signal::ClientErrors,
        Signal::Findings,
        Signal::ResponseBytes,
        Signal::DatabaseQueries,
        Signal::DatabaseTime,
        Signal::SlowestQuery,
        Signal::ExternalCalls,
        Signal::ExternalTime,
        Signal::SlowestExternalCall,
        Signal::CacheHits,
        Signal::CacheMisses,
        Signal::Tasks,
        Signal::TaskDuration,
        Signal::TaskErrors,
        Signal::ActiveRequests,
        Signal::ActiveTasks,
        Signal::ColdStarts,
        Signal::Dropped,
        Signal::BoundsHit,
        Signal::SeriesOverflowed,
        Signal::PoolUtilization,
        Signal::PoolConnections,
        Signal::PoolWaiting,
        Signal::PoolTimeouts,
    ];

    /// What its metric is called; none where this naming has none.
    pub fn name(self, naming: Naming) -> Option<&'static str> {
        self.metric(naming).map(|metric| metric.name)
    }

    /// What its metric is counted in, as CloudWatch has it; none where this naming has none.
    pub fn unit(self, naming: Naming) -> Option<&'static str> {
        self.metric(naming).map(|metric| metric.unit)
    }

    /// What it is counted of. Of [`PoolUtilization`](Signal::PoolUtilization), [`Dropped`](Signal::Dropped) and
    /// [`BoundsHit`](Signal::BoundsHit) there is one of all the service, too, beside those of each pool, reason and bound.
    pub fn of(self) -> Of {
        match self {
            Signal::Tasks | Signal::TaskDuration | Signal::TaskErrors => Of::Task,
            Signal::ActiveRequests
            | Signal::ActiveTasks
            | Signal::ColdStarts
            | Signal::Dropped
            | Signal::BoundsHit
            | Signal::SeriesOverflowed
            | Signal::PoolUtilization => Of::Service,
            Signal::PoolConnections | Signal::PoolWaiting | Signal::PoolTimeouts => Of::Pool,
            _ => Of::Request,
        }
    }

    pub(super) const fn metric(self, naming: Naming) -> Option<&'static Metric> {
        match naming {
            Naming::OpenTelemetry => self.as_members(),
            Naming::Plain => self.as_plain(),
        }
    }

    const fn as_members(self) -> Option<&'static Metric> {
        Some(match self {
            Signal::Requests => metric!("requests", "Count"),
            Signal::Duration => member!("duration_ms", "Milliseconds"),
            Signal::FirstByte => member!("first_byte_ms", "Milliseconds"),
            Signal::Errors => metric!("errors", "Count"),
            Signal::Findings => member!("findings", "Count"),
            Signal::ResponseBytes => member!("response_bytes", "Bytes"),
            Signal::DatabaseQueries => member!("db_queries", "Count"),
            Signal::DatabaseTime => member!("db_ms", "Milliseconds"),
            Signal::ExternalCalls => member!("external_calls", "Count"),
            Signal::ExternalTime => member!("external_ms", "Milliseconds"),
            Signal::CacheHits => member!("cache_hits", "Count"),
            Signal::CacheMisses => member!("cache_misses", "Count"),
            Signal::Tasks => metric!("tasks", "Count"),
            Signal::TaskDuration => metric!("task_duration_ms", "Milliseconds"),
            Signal::TaskErrors => metric!("task_errors", "Count"),
            Signal::ActiveRequests => metric!("active_requests", "Count"),
            Signal::ActiveTasks => metric!("active_tasks", "Count"),
            Signal::ColdStarts => metric!("cold_starts", "Count"),
            Signal::Dropped => metric!("dropped", "Count"),
            Signal::BoundsHit => metric!("bounds_hit", "Count"),
            Signal::SeriesOverflowed => metric!("series_overflowed", "Count"),
            Signal::PoolUtilization => metric!("pool_utilization", "Percent"),
            Signal::PoolConnections => metric!("pool_connections", "Count"),
            Signal::PoolWaiting => metric!("pool_waiting", "Count"),
            Signal::PoolTimeouts => metric!("pool_timeouts", "Count"),
            Signal::ClientErrors | Signal::SlowestQuery | Signal::SlowestExternalCall => return None,
        })
    }

    const fn as_plain(self) -> Option<&'static Metric> {
        Some(match self {
            Signal::Requests => metric!("http_requests_total", "Count"),
            Signal::Duration => metric!("http_request_duration_seconds", "Seconds"),
            Signal::Errors => metric!("http_request_5xx_total", "Count"),
            Signal::ClientErrors => metric!("http_request_4xx_total", "Count"),
            Signal::Findings => metric!("http_findings_total", "Count"),
            Signal::ResponseBytes => metric!("http_response_size_bytes", "Bytes"),
            Signal::DatabaseQueries => metric!("db_queries_total", "Count"),
            Signal::SlowestQuery => metric!("db_query_duration_seconds", "Seconds"),
            Signal::SlowestExternalCall => metric!("external_call_duration_seconds", "Seconds"),
            Signal::CacheHits => metric!("cache_hits_total", "Count"),
            Signal::CacheMisses => metric!("cache_misses_total", "Count"),
            Signal::Tasks => metric!("tasks_total", "Count"),
            Signal::TaskDuration => metric!("task_duration_seconds", "Seconds"),
            Signal::TaskErrors => metric!("task_errors_total", "Count"),
            Signal::ActiveRequests => metric!("http_requests_in_progress", "Count"),
            Signal::ActiveTasks => metric!("tasks_in_progress", "Count"),
            Signal::ColdStarts => metric!("cold_starts_total", "Count"),
            Signal::Dropped => metric!("tachograph_dropped_total", "Count"),
            Signal::BoundsHit => metric!("tachograph_bounds_hit_total", "Count"),
            Signal::SeriesOverflowed => metric!("tachograph_series_overflowed_total", "Count"),
            Signal::PoolUtilization => metric!("db_pool_utilization", "Percent"),
            Signal::PoolConnections => metric!("db_pool_connections", "Count"),
            Signal::PoolWaiting => metric!("db_pool_waiting", "Count"),
            Signal::PoolTimeouts => metric!("db_pool_timeouts_total", "Count"),
            Signal::FirstByte | Signal::DatabaseTime | Signal::ExternalCalls | Signal::ExternalTime => return None,
        })
    }
}

/// The metric of a signal, known when this is compiled; it does not compile where the naming has none.
macro_rules! named {
    ($naming:ident, $signal:ident) => {
        const { $crate::emf::signal::Signal::$signal.metric(tachograph_metrics::Naming::$naming).unwrap() }
    };
}
pub(super) use named;

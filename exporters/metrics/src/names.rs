//! What our metrics are called: the one list of them.

use crate::instrument::{Instrument, Kind};
use crate::naming::{ByNaming, Naming};
use crate::{active, call, collect, collection, pool, request, task};

/// Makes a constant of each, and the list of all. What is said of a metric is its documentation, too.
macro_rules! instruments {
    ($(
        #[doc = $description:literal]
        $id:ident: $kind:ident = $opentelemetry:literal, $plain:literal, $unit:literal, $attributes:expr
            $(, in Prometheus $prometheus:literal)?;
    )*) => {
        $(
            #[doc = $description]
            pub const $id: Instrument = Instrument {
                name: ByNaming { opentelemetry: $opentelemetry, plain: $plain },
                kind: Kind::$kind,
                unit: $unit,
                description: $description.trim_ascii(),
                prometheus: instruments!(@ $($prometheus)?),
                attributes: $attributes,
            };
        )*

        /// All of them. By plain names two have the same name, and are one: calls to other services, over HTTP or not.
        pub const ALL: &[Instrument] = &[$($id),*];
    };
    (@) => { None };
    (@ $prometheus:literal) => { Some($prometheus) };
}

// Where the conventions have no name, it is one that they could have. Counters are named without their `_total`.
instruments! {
    /// Requests, however they ended.
    REQUESTS: Counter = "http.server.requests", "http_requests", "{request}", request::attributes;

    /// Upgrades and event streams, which are in no latency.
    STREAMS: Counter = "http.server.streams", "http_streams", "{request}", request::attributes;

    /// What was found of requests: why they were slow, or will be once there is more data.
    FINDINGS: Counter = "http.server.findings", "http_findings", "{finding}", request::attributes_and_finding;

    /// From the call of the service to the last byte of the body.
    DURATIONS: Histogram = "http.server.request.duration", "http_request_duration_seconds", "s", request::attributes;

    /// What the durations consist of: the shares of a request sum to its duration.
    SHARES: Counter = "http.server.request.share", "http_request_share_seconds", "s", request::attributes_and_share;

    /// Requests that are open.
    ACTIVE_REQUESTS: UpDownCounter =
        "http.server.active_requests", "http_requests_in_progress", "{request}", active::attributes;

    /// Sizes of the bodies of requests.
    REQUEST_SIZES: Histogram = "http.server.request.body.size", "http_request_size_bytes", "By", request::attributes;

    /// Bytes of the bodies of answers that were sent.
    RESPONSE_SIZES: Histogram = "http.server.response.body.size", "http_response_size_bytes", "By", request::attributes;

    /// Queries of a request.
    REQUEST_QUERIES: Histogram =
        "http.server.request.db.queries", "http_request_db_queries", "{query}", request::attributes;

    /// Waiting for a connection of a pool.
    CONNECTION_WAITS: Histogram =
        "db.client.connection.wait_time", "db_connection_wait_seconds", "s", pool::wait_attributes;

    /// Keys that caches had.
    CACHE_HITS: Counter = "cache.hits", "cache_hits", "{key}", request::attributes;

    /// Keys that caches had not.
    CACHE_MISSES: Counter = "cache.misses", "cache_misses", "{key}", request::attributes;

    /// Calls of databases.
    QUERIES: Histogram = "db.client.operation.duration", "db_query_duration_seconds", "s", call::query_attributes;

    /// Calls to other services.
    EXTERNAL: Histogram =
        "http.client.request.duration", "external_call_duration_seconds", "s", call::external_attributes;

    /// Calls of remote procedures.
    // By plain names they are external calls.
    REMOTE_PROCEDURES: Histogram =
        "rpc.client.call.duration", "external_call_duration_seconds", "s", call::remote_procedure_attributes;

    /// Calls to caches.
    CACHES: Histogram = "cache.operation.duration", "cache_call_duration_seconds", "s", call::cache_attributes;

    /// Tasks, from their beginning to their end.
    TASKS: Histogram = "task.duration", "task_duration_seconds", "s", task::attributes;

    /// What was found of tasks: why they were slow, or will be once there is more data.
    TASK_FINDINGS: Counter = "task.findings", "task_findings", "{finding}", task::attributes_and_finding;

    /// Tasks that are open.
    ACTIVE_TASKS: UpDownCounter = "task.active", "tasks_in_progress", "{task}", none;

    /// Connections of a pool.
    // To Prometheus it goes by the name that the conventions had first: `promtool check metrics` refuses
    // `db_client_connection_count`, as only histograms and summaries may be called so.
    POOL_CONNECTIONS: UpDownCounter =
        "db.client.connection.count", "db_pool_connections", "{connection}", pool::attributes_and_state,
        in Prometheus "db_client_connections_usage";

    /// The most connections a pool opens.
    POOL_MAX: UpDownCounter = "db.client.connection.max", "db_pool_connections_max", "{connection}", pool::attributes;

    /// Callers that wait for a connection.
    POOL_WAITING: UpDownCounter =
        "db.client.connection.pending_requests", "db_pool_waiting", "{request}", pool::attributes;

    /// Waiting for a connection that ended in a time-out.
    POOL_TIMEOUTS: Counter = "db.client.connection.timeouts", "db_pool_timeouts", "{timeout}", pool::attributes;

    /// User and system time of all threads.
    PROCESS_CPU: Counter = "process.cpu.time", "process_cpu_seconds", "s", none, in Prometheus "process_cpu_seconds";

    /// File descriptors that are open.
    PROCESS_OPEN_FILES: UpDownCounter =
        "process.unix.file_descriptor.count", "process_open_fds", "{file_descriptor}", none,
        in Prometheus "process_open_fds";

    /// The most file descriptors that can be open.
    PROCESS_MOST_FILES: UpDownCounter =
        "process.unix.file_descriptor.limit", "process_max_fds", "{file_descriptor}", none,
        in Prometheus "process_max_fds";

    /// Memory that is in use.
    PROCESS_MEMORY: UpDownCounter =
        "process.memory.usage", "process_resident_memory_bytes", "By", none,
        in Prometheus "process_resident_memory_bytes";

    /// Memory that is reserved.
    PROCESS_VIRTUAL_MEMORY: UpDownCounter =
        "process.memory.virtual", "process_virtual_memory_bytes", "By", none,
        in Prometheus "process_virtual_memory_bytes";

    /// Threads of the process.
    PROCESS_THREADS: UpDownCounter =
        "process.thread.count", "process_threads", "{thread}", none, in Prometheus "process_threads";

    /// When the process was started, since 1970.
    PROCESS_START: Gauge =
        "process.start_time", "process_start_time_seconds", "s", none, in Prometheus "process_start_time_seconds";

    /// What was counted in an overflow series, for want of room for another one.
    SERIES_OVERFLOWED: Counter =
        "tachograph.series.overflowed", "tachograph_series_overflowed", "", collection::overflowed_attributes;

    /// How often each bound of a record was hit.
    BOUNDS_HIT: Counter = "tachograph.bounds.hit", "tachograph_bounds_hit", "", collect::bound_attributes;

    /// What exporters have lost.
    DROPPED: Counter = "tachograph.dropped", "tachograph_dropped", "", collect::dropped_attributes;
}

/// What its series are shown among: by OpenTelemetry's names the databases' operations, by plain names calls to caches.
pub(crate) const CACHE_DATABASES: Instrument =
    Instrument { name: ByNaming { plain: CACHES.name.plain, ..QUERIES.name }, ..CACHES };

/// There is but one series of it.
fn none(_: Naming) -> Vec<&'static str> {
    Vec::new()
}

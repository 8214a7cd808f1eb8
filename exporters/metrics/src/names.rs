//! What our metrics are called.

use crate::naming::ByNaming;

/// What is said of a metric of ours, but for its series.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: ByNaming<&'static str>,
    pub(crate) unit: &'static str,
    pub(crate) description: &'static str,
    /// Prometheus' name, where it is not the one that OpenTelemetry's is translated to.
    pub(crate) prometheus: Option<&'static str>,
}

const fn named(
    opentelemetry: &'static str,
    plain: &'static str,
    unit: &'static str,
    description: &'static str,
) -> Named {
    Named { name: ByNaming { opentelemetry, plain }, unit, description, prometheus: None }
}

/// Prometheus' clients have names of their own for what is known of every process: either naming has those.
const fn process(
    opentelemetry: &'static str,
    prometheus: &'static str,
    unit: &'static str,
    description: &'static str,
) -> Named {
    Named { prometheus: Some(prometheus), ..named(opentelemetry, prometheus, unit, description) }
}

// Where the conventions have no name, it is one that they could have. Counters are named without their `_total`.

pub(crate) const REQUESTS: Named =
    named("http.server.requests", "http_requests", "{request}", "Requests, however they ended.");
pub(crate) const STREAMS: Named =
    named("http.server.streams", "http_streams", "{request}", "Upgrades and event streams, which are in no latency.");
pub(crate) const FINDINGS: Named = named(
    "http.server.findings",
    "http_findings",
    "{finding}",
    "What was found of requests: why they were slow, or will be once there is more data.",
);
pub(crate) const DURATIONS: Named = named(
    "http.server.request.duration",
    "http_request_duration_seconds",
    "s",
    "From the call of the service to the last byte of the body.",
);
pub(crate) const SHARES: Named = named(
    "http.server.request.share",
    "http_request_share_seconds",
    "s",
    "What the durations consist of: the shares of a request sum to its duration.",
);
pub(crate) const ACTIVE_REQUESTS: Named =
    named("http.server.active_requests", "http_requests_in_progress", "{request}", "Requests that are open.");
pub(crate) const REQUEST_SIZES: Named =
    named("http.server.request.body.size", "http_request_size_bytes", "By", "Sizes of the bodies of requests.");
pub(crate) const RESPONSE_SIZES: Named = named(
    "http.server.response.body.size",
    "http_response_size_bytes",
    "By",
    "Bytes of the bodies of answers that were sent.",
);
pub(crate) const REQUEST_QUERIES: Named =
    named("http.server.request.db.queries", "http_request_db_queries", "{query}", "Queries of a request.");
pub(crate) const CONNECTION_WAITS: Named =
    named("db.client.connection.wait_time", "db_connection_wait_seconds", "s", "Waiting for a connection of a pool.");
pub(crate) const CACHE_HITS: Named = named("cache.hits", "cache_hits", "{key}", "Keys that caches had.");
pub(crate) const CACHE_MISSES: Named = named("cache.misses", "cache_misses", "{key}", "Keys that caches had not.");
pub(crate) const QUERIES: Named =
    named("db.client.operation.duration", "db_query_duration_seconds", "s", "Calls of databases.");
pub(crate) const EXTERNAL: Named =
    named("http.client.request.duration", "external_call_duration_seconds", "s", "Calls to other services.");
/// By plain names they are external calls.
pub(crate) const REMOTE_PROCEDURES: Named =
    named("rpc.client.call.duration", "external_call_duration_seconds", "s", "Calls of remote procedures.");
/// What its series are shown among: by OpenTelemetry's names the databases' operations, by plain names calls to caches.
pub(crate) const CACHE_DATABASES: Named =
    Named { name: ByNaming { plain: CACHES.name.plain, ..QUERIES.name }, ..CACHES };
pub(crate) const CACHES: Named =
    named("cache.operation.duration", "cache_call_duration_seconds", "s", "Calls to caches.");
pub(crate) const TASKS: Named =
    named("task.duration", "task_duration_seconds", "s", "Tasks, from their beginning to their end.");
pub(crate) const TASK_FINDINGS: Named = named(
    "task.findings",
    "task_findings",
    "{finding}",
    "What was found of tasks: why they were slow, or will be once there is more data.",
);
pub(crate) const ACTIVE_TASKS: Named = named("task.active", "tasks_in_progress", "{task}", "Tasks that are open.");

/// To Prometheus it goes by the name that the conventions had first: `promtool check metrics` refuses
/// `db_client_connection_count`, as only histograms and summaries may be called so.
pub(crate) const POOL_CONNECTIONS: Named = Named {
    prometheus: Some("db_client_connections_usage"),
    ..named("db.client.connection.count", "db_pool_connections", "{connection}", "Connections of a pool.")
};
pub(crate) const POOL_MAX: Named =
    named("db.client.connection.max", "db_pool_connections_max", "{connection}", "The most connections a pool opens.");
pub(crate) const POOL_WAITING: Named = named(
    "db.client.connection.pending_requests",
    "db_pool_waiting",
    "{request}",
    "Callers that wait for a connection.",
);
pub(crate) const POOL_TIMEOUTS: Named = named(
    "db.client.connection.timeouts",
    "db_pool_timeouts",
    "{timeout}",
    "Waiting for a connection that ended in a time-out.",
);

pub(crate) const PROCESS_CPU: Named =
    process("process.cpu.time", "process_cpu_seconds", "s", "User and system time of all threads.");
pub(crate) const PROCESS_OPEN_FILES: Named = process(
    "process.unix.file_descriptor.count",
    "process_open_fds",
    "{file_descriptor}",
    "File descriptors that are open.",
);
pub(crate) const PROCESS_MOST_FILES: Named = process(
    "process.unix.file_descriptor.limit",
    "process_max_fds",
    "{file_descriptor}",
    "The most file descriptors that can be open.",
);
pub(crate) const PROCESS_MEMORY: Named =
    process("process.memory.usage", "process_resident_memory_bytes", "By", "Memory that is in use.");
pub(crate) const PROCESS_VIRTUAL_MEMORY: Named =
    process("process.memory.virtual", "process_virtual_memory_bytes", "By", "Memory that is reserved.");
pub(crate) const PROCESS_THREADS: Named =
    process("process.thread.count", "process_threads", "{thread}", "Threads of the process.");
pub(crate) const PROCESS_START: Named =
    process("process.start_time", "process_start_time_seconds", "s", "When the process was started, since 1970.");

pub(crate) const SERIES_OVERFLOWED: Named = named(
    "tachograph.series.overflowed",
    "tachograph_series_overflowed",
    "",
    "What was counted in an overflow series, for want of room for another one.",
);
pub(crate) const BOUNDS_HIT: Named =
    named("tachograph.bounds.hit", "tachograph_bounds_hit", "", "How often each bound of a record was hit.");
pub(crate) const DROPPED: Named = named("tachograph.dropped", "tachograph_dropped", "", "What exporters have lost.");

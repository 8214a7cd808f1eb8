//! What the metrics are called.

use crate::page::Metric;
use crate::settings::Naming;

macro_rules! names {
    ($($field:ident: $help:literal, $conventional:literal, $plain:literal;)*) => {
        /// The names of the metrics, as OpenTelemetry's conventions are translated or as services write them by hand.
        #[derive(Debug)]
        pub(crate) struct Names {
            $(pub(crate) $field: Metric<'static>,)*
            pub(crate) pool_label: &'static str,
            pub(crate) pool_state_label: &'static str,
        }

        static CONVENTIONAL: Names = Names {
            $($field: Metric { name: $conventional, help: $help },)*
            pool_label: "db_client_connection_pool_name",
            pool_state_label: "db_client_connection_state",
        };

        static PLAIN: Names = Names {
            $($field: Metric { name: $plain, help: $help },)*
            pool_label: "pool",
            pool_state_label: "state",
        };
    };
}

impl Names {
    pub(crate) fn of(naming: Naming) -> &'static Self {
        match naming {
            Naming::OpenTelemetry => &CONVENTIONAL,
            Naming::Plain => &PLAIN,
        }
    }
}

// Where the conventions have no name, it is one that they could have. Counters are named without their `_total`. Of
// connections it is the name that the conventions had first: the one of today, `db_client_connection_count`, is refused by
// `promtool check metrics`, as only histograms and summaries may be called so.
names! {
    requests: "Requests, however they ended.", "http_server_requests", "http_requests";
    streams: "Upgrades and event streams, which are in no latency.", "http_server_streams", "http_streams";
    durations: "From the call of the service to the last byte of the body.",
        "http_server_request_duration_seconds", "http_request_duration_seconds";
    shares: "What the durations consist of: the shares of a request sum to its duration.",
        "http_server_request_share_seconds", "http_request_share_seconds";
    in_flight: "Requests and tasks that are open.", "http_server_active_requests", "http_requests_in_progress";
    request_sizes: "Sizes of the bodies of requests.", "http_server_request_body_size_bytes", "http_request_size_bytes";
    response_sizes: "Bytes of the bodies of answers that were sent.",
        "http_server_response_body_size_bytes", "http_response_size_bytes";
    request_queries: "Queries of a request.", "http_server_request_db_queries", "http_request_db_queries";
    connection_waits: "Waiting for a database connection.",
        "db_client_connection_wait_time_seconds", "db_connection_wait_seconds";
    cache_hits: "Keys that caches had.", "cache_hits", "cache_hits";
    cache_misses: "Keys that caches had not.", "cache_misses", "cache_misses";
    queries: "Calls of databases.", "db_client_operation_duration_seconds", "db_query_duration_seconds";
    external: "Calls to other services.", "http_client_request_duration_seconds", "external_call_duration_seconds";
    remote_procedures: "Calls of remote procedures.", "rpc_client_call_duration_seconds", "rpc_call_duration_seconds";
    caches: "Calls to caches.", "cache_operation_duration_seconds", "cache_call_duration_seconds";
    tasks: "Tasks, from their beginning to their end.", "task_duration_seconds", "task_duration_seconds";
    pool_connections: "Connections of a pool.", "db_client_connections_usage", "db_pool_connections";
    pool_max: "The most connections a pool opens.", "db_client_connection_max", "db_pool_connections_max";
    pool_waiting: "Callers that wait for a connection.", "db_client_connection_pending_requests", "db_pool_waiting";
    pool_timeouts: "Waiting for a connection that ended in a time-out.",
        "db_client_connection_timeouts", "db_pool_timeouts";
}

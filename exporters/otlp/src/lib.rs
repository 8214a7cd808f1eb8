//! Sends traces, metrics and logs by OTLP, the protocol of OpenTelemetry.
//!
//! ```
//! use tachograph_core::{Handle, Service};
//! use tachograph_metrics::Metrics;
//! use tachograph_otlp::{Otlp, Settings, Signal};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::new("experiments-api").version("1.4.2").environment("production");
//! let metrics = Metrics::new(&service, Default::default())?;
//! // In a service `std::env::vars()`.
//! let (settings, warnings) = Settings::from_variables([("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317")]);
//! assert!(warnings.is_empty() && settings.sends(Signal::Traces));
//! let otlp = Otlp::builder(&service, settings).metrics(&metrics).build()?;
//! let handle = Handle::builder().service(service).exporter(metrics).exporter(otlp).build();
//! # drop(handle);
//! # Ok(())
//! # }
//! ```
//!
//! Names are those of OpenTelemetry's semantic conventions, version 1.44.0, where there are such; ours begin with
//! `tachograph.` and go on as the member of the JSON line does that says the same.
//!
//! # Traces
//! A request that [keeps its trace](tachograph_core::Record::keeps_trace) is a span of kind SERVER, a task one of kind
//! INTERNAL; calls are spans of kind CLIENT, and what the application times itself, like its own spans, of kind INTERNAL.
//!
//! | span | name | attributes |
//! |---|---|---|
//! | a request | `GET /experiments/{id}`, `GET` where no route matched, `HTTP` for a method that nobody knows | `http.request.method`, `http.request.method_original`, `http.route`, `http.response.status_code`, `http.request.body.size`, `http.response.body.size`, `url.scheme`, `url.path`, `network.protocol.version` |
//! | each request and task | a task's own | `error.type` where it failed, `enduser.id`, `tachograph.{request_id,action,outcome,streaming}`, `tachograph.{own,db,db_wait,external,cache,body,waiting}_ms`, which sum to the duration, `tachograph.first_byte_ms`, `tachograph.{db_queries,external_calls,cache_hits,cache_misses,findings}`, `tachograph.verdict` where it is [worth a look](tachograph_core::Record::is_flagged): why, in one sentence; the application's fields under their own names, `metadata.*` |
//! | a query | its summary, `SELECT experiments` | `db.system.name`, `db.namespace`, `db.query.summary`, `db.query.text` without literals, `db.response.returned_rows` or `tachograph.changed_rows` |
//! | a call by HTTP | `GET` | `http.request.method`, `http.request.method_original`, `url.full` (scheme, host, port and path: no query, no credentials), `server.address`, `server.port`, `http.response.status_code`, `http.response.body.size`; of one that the application times itself, what it says of these |
//! | a call of gRPC | `greet.Greeter/Greet` | `rpc.system.name`, `rpc.method`, `rpc.response.status_code` (and, as of before version 1.38 of the conventions, `rpc.system`, `rpc.service`, `rpc.grpc.status_code`), `server.address`, `server.port` |
//! | a call of the AWS SDK | `DynamoDB.GetItem` | `rpc.system`, `rpc.service`, `rpc.method`, `aws.request_id`, `cloud.region`, the table, bucket, queue, topic or stream by the name that it has for that service, `tachograph.status_code`, `tachograph.attempts` |
//! | a command of Redis | `GET`, `PIPELINE GET` | `db.system.name`, `db.operation.name`, `cache.name`, `tachograph.cache_hits`, `tachograph.cache_misses` |
//! | each call | | `error.type` where it failed, `tachograph.first_byte_ms`, `code.file.path`, `code.line.number` |
//!
//! A field of the application's that is called as one of these is sent as `field.…`. The status of a span is Error where
//! a request failed, or had no end that was planned, and where a call failed or was answered with 4xx or 5xx; a request
//! that is answered with 4xx did not fail. Events tell what else there is:
//!
//! | event of a request's span | when | attributes |
//! |---|---|---|
//! | `exception` | at its end | `exception.type`, `exception.message`, `tachograph.error_chain`: the error that the application gave |
//! | `tachograph.finding` | when the last of it ended | each [reason](tachograph_core::Finding) why it was slow, or will be once there is more data, the dearest first: `tachograph.finding` (`n_plus_one`, `slow_query`, …), who was asked what under the names that spans of calls have, `tachograph.summary` where those have none for it, `db.client.connection.pool.name`, `code.file.path`, `code.line.number`, `tachograph.{span,count,limit,distinct_parameters,bytes,cost_ms,total_ms,slowest_ms,saves_ms}` as far as there are such, `tachograph.hint` |
//! | `tachograph.calls` | at its end | calls beyond the number that a record keeps one by one, by operation and place |
//!
//! # Logs
//! The application's own lines; for each request and task its wide line, whose `event_name` is `tachograph.request` or
//! `tachograph.task`; and for each finding a line of `tachograph.finding`, whether or not the trace is kept. These have the members of
//! the JSON lines as attributes, and all carry the ids of their request's span. Of calls there are none: they are spans.
//!
//! # Metrics
//! What [`tachograph_metrics`] counts, every request and not only those whose traces are sampled, once in each
//! [interval](Settings::metric_interval).
//!
//! # To AWS
//! With the feature `aws` and [`Settings::aws`] it goes to AWS's own end points, without a collector: traces to X-Ray, metrics
//! to CloudWatch, logs to CloudWatch Logs, over HTTP. Each request is signed (Signature Version 4) with the credentials that the AWS
//! SDK finds, which are asked for when there is something to send, kept, and renewed a minute before they expire. While there
//! are none, or those there are get refused, spans and log records wait, as they do for a receiver that is gone.
//!
//! What AWS takes at once is heeded: requests of at most 5 MB and 10,000 spans, 1 MB and 1,000 data points, 1 MB and 10,000
//! log records. The texts of a span are cut where it would have more than 200 kB, those of a log record at 500 kB, and
//! that is counted. A request with a span that is older than a day is refused whole by X-Ray, and so counted.

mod attributes;
#[cfg(feature = "opentelemetry")]
mod bridge;
#[cfg(test)]
mod decoded;
mod dropped;
mod envelope;
mod error;
mod frame;
mod log;
mod metrics;
mod otlp;
mod protobuf;
mod resource;
mod settings;
mod signal;
mod trace;
mod transport;

#[cfg(feature = "opentelemetry")]
pub use bridge::join_opentelemetry;
pub use error::Error;
pub use otlp::{Otlp, OtlpBuilder};
pub use resource::{Resource, ResourceError};
pub use settings::{
    Aws, Batches, Compression, Connection, Exemplars, Limits, Protocol, Requests, Sampling, Settings, Signing, Target,
    Temporality, Tls, Warning,
};
pub use signal::Signal;
pub use tachograph_delivery::{self as delivery, Failure};

#[cfg(feature = "aws")]
pub use aws_credential_types;
#[cfg(feature = "opentelemetry")]
pub use opentelemetry;

//! Sends the traces of requests to AWS X-Ray, by its daemon.
//!
//! ```
//! use tachograph_core::{Handle, Service};
//! use tachograph_xray::{DaemonAddress, Origin, Platform, Sampling, SamplingMode, SamplingSettings, Settings, XRay};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::new("experiments-api").version("1.4.2").environment("production");
//! let address: DaemonAddress = "127.0.0.1:2000".parse()?;
//! // `Origin::default()` finds out where the service runs.
//! let origin = Origin::new(Platform::None, []);
//! let sampling = Sampling::start(
//!     &service,
//!     SamplingSettings {
//!         mode: SamplingMode::Always,
//!         address: address.clone(),
//!         origin: origin.clone(),
//!         ..SamplingSettings::default()
//!     },
//! )?;
//! let mut settings = Settings::default();
//! (settings.address, settings.origin, settings.sampling) = (address, origin, Some(sampling.clone()));
//! let xray = XRay::new(&service, settings)?;
//! let sampler = sampling.sampler().asking_for_host();
//! let handle = Handle::builder().service(service).sampler(sampler).exporter(xray).build();
//! # drop(handle);
//! # Ok(())
//! # }
//! ```
//!
//! The CloudWatch agent and the Collector of OpenTelemetry take the same documents as the daemon does.
//!
//! # Documents
//! A request, or task, that [keeps its trace](tachograph_core::Record::keeps_trace) is a segment; in Lambda, which has one for
//! each invocation, it is a subsegment of that. What hangs under it are subsegments: each call, and the application's own spans
//! with the calls that were made in them. Ids are those that OTLP shows and that went out in headers. Times have every
//! microsecond.
//!
//! | part | name | what it holds |
//! |---|---|---|
//! | a request | the service's | `http` (method, `scheme://host/path` where the host is known, else the path; `user_agent` and `client_ip` where `[capture] request_headers` has `user-agent` and `x-forwarded-for`; status, bytes), `user`, `service.version`, `origin` and `aws` of where it runs, annotations, metadata |
//! | a task | the service's | the same without `http` |
//! | a query | the pool's or database's | `remote`; `sql` with the system and the statement without literals |
//! | a call by HTTP | the host, and its port where that is not the usual | `remote`; `http` without query and credentials |
//! | a call of gRPC | the host, else the service | `remote`; `http` as a POST of `/service/method` |
//! | an operation of the AWS SDK | `DynamoDB` | `aws`; operation, region, request id, retries, and the table, queue, topic, bucket, stream or function; `http` with status and bytes |
//! | a command of a cache | the cache's | `remote`; hits and misses as metadata |
//! | what the application names | as it is named | `remote`, unless it is work of its own |
//! | a span of the application | its own | what was done in it |
//!
//! `error` is set for 4xx, and for a client that left; `throttle` beside it for 429, for AWS's codes of that meaning and for
//! gRPC's `RESOURCE_EXHAUSTED`; `fault` for 5xx, for a panic, a body that broke, a request that was open at the shutdown, a call
//! that failed, and an error that the application gave although it answered well. `cause` has the error with its sources, each the
//! cause of the one before, and the place in the source where it was told of, or where the call was made.
//!
//! [Annotations](Settings::annotations) are what X-Ray finds traces by: `annotation.finding = "n_plus_one"` those whose dearest
//! [finding](tachograph_core::Finding) is one, and `verdict` says of each that is worth a look why, in one sentence. Metadata are
//! read, not searched: `tachograph` has the numbers of the JSON line, under its names, the verdict, what was found, the dearest first
//! (`findings`, with `kind summary target pool callsite span count limit distinct_parameters bytes cost_ms total_ms slowest_ms saves_ms
//! hint` as far as there are such; statements are in the subsegments), and the calls beyond those that a record keeps one by one
//! (`calls_grouped`); `application` has the application's other fields, and its metadata as JSON.
//!
//! A request that takes [long](Settings::in_progress_after) is shown before its end, with what was done by then, and replaced when
//! it ends; findings and the verdict are known only then.
//!
//! # Limits
//! | what | how much | what becomes of the rest |
//! |---|---|---|
//! | a document | 64,000 bytes ([`Settings::max_document_bytes`]) | subsegments go alone, before their segment; of one that is too long by itself, long texts are cut, and metadata that has no room is left out (`document_cut`), findings by their number (`findings_left_out`) |
//! | the documents of a request | 500,000 bytes ([`Settings::max_trace_bytes`]) | subsegments are left out (`subsegments_left_out`) |
//! | a text | 250 characters; a query 2048, a message 1024, an annotation 1000 | it is cut, ends in `…`, and counts (`document_cut`) |
//! | a name | 200 characters: letters, digits, spaces, `_.:/%&#=+-@` | others become `_` |
//! | depth | 40 subsegments inside of each other | deeper ones go alone |
//!
//! # On the way
//! A datagram is answered by nobody. Where the machine says that nobody listens, documents wait for 5 minutes, in at most 16 MiB
//! ([`Settings::delivery`]), and go out when the daemon is back; on one machine that loses none. A datagram of which this is said
//! too late is counted (`refused`). The daemon's name is looked up every minute, and after errors. Of what is lost on a network,
//! or by a daemon that is too slow, nobody knows; so datagrams go in bursts of 32 KiB with a millisecond between them.
//!
//! # Environment variables
//! `tachograph` reads them; settings here are made in code.
//!
//! | variable | what for |
//! |---|---|
//! | `AWS_XRAY_DAEMON_ADDRESS` | the [address](DaemonAddress), which switches the exporter on by itself |
//! | `AWS_XRAY_TRACING_NAME` | the service's name, where nothing else says it |
//! | `AWS_XRAY_SDK_ENABLED` | `false` switches the exporter off |
//! | `AWS_XRAY_CONTEXT_MISSING` | not needed: outside of a request, nothing fails |

mod address;
mod document;
mod error;
mod escape;
mod http;
mod lost;
mod name;
mod origin;
mod sampling;
mod settings;
mod udp;
mod underway;
mod writer;
mod xray;

pub use address::{DaemonAddress, HostAndPort};
pub use error::Error;
pub use origin::{Origin, Platform};
pub use sampling::{LocalRules, Sampling, SamplingMode, SamplingSettings};
pub use settings::{FailureHook, Settings};
pub use tachograph_delivery::{self as delivery, Failure};
pub use xray::XRay;

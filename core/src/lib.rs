//! What tachograph measures: requests, calls, the breakdown of their time, and the finished record.
//!
//! Data flows one way. An inbound adapter opens a request ([`OpenRequest`]); outbound adapters add calls to whichever
//! request is current ([`start_call`]); the application says what it knows ([`request`]); at its end the request
//! becomes one immutable [`Record`], which every [`Exporter`] renders. There is no framework here, no exporter, no
//! runtime, and no HTTP type.
//!
//! ```
//! use std::time::Duration;
//! use tachograph_core::{Handle, ManualClock, OpenRequest, Operation, RequestHead, start_call};
//!
//! # #[derive(Debug)] struct Print;
//! # impl tachograph_core::Exporter for Print {
//! #     fn name(&self) -> &str { "print" }
//! #     fn record(&self, record: &tachograph_core::Record) {
//! #         assert_eq!((record.route(), record.database().count()), (Some("/experiments/{id}"), 1));
//! #         assert_eq!(record.breakdown().share(tachograph_core::Share::Database), Duration::from_millis(3));
//! #         assert_eq!(record.duration(), Duration::from_millis(4));
//! #     }
//! # }
//! let clock = ManualClock::new();
//! let handle = Handle::builder().clock(clock.clone()).exporter(Print).build();
//!
//! let head = RequestHead {
//!     method: "GET",
//!     path: "/experiments/7",
//!     route: Some("/experiments/{id}"),
//!     ..RequestHead::default()
//! };
//! let mut request = OpenRequest::open(&handle, head).unwrap();
//! request.poll(|| {
//!     clock.advance(Duration::from_millis(1));
//!     let call = start_call(Operation::database("sqlite", "main", "SELECT * FROM experiments WHERE id = 7"), None);
//!     clock.advance(Duration::from_millis(3));
//!     call.completed();
//! });
//! request.respond(200, Some(0), false);
//! request.complete();
//! # assert_eq!(handle.in_flight(), 0);
//! ```

mod asked;
mod breakdown;
mod by_place;
mod call;
mod call_details;
mod callsite;
mod capture;
mod clock;
mod closure;
mod companion;
mod conclusion;
mod context;
mod counters;
mod current_request;
mod database;
mod deliberate;
pub mod endpoint;
mod error_info;
mod exporter;
mod field;
mod finding_line;
mod findings;
mod handle;
mod identity;
mod ids;
pub mod inbound;
mod kept_path;
mod level;
mod limits;
mod lock;
mod log_fields;
mod manual;
mod measured;
mod method;
mod millis;
mod open_call;
mod open_request;
mod operation;
pub mod outbound;
mod outcome;
mod own_thread;
mod parameters;
mod parent;
mod place;
mod polling;
mod pool;
mod pool_name;
mod pool_waits;
mod prepared_call;
mod record;
mod recording;
mod request_id;
mod routes;
mod sampling;
mod server;
mod server_timing;
mod service;
mod shard;
mod sharded;
mod silence;
mod span;
mod spans;
mod sql;
mod surroundings;
mod task;
pub mod testing;
pub mod text;
mod timeline;
mod timestamp;
mod totals;
pub mod trace;
mod verdict;
mod wide;

pub use breakdown::{Breakdown, Share, micros};
pub use call::{Call, CallGroup, CallKind, CallOutcome, Yield};
pub use callsite::Callsite;
pub use capture::{Capture, Ignore, IgnoreError};
pub use clock::{Clock, ManualClock, SystemClock};
pub use closure::in_current_request;
pub use companion::{Companion, Companions};
pub use context::{InCurrentRequest, InRequest, Scope, Scoped, current, find_elsewhere};
pub use counters::Counters;
pub use current_request::{CurrentRequest, request};
pub use database::Database;
pub use deliberate::{Deliberate, deliberate};
pub use endpoint::{Endpoint, Endpoints};
pub use error_info::ErrorInfo;
pub use exporter::{Exporter, LogEvent};
pub use field::{FieldValue, RESERVED, is_reserved};
pub use findings::{Finding, FindingKind, Thresholds};
pub use handle::{Draining, Handle, HandleBuilder, WeakHandle};
pub use identity::Identity;
pub use ids::{IdSource, RandomIds, SequentialIds, SpanId, TraceId};
pub use level::Level;
pub use limits::Limits;
pub use lock::lock;
pub use manual::{PendingCall, cache_call, database_call, external_call, other_call};
pub use measured::{MEASURED_AROUND, MEASURED_TARGET};
pub use method::known as known_method;
pub use millis::write_millis;
pub use open_call::{
    ConnectionWait, OpenCall, start_call, start_connection_wait, start_connection_wait_for, unattributed,
};
pub use open_request::{OpenRequest, RequestHead};
pub use operation::Operation;
pub use outcome::Outcome;
pub use own_thread::{become_own_thread, is_own_thread};
pub use parent::Innermost;
pub use polling::Polling;
pub use pool::PoolUse;
pub use pool_name::PoolName;
pub use pool_waits::PoolWaits;
pub use prepared_call::{PreparedCall, prepare_call};
pub use record::{Record, RecordKind};
pub use recording::Recording;
pub use request_id::RequestId;
pub use routes::Routes;
pub use sampling::{Decision, Sampler};
pub use server::{Scheme, host_and_port};
pub use service::Service;
pub use sharded::Sharded;
pub use silence::Silence;
pub use span::Span;
pub use sql::Statement;
pub use surroundings::{Surrounded, Surroundings};
pub use task::{Task, task};
pub use timestamp::iso_8601;
pub use totals::{CacheTotals, CallTotals};
pub use trace::TraceContext;
pub use wide::{Member, Phrase, WideLine};

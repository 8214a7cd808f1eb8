//! What tachograph measures: requests, calls, the breakdown of their time, and the finished record.

mod ids;
mod request_id;
mod sharded;
pub mod trace;

pub use ids::{IdSource, RandomIds, SequentialIds, SpanId, TraceId};
pub use request_id::RequestId;
pub use sharded::Sharded;
pub use trace::TraceContext;

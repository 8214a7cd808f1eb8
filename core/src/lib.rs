//! What tachograph measures: requests, calls, the breakdown of their time, and the finished record.

mod ids;
mod sharded;
pub mod trace;

pub use ids::{IdSource, RandomIds, SequentialIds, SpanId, TraceId};
pub use sharded::Sharded;
pub use trace::TraceContext;

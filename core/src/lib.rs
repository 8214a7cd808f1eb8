//! What tachograph measures: requests, calls, the breakdown of their time, and the finished record.

mod sharded;

pub use sharded::Sharded;

//! What a request costs with tachograph, beside nothing, the floor and the crates people use today.
//!
//! `cargo bench -p tachograph-benches` prints one table for each [workload](workloads). A [row](rows) is the workload
//! with something added to it; the [`runner`] lets all rows of a workload take turns, so that whatever the machine
//! does meanwhile hits them alike, and the [`report`] shows what each adds to the bare one.

mod allocator;
mod machine;
#[cfg(feature = "peers")]
pub mod process;
pub mod report;
pub mod rows;
pub mod runner;
pub mod serve;
#[cfg(feature = "peers")]
pub mod stacks;
mod statistics;
mod table;
mod timestamp;
pub mod workloads;

pub use allocator::{Allocations, count_allocations};
pub use machine::Machine;
pub use statistics::Quartiles;

//! What the adapters' tests share: an instance whose records can be waited for, and a client of bare bytes.
//!
//! How a framework is served, and what measures it, stands with the tests of its adapter.

use std::time::Duration;

mod client;
pub mod endpoints;
mod recorder;

pub use client::{get_and_close, send, talk};
pub use recorder::Recorder;

/// What a future comes to.
///
/// # Panics
/// After 20 seconds: nothing here takes long, and a test that hangs should say so.
pub async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it should not take this long")
}

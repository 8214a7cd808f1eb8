//! Snapshots as they are taken, for requests made through the core and numbers of the application.

mod bench;
mod calls;
mod findings;
#[cfg(feature = "recorder")]
mod recorder;
mod snapshot;

//! Answers requests in process, one after the other, by whichever framework the row is of.

mod actix_web;
mod axum;
mod rocket;

pub use actix_web::ActixWeb;
pub use axum::Axum;
pub use rocket::Rocket;

use crate::allocator::{Allocations, count_allocations};
use std::time::Duration;
use tokio::runtime::Runtime;

/// The headers that nearly every request of a client has.
const HEADERS: [(&str, &str); 3] =
    [("host", "example.org"), ("user-agent", "benchmark/1.0"), ("accept", "application/json")];

/// What a row is measured on.
pub trait Serve {
    /// Serves so many requests, each to the last byte of its answer, and says how long that took: where several threads
    /// served, the sum of what each took.
    ///
    /// # Panics
    /// When an answer is not the workload's.
    fn serve(&mut self, runtime: &Runtime, requests: u64) -> Duration;

    /// Serves so many requests, and says what was allocated meanwhile.
    fn count_allocations(&mut self, runtime: &Runtime, requests: u64) -> Allocations {
        count_allocations(|| self.serve(runtime, requests)).0
    }

    /// Serves so many requests at an even pace, and says what processor time all threads of the row's process spent meanwhile;
    /// none where rows share a process.
    fn processor_time(&mut self, _requests: u64) -> Option<Duration> {
        None
    }
}

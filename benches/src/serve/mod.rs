//! Answers requests in process, one after the other, by whichever framework the row is of.

mod actix_web;
mod axum;
mod rocket;

pub use actix_web::ActixWeb;
pub use axum::Axum;
pub use rocket::Rocket;

use std::time::Duration;
use tokio::runtime::Runtime;

/// The headers that nearly every request of a client has.
const HEADERS: [(&str, &str); 3] =
    [("host", "example.org"), ("user-agent", "benchmark/1.0"), ("accept", "application/json")];

/// What a row is measured on.
pub trait Serve {
    /// Serves so many requests, each to the last byte of its answer, and says how long that took.
    ///
    /// # Panics
    /// When an answer is not the workload's.
    fn serve(&mut self, runtime: &Runtime, requests: u64) -> Duration;
}

//! The demonstration's handlers, shared by every framework: an experimentation API on a database, a cache and a partner
//! service. What is particular to a framework (routes, extractors, responses) stands in `demo-*`.
//!
//! Everything here is written as it would be without tachograph, but for three things: the pool is
//! [`measured`](tachograph::sqlx::Measured), the HTTP client is tachograph's, and some handlers say what they know of
//! their request.

mod answer;
mod app;
mod cache;
mod export;
mod guide;
mod model;
mod partner;
mod settings;
mod store;

pub use answer::{Answer, Failure};
pub use app::App;
pub use export::export;
pub use guide::how_to_try;
pub use model::{Event, Export, NewAssignment, NewExperiment, Work};
pub use settings::{Settings, SetupError};

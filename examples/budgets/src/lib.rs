//! How tests hold handlers to their queries: the same list of experiments in each framework, once by a query for each of
//! them and once by one for all, and in `tests/` what says so.

pub mod on_actix_web;
pub mod on_axum;
pub mod on_rocket;
pub mod store;

//! The handlers in each of the frameworks.

pub(crate) mod actix_web;
pub(crate) mod axum;
pub(crate) mod rocket;

//! How to measure clients that have no adapter of their own: one file each, to be copied and adapted.

pub mod diesel;
pub mod sea_orm;
pub mod tokio_postgres;

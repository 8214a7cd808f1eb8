//! A page on which a service shows where the time of its requests goes.

mod access;
mod answer;
mod asked;
mod assets;
mod counted;
mod detail;
mod error;
mod file;
mod filter;
mod json;
mod kept;
mod live;
mod names;
mod page;
mod query;
mod remembered;
mod room;
mod settings;
mod shard;
mod slots;
mod store;
mod views;
mod worker;

pub use error::Error;
pub use page::Page;
pub use settings::Settings;

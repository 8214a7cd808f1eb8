//! A page on which a service shows where the time of its requests goes.

mod error;
mod page;
mod settings;

pub use error::Error;
pub use page::Page;
pub use settings::Settings;

//! A page on which a service shows where the time of its requests goes.
//!
//! A [`Page`] is an exporter, which remembers, and an endpoint, which shows: numbers of the last hour, and single requests as
//! far as there is room for them. Everything that a browser needs is in the program.
//!
//! ```
//! use tachograph_core::{Handle, Service};
//! use tachograph_page::{Page, Settings};
//!
//! let service = Service::new("experiments-api").version("1.4.2");
//! let page = Page::new(&service, Settings::default())?;
//! let handle = Handle::builder().service(service).exporter(page.clone()).build();
//! handle.serve(page)?;
//! assert!(handle.endpoints().have("/tachograph"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it counts
//! The thread that closes a request adds to numbers of its own and, if the request is worth keeping, puts a copy beside them. A
//! thread of the page's takes both once a second, and whenever somebody asks, so that an answer has everything that was recorded
//! before it was asked for. It also makes the answers: the service's own threads go on.
//!
//! # Who may see it
//! Whoever is on this machine, asked for this machine, and came through no proxy; others by [`Settings::token`].

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

//! Brings the application's own spans and events, sqlx's queries and the AWS SDK's operations into the record of their
//! request.
//!
//! One layer beside the application's own, which are left alone:
//!
//! ```
//! use tracing_subscriber::filter::{LevelFilter, Targets};
//! use tracing_subscriber::prelude::*;
//!
//! # let handle = tachograph_core::Handle::builder().build();
//! # fn the_users_layer() -> impl tracing_subscriber::Layer<tracing_subscriber::Registry> { tracing_subscriber::fmt::layer() }
//! let subscriber = tracing_subscriber::registry()
//!     .with(the_users_layer().with_filter(Targets::new().with_default(LevelFilter::INFO)))
//!     .with(tachograph_tracing::layer(&handle));
//! # tracing::subscriber::with_default(subscriber, || tachograph_tracing::check().unwrap());
//! ```
//!
//! - sqlx's queries become database calls of their request, with no code at all ([`layer`] says what such an event does
//!   not tell).
//! - Operations of the AWS SDK become external calls of their request, of every client in the process
//!   ([`Builder::aws_operations`] says what is not known of them).
//! - `tokio::spawn(work.instrument(span))` and `.in_current_span()` keep `work` with the request that made the span.
//! - Spans of level INFO and louder (`#[instrument]`) become named parts of the request.
//! - Events become lines of the exporters' log, with the ids of their request.
//!
//! The layer has a filter of its own, which raises the global level to DEBUG and no further. A filter for the **whole**
//! subscriber, as `EnvFilter` is when it is a layer by itself, hides sqlx's events from every layer; [`check`] tells. The AWS SDK's spans
//! are DEBUG too (`aws_sdk=debug`).

mod aws_sdk;
mod belonging;
mod builder;
mod check;
mod entered;
mod innermost;
mod install;
mod log;
mod query;
mod recorder;
mod request_span;
mod selection;

pub use builder::{Builder, layer};
pub use check::{Hidden, check};
pub use install::{AlreadyInstalled, install, subscriber};
pub use request_span::{REQUEST_TARGET, attach};

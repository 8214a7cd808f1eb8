//! One process with one global subscriber, as a service has it: SQLite's threads know no other. What is about
//! subscribers themselves makes its own for the thread.

mod aws_sdk;
mod callsites;
mod log;
mod parents;
#[cfg(feature = "peer-tests")]
mod postgres;
mod queries;
mod setups;
mod spans;
mod sqlite;

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tachograph_core::testing::{self, Instance};
use tachograph_tracing::{Builder, attach};
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::prelude::*;

/// An instance of the test's own behind the layer that all share.
fn instance() -> Instance {
    static GLOBAL: LazyLock<()> = LazyLock::new(|| {
        let subscriber = tracing_subscriber::registry()
            // A layer of the user's sees spans that ours does not.
            .with(SeesAll.with_filter(Targets::new().with_target("hidden", LevelFilter::DEBUG)))
            .with(Builder::new(testing::instance().handle()).log(info()).layer());
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    LazyLock::force(&GLOBAL);
    let instance = testing::instance();
    attach(instance.handle());
    instance
}

/// Held by tests one of whose subscribers wants what no other does, and by the one that counts on nobody wanting it:
/// whether a callsite is switched off is decided for the whole process.
fn callsites() -> MutexGuard<'static, ()> {
    static CALLSITES: Mutex<()> = Mutex::new(());
    CALLSITES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn info() -> Targets {
    Targets::new().with_default(LevelFilter::INFO)
}

struct SeesAll;

impl<S: Subscriber> Layer<S> for SeesAll {}

/// What sqlx says at the end of a query.
macro_rules! query_event {
    ($summary:expr, $statement:expr, returned: $returned:expr, affected: $affected:expr) => {
        tracing::debug!(
            target: "sqlx::query",
            summary = $summary,
            db.statement = $statement,
            rows_affected = $affected as u64,
            rows_returned = $returned as u64,
            elapsed = ?std::time::Duration::from_millis(2),
            elapsed_secs = 0.002,
        )
    };
}
pub(crate) use query_event;

//! For services that have no tracing subscriber.

use std::error::Error;
use std::fmt;

use tachograph_core::Handle;
use tracing::{Subscriber, dispatcher};
use tracing_subscriber::layer::SubscriberExt;

use crate::builder::layer;

/// A subscriber with nothing but the [`layer`].
pub fn subscriber(handle: &Handle) -> impl Subscriber + Send + Sync + use<> {
    tracing_subscriber::registry().with(layer(handle))
}

/// Makes [`subscriber`] the one of the process.
///
/// sqlx and others that log through the `log` crate only where there is no subscriber stop doing so.
///
/// ```standalone_crate
/// let handle = tachograph_core::Handle::builder().build();
/// tachograph_tracing::install(&handle).unwrap();
/// tachograph_tracing::check().unwrap();
/// tachograph_tracing::install(&handle).unwrap_err();
/// ```
///
/// # Errors
/// Where one is installed already.
pub fn install(handle: &Handle) -> Result<(), AlreadyInstalled> {
    if dispatcher::has_been_set() {
        return Err(AlreadyInstalled);
    }
    tracing::subscriber::set_global_default(subscriber(handle)).map_err(|_| AlreadyInstalled)
}

/// There is a tracing subscriber already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyInstalled;

impl fmt::Display for AlreadyInstalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a tracing subscriber is installed already; add tachograph's layer to it: \
             `tracing_subscriber::registry().with(..).with(tachograph_tracing::layer(&handle))`",
        )
    }
}

impl Error for AlreadyInstalled {}

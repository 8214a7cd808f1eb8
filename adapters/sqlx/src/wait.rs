//! Waiting for a connection.

use std::future::poll_fn;
use std::pin::pin;

use sqlx::pool::PoolConnection;
use sqlx::{Database, Error};
use tachograph_core::start_connection_wait;
use tracing::instrument::Instrument as _;

use crate::error_type::error_type;
use crate::marker::marker;
use crate::query::Pending;
use crate::target::{Target, Waiting};

/// The connection that `acquire` brings, for this call; meanwhile the request waits. Without a connection the call has
/// failed.
pub(crate) async fn wait<DB: Database>(
    pending: Pending,
    acquire: impl Future<Output = Result<PoolConnection<DB>, Error>>,
    target: &Target,
) -> Result<(Pending, PoolConnection<DB>), Error> {
    match acquired(acquire, target).await {
        Ok(connection) => Ok((pending, connection)),
        Err(error) => {
            if let Error::PoolTimedOut = error {
                target.timed_out();
            }
            pending.start().failed(&error_type(&error));
            Err(error)
        }
    }
}

async fn acquired<T>(acquire: impl Future<Output = T>, target: &Target) -> T {
    let _wait = start_connection_wait();
    let mut acquire = pin!(acquire.instrument(marker()));
    // All cores write this number, so whoever finds a connection at once leaves it alone.
    let mut waiting = None;
    poll_fn(|cx| {
        let poll = acquire.as_mut().poll(cx);
        if poll.is_pending() && waiting.is_none() {
            waiting = Some(Waiting::for_one(target));
        }
        poll
    })
    .await
}

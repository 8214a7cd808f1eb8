//! Waiting for a connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use sqlx::pool::PoolConnection;
use sqlx::{Database, Error};
use tachograph_core::{ConnectionWait, start_connection_wait_for};
use tracing::instrument::{Instrument as _, Instrumented};

use crate::error_type::error_type;
use crate::marker::marker;
use crate::query::Pending;
use crate::target::{Target, Waiting};

pin_project! {
    /// The connection that `acquire` brings, for this call; meanwhile the request waits. Without a connection the call
    /// has failed.
    ///
    /// Written out, because sqlx's future takes 3 kB, and an `async fn` keeps an argument that it awaits more than once.
    pub(crate) struct Wait<F> {
        #[pin]
        acquire: Instrumented<F>,
        // There until it is ready.
        call: Option<(Pending, Arc<Target>)>,
        wait: Option<ConnectionWait>,
        waiting: Option<Waiting>,
    }
}

impl<F> Wait<F> {
    pub(crate) fn new(pending: Pending, acquire: F, target: &Arc<Target>) -> Self {
        Wait {
            acquire: acquire.instrument(marker()),
            call: Some((pending, Arc::clone(target))),
            wait: None,
            waiting: None,
        }
    }
}

impl<F, DB> Future for Wait<F>
where
    F: Future<Output = Result<PoolConnection<DB>, Error>>,
    DB: Database,
{
    type Output = Result<(Pending, PoolConnection<DB>, Arc<Target>), Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let (None, Some((_, target))) = (&this.wait, &this.call) {
            *this.wait = Some(start_connection_wait_for(target.pool()));
        }
        let poll = this.acquire.poll(cx);
        // All cores write this number, so whoever finds a connection at once leaves it alone.
        if let (true, None, Some((_, target))) = (poll.is_pending(), &this.waiting, &this.call) {
            *this.waiting = Some(Waiting::for_one(target));
        }
        let acquired = ready!(poll);
        *this.wait = None;
        *this.waiting = None;
        // Nobody polls a future that was ready.
        let Some((pending, target)) = this.call.take() else { return Poll::Pending };
        Poll::Ready(match acquired {
            Ok(connection) => Ok((pending, connection, target)),
            Err(error) => {
                if let Error::PoolTimedOut = error {
                    target.timed_out();
                }
                pending.start().failed(&error_type(&error));
                Err(error)
            }
        })
    }
}

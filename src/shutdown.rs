//! The end of the process, announced.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tachograph_core::Handle;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// Waits for SIGTERM or Ctrl-C: for a server's graceful shutdown, after which the guard is dropped and flushes.
///
/// ```no_run
/// # async fn serve_until(_: impl Future<Output = ()>) {}
/// # async fn example() {
/// serve_until(tachograph::shutdown_signal()).await;
/// # }
/// ```
///
/// When it comes, the current instance [drains](Handle::drain): `/readyz` says that the service is not ready, and the page's
/// live view, which has no end of its own, is ended.
///
/// From the call on the process does not end by these signals any more, so a server that may drain for long needs a bound, as
/// [`serve_until_shutdown`] has it.
///
/// The signals are listened for from the call on, even before this is first awaited: called before a server says that it
/// listens, it leaves no moment in which the process would end at once.
///
/// Where a signal cannot be listened for, that one is never seen; the process then ends by it, as it would without.
///
/// # Panics
/// Outside a runtime of tokio.
pub fn shutdown_signal() -> impl Future<Output = ()> + Send + 'static {
    let (interrupt, terminate) = (interrupt(), terminate());
    async {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
        drain_current();
    }
}

/// Load balancers are told first: what they still send meanwhile is served.
fn drain_current() {
    if let Some(handle) = Handle::current() {
        handle.drain();
    }
}

/// Serves until SIGTERM or Ctrl-C, and from then on for at most `grace`, in which `/readyz` says that the service is not
/// ready: a client that never finishes its request must not
/// keep the process. A second signal ends it at once. What is open then is recorded as such when the guard is dropped.
///
/// `serve` is given what a server's graceful shutdown waits for:
///
/// ```no_run
/// # #[cfg(feature = "axum")]
/// # async fn example(listener: tokio::net::TcpListener, app: axum::Router) -> std::io::Result<()> {
/// use std::time::Duration;
///
/// tachograph::serve_until_shutdown(Duration::from_secs(10), |told| {
///     axum::serve(listener, app).with_graceful_shutdown(told)
/// })
/// .await
/// # }
/// ```
///
/// # Errors
/// Those of the server.
///
/// # Panics
/// Outside a runtime of tokio that has signals and time enabled.
pub async fn serve_until_shutdown<S, E>(grace: Duration, serve: impl FnOnce(Told) -> S) -> Result<(), E>
where
    S: IntoFuture<Output = Result<(), E>>,
{
    drain(grace, serve, shutdown_signal(), shutdown_signal).await
}

async fn drain<S, E, A: Future<Output = ()>>(
    grace: Duration,
    serve: impl FnOnce(Told) -> S,
    signal: impl Future<Output = ()>,
    again: impl FnOnce() -> A,
) -> Result<(), E>
where
    S: IntoFuture<Output = Result<(), E>>,
{
    let (tell, told) = oneshot::channel();
    let mut serving = pin!(serve(Told(told)).into_future());
    tokio::select! {
        result = &mut serving => return result,
        () = signal => {}
    }
    let again = again();
    drain_current();
    let _ = tell.send(());
    tokio::select! {
        result = serving => result,
        () = again => Ok(()),
        () = tokio::time::sleep(grace) => Ok(()),
    }
}

/// Ready when the process was told to stop. See [`serve_until_shutdown`].
#[derive(Debug)]
pub struct Told(oneshot::Receiver<()>);

impl Future for Told {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

#[cfg(unix)]
fn interrupt() -> impl Future<Output = ()> + Send + 'static {
    received(SignalKind::interrupt())
}

#[cfg(unix)]
fn terminate() -> impl Future<Output = ()> + Send + 'static {
    received(SignalKind::terminate())
}

#[cfg(unix)]
fn received(kind: SignalKind) -> impl Future<Output = ()> + Send + 'static {
    let listening = signal(kind);
    async {
        match listening {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const GRACE: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn a_server_that_ends_by_itself_says_how() {
        let serve = |_| ready(Err("it could not be served"));
        assert_eq!(drain(GRACE, serve, pending(), pending::<()>).await, Err("it could not be served"));
    }

    #[tokio::test(start_paused = true)]
    async fn told_to_stop_it_may_end_what_it_is_doing() {
        let serve = |told: Told| async {
            told.await;
            tokio::time::sleep(GRACE / 2).await;
            Err("it was busy")
        };
        assert_eq!(drain(GRACE, serve, ready(()), pending::<()>).await, Err("it was busy"));
    }

    #[tokio::test(start_paused = true)]
    async fn told_to_stop_it_asks_for_no_new_requests() {
        let handle = Handle::builder().build();
        let serve = |told: Told| {
            assert!(!handle.is_draining());
            async {
                told.await;
                assert!(handle.is_draining());
                Ok::<(), ()>(())
            }
        };
        handle.scope(drain(GRACE, serve, ready(()), pending::<()>)).await.unwrap();
        assert!(handle.is_draining() && !handle.is_shut_down());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn told_by_a_signal_the_instance_drains() {
        let handle = Handle::builder().build();
        let told = async {
            let signal = shutdown_signal();
            assert!(!handle.is_draining());
            let kill = std::process::Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status();
            assert!(kill.unwrap().success());
            tokio::time::timeout(GRACE, signal).await.expect("it was sent");
        };
        handle.scope(told).await;
        assert!(handle.is_draining());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_does_not_end_is_left() {
        let started = tokio::time::Instant::now();
        let never = |_| pending::<Result<(), ()>>();
        assert_eq!(drain(GRACE, never, ready(()), pending::<()>).await, Ok(()));
        assert_eq!(started.elapsed(), GRACE);
        assert_eq!(drain(GRACE, never, ready(()), || ready(())).await, Ok(()));
        assert_eq!(started.elapsed(), GRACE, "told twice, it waits no longer");
    }
}

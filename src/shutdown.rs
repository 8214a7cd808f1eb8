//! The end of the process, announced.

#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// Waits for SIGTERM or Ctrl-C: for a server's graceful shutdown, after which the guard is dropped and flushes.
///
/// ```no_run
/// # async fn serve_until(_: impl Future<Output = ()>) {}
/// # async fn example() {
/// serve_until(tachograph::shutdown_signal()).await;
/// # }
/// ```
///
/// From then on the process does not end by these signals any more, so a server that may drain for long needs a bound of
/// its own.
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

//! The end of the process, announced.

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
/// Where a signal cannot be listened for, that one is never seen; the process then ends by it, as it would without.
pub async fn shutdown_signal() {
    tokio::select! {
        () = interrupt() => {}
        () = terminate() => {}
    }
}

async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminate() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending::<()>().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending::<()>().await;
}

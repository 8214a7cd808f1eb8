//! Blocking work: on threads of its own, and still the request's.

use tachograph::core::in_current_request;
use tokio::task::JoinHandle;

/// [`tokio::task::spawn_blocking`], for work that belongs to the current request: its time is the request's own, and
/// its calls are the request's calls. A plain `spawn_blocking` loses them; they are counted as unattributed.
///
/// With actix-web, `web::block(in_current_request(work))` does the same.
pub fn spawn_blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    tokio::task::spawn_blocking(in_current_request(work))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use tachograph::testing;

    use super::*;

    fn ask() -> thread::ThreadId {
        tachograph::database_call("sqlite", "experiments", "SELECT 1").start().completed();
        thread::current().id()
    }

    #[tokio::test]
    async fn its_calls_are_the_requests() {
        let t = testing::instance();
        let (thread, record) = t.record(async { spawn_blocking(ask).await.unwrap() }).await;
        assert_ne!(thread, thread::current().id());
        assert_eq!(record.database().count(), 1);

        let (_, lost) = t.record(async { tokio::task::spawn_blocking(ask).await.unwrap() }).await;
        assert_eq!(lost.database().count(), 0);
    }
}

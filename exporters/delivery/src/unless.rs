//! Work that is given up when somebody says so.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// What `work` comes to, unless `end` comes first: for a [`Sink`](crate::Sink) whose [`Interrupter`](crate::Interrupter) is
/// what `end` waits for. Where both are there, the work is.
pub async fn unless<T>(end: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    let (mut end, mut work) = (pin!(end), pin!(work));
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        end.as_mut().poll(context).map(|()| None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::task::{Context, Waker};

    use super::*;

    fn now<T>(future: impl Future<Output = T>) -> Poll<T> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_end_counts_where_the_work_is_not_done() {
        assert_eq!(now(unless(pending(), ready(7))), Poll::Ready(Some(7)));
        assert_eq!(now(unless(ready(()), ready(7))), Poll::Ready(Some(7)));
        assert_eq!(now(unless(ready(()), pending::<i32>())), Poll::Ready(None));
        assert_eq!(now(unless(pending(), pending::<i32>())), Poll::Pending);
    }
}

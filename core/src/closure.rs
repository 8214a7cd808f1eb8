//! Work that is no future, and stays with its request.

use crate::context;

/// This closure, as work for the request that is current now, on whichever thread it runs. For futures there is
/// [`in_current_request`](crate::InCurrentRequest::in_current_request).
///
/// Such threads are there to be blocked, so it may take its time: that is no [`Blocking`](crate::FindingKind::Blocking).
///
/// ```
/// # fn resize_picture() {}
/// # fn spawn_blocking(_: impl FnOnce() + Send + 'static) {}
/// use tachograph_core::in_current_request;
///
/// spawn_blocking(in_current_request(|| resize_picture()));
/// ```
pub fn in_current_request<R>(work: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let recording = context::current();
    move || match recording {
        Some(recording) => recording.work(work),
        None => work(),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    use super::*;
    use crate::breakdown::Share;
    use crate::clock::ManualClock;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::operation::Operation;
    use crate::{Scope, start_call, testing::Instance};

    #[test]
    fn what_another_thread_does_is_the_requests() {
        let clock = ManualClock::new();
        let instance = Instance::with_clock(clock.clone());
        let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        let entered = Scope::enter(Some(open.recording().clone()));
        let work = in_current_request(move || {
            clock.advance(Duration::from_millis(2));
            let call = start_call(Operation::database("sqlite", "main", "SELECT 1"), None);
            clock.advance(Duration::from_millis(3));
            call.completed();
            7
        });
        drop(entered);
        open.pause();
        let result = std::thread::spawn(|| {
            let result = work();
            assert!(context::current().is_none(), "the thread is free again");
            result
        });
        assert_eq!(result.join().unwrap(), 7);
        drop(open);
        let record = &instance.take()[0];
        assert_eq!(record.database().count(), 1);
        let breakdown = record.breakdown();
        let shares = (breakdown.share(Share::Own), breakdown.share(Share::Database));
        assert_eq!(shares, (Duration::from_millis(2), Duration::from_millis(3)));
        assert_eq!((record.polls(), record.longest_poll()), (2, Duration::ZERO), "its thread is there to be blocked");
    }

    #[test]
    fn a_panic_leaves_the_thread_as_it_was() {
        let instance = Instance::with_clock(ManualClock::new());
        let open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        let entered = Scope::enter(Some(open.recording().clone()));
        let work = in_current_request(|| panic!("told to"));
        drop(entered);
        catch_unwind(AssertUnwindSafe(work)).unwrap_err();
        assert!(context::current().is_none());
    }

    #[test]
    fn outside_a_request_it_is_just_done() {
        assert_eq!(in_current_request(|| 7)(), 7);
    }
}

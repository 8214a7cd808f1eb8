//! Threads that only send: what is called and logged there is about sending, and sending that would be recorded and sent
//! again, without an end.

use std::cell::Cell;

thread_local! {
    static OURS: Cell<bool> = const { Cell::new(false) };
}

/// Says that the running thread is an exporter's own from now on. Calls that are made there belong to no request and are not
/// counted as such, and exporters that send leave out what is logged there.
pub fn become_own_thread() {
    let _ = OURS.try_with(|ours| ours.set(true));
}

/// Whether the running thread is an exporter's own.
pub fn is_own_thread() -> bool {
    OURS.try_with(Cell::get).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open_call::start_call;
    use crate::operation::Operation;
    use crate::testing;

    #[test]
    fn what_an_exporter_calls_is_nobodys_loss() {
        let instance = testing::instance();
        let call_in_scope = |instance: &testing::Instance| {
            let scoped = instance.handle().scope(async {
                start_call(Operation::external("logs", "PUT"), None).completed();
            });
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(std::pin::pin!(scoped).poll(&mut context).is_ready());
        };
        assert!(!is_own_thread());
        std::thread::scope(|threads| {
            threads.spawn(|| {
                become_own_thread();
                assert!(is_own_thread());
                call_in_scope(&instance);
                instance.handle().count_unattributed_call();
            });
        });
        assert_eq!(instance.handle().counters().unattributed_calls, 0);
        call_in_scope(&instance);
        assert_eq!(instance.handle().counters().unattributed_calls, 1);
        assert!(!is_own_thread());
    }
}

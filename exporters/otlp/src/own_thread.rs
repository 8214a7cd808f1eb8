//! Threads that only send: what is logged there is about sending, and sending that would be logged again, without an end.

use std::cell::Cell;

use tachograph_delivery::{Interrupter, SendError, Sink};

thread_local! {
    static OURS: Cell<bool> = const { Cell::new(false) };
}

/// Whether the running thread is one of those.
pub(crate) fn is_running() -> bool {
    OURS.try_with(Cell::get).unwrap_or(true)
}

/// A sink whose thread is known from its first batch on. Clients run on it and nowhere else.
pub(crate) struct OnOwnThread<S>(pub(crate) S);

impl<S: Sink> Sink for OnOwnThread<S> {
    fn describe(&self) -> String {
        self.0.describe()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        OURS.set(true);
        self.0.send(batch)
    }

    fn interrupter(&self) -> Option<Interrupter> {
        self.0.interrupter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Asking;

    impl Sink for Asking {
        fn describe(&self) -> String {
            "asking".to_owned()
        }

        fn send(&mut self, _: &[u8]) -> Result<(), SendError> {
            assert!(is_running());
            Ok(())
        }
    }

    #[test]
    fn a_thread_that_sends_is_known() {
        assert!(!is_running());
        std::thread::spawn(|| {
            OnOwnThread(Asking).send(b"batch").unwrap();
            assert!(is_running(), "what it logs between two batches is about sending, too");
        })
        .join()
        .unwrap();
        assert!(!is_running());
    }
}

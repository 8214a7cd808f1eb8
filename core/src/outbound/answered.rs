//! A call whose answer's head is there, and which goes on until the body has been read.

use crate::call::Yield;
use crate::open_call::OpenCall;

/// A call from the head of its answer to the last byte, for whatever a client brings its bodies by.
///
/// Dropped before its end, it is completed if nobody [`asked`](Self::asked) for the body, which then was not wanted:
/// the head was the answer. A body that was begun and given up makes it cancelled.
#[derive(Debug)]
#[must_use = "the call ends when this is dropped"]
pub struct AnsweredCall {
    /// None when the call has ended, or belongs to no request.
    call: Option<OpenCall>,
    bytes: u64,
    asked: bool,
}

impl OpenCall {
    /// The head of the answer is there, with this HTTP status (0: none), and its body follows.
    pub fn answered(mut self, status: u16) -> AnsweredCall {
        self.responded(status);
        let call = self.recording().is_some().then_some(self);
        AnsweredCall { call, bytes: 0, asked: false }
    }
}

impl AnsweredCall {
    /// Whether there is anything left to measure.
    pub fn is_open(&self) -> bool {
        self.call.is_some()
    }

    /// Somebody tries to read the body.
    pub fn asked(&mut self) {
        self.asked = true;
    }

    /// A part was read. `last`: the body says itself that no more will come, and whoever counts bytes of a known length
    /// need not come back to hear it.
    pub fn received(&mut self, bytes: usize, last: bool) {
        self.bytes += bytes as u64;
        if last {
            self.complete();
        }
    }

    /// The last byte was read.
    pub fn complete(&mut self) {
        if let Some(call) = self.last() {
            call.completed();
        }
    }

    /// The body failed, or tells at its end that the call did. `error_type` is a name of low cardinality.
    pub fn failed(&mut self, error_type: &str) {
        if let Some(call) = self.last() {
            call.failed(error_type);
        }
    }

    /// Takes the call to end it.
    fn last(&mut self) -> Option<OpenCall> {
        let mut call = self.call.take()?;
        call.brought(Yield::Bytes(self.bytes));
        Some(call)
    }
}

impl Drop for AnsweredCall {
    fn drop(&mut self) {
        if self.asked {
            // A call that is dropped is cancelled.
            drop(self.last());
        } else {
            self.complete();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallOutcome;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::operation::Operation;
    use crate::{start_call, testing};

    fn ending(follow: impl FnOnce(AnsweredCall)) -> (CallOutcome, Option<String>, u64) {
        let instance = testing::instance();
        let mut request = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        request.call(|| {
            let call = start_call(Operation::external("partner.example", "GET"), None);
            follow(call.answered(200));
        });
        drop(request);
        let record = instance.take().remove(0);
        let [call] = record.calls() else { panic!("one call: {record:?}") };
        assert_eq!(call.status_code(), Some(200));
        let Yield::Bytes(bytes) = call.brought() else { panic!("bytes are counted") };
        (call.outcome(), call.error_type().map(str::to_owned), bytes)
    }

    #[test]
    fn it_ends_with_the_last_byte_however_that_is_told() {
        let told = ending(|mut call| {
            call.asked();
            call.received(2, false);
            assert!(call.is_open());
            call.complete();
            assert!(!call.is_open());
        });
        assert_eq!(told, (CallOutcome::Completed, None, 2));
        let known = ending(|mut call| {
            call.asked();
            call.received(2, false);
            call.received(3, true);
            assert!(!call.is_open());
        });
        assert_eq!(known, (CallOutcome::Completed, None, 5));
        let failed = ending(|mut call| {
            call.asked();
            call.received(2, false);
            call.failed("timeout");
        });
        assert_eq!(failed, (CallOutcome::Failed, Some("timeout".into()), 2));
    }

    #[test]
    fn dropped_it_is_what_its_reader_has_made_of_it() {
        assert_eq!(ending(drop), (CallOutcome::Completed, None, 0), "nobody wanted the body");
        let given_up = ending(|mut call| {
            call.asked();
            call.received(2, false);
        });
        assert_eq!(given_up, (CallOutcome::Cancelled, None, 2));
    }

    #[test]
    fn a_call_of_no_request_has_nothing_to_follow() {
        let call = start_call(Operation::external("partner.example", "GET"), None);
        assert!(!call.answered(200).is_open());
    }
}

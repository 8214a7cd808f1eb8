//! The answer's body, which is the rest of the request.

use std::task::Poll;

use crate::inbound::Answer;
use crate::open_request::OpenRequest;

/// A request from the head of its answer to the last byte, for whatever a framework sends its bodies by.
///
/// Dropped before its end, it closes the request by what was going on. Whoever wraps a body drops that first, by
/// [`drop_inside`](Self::drop_inside), so that the calls which a stream gives up then still belong to the request.
#[derive(Debug)]
pub struct AnswerBody {
    /// None when the request has ended, or passes unmeasured.
    open: Option<OpenRequest>,
    /// What has still to come, where the size is known.
    left: Option<u64>,
}

impl AnswerBody {
    /// The body of a request that passes unmeasured.
    pub fn unmeasured() -> Self {
        AnswerBody { open: None, left: None }
    }

    /// Whether there is anything left to measure.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Polls the body as a part of the request. What was brought is to be told by [`sent`](Self::sent),
    /// [`complete`](Self::complete) or [`failed`](Self::failed), which end the poll.
    pub fn poll<R>(&mut self, work: impl FnOnce() -> Poll<R>) -> Poll<R> {
        match &mut self.open {
            Some(open) => open.poll_future(work),
            None => work(),
        }
    }

    /// A part was handed over. `last`: the body says itself that no more will come.
    pub fn sent(&mut self, bytes: usize, last: bool) {
        let Some(open) = &mut self.open else { return };
        open.sent(bytes);
        self.left = self.left.map(|left| left.saturating_sub(bytes as u64));
        // A server asks no further once it has all that the head announced.
        if last || self.left == Some(0) {
            self.complete();
        } else {
            open.pause();
        }
    }

    /// The last byte was handed over.
    pub fn complete(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.complete();
        }
    }

    /// Producing the body failed.
    pub fn failed(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.body_failed();
        }
    }

    /// Runs what drops the body, as a part of the request.
    pub fn drop_inside(&self, drop: impl FnOnce()) {
        match &self.open {
            Some(open) => open.drop_inside(drop),
            None => drop(),
        }
    }
}

impl OpenRequest {
    /// The head of the answer is ready, and this is what follows. What has no body is complete: nobody asks for it.
    pub fn answer(mut self, status: u16, answer: Answer) -> AnswerBody {
        self.respond(status, answer.body_bytes, answer.streaming);
        let mut body = AnswerBody { open: Some(self), left: answer.body_bytes };
        if answer.body_bytes == Some(0) {
            body.complete();
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;
    use crate::record::Record;
    use crate::testing::{Instance, instance};
    use crate::{RequestHead, start_call};

    fn open(instance: &Instance) -> OpenRequest {
        OpenRequest::open(instance.handle(), RequestHead { method: "GET", path: "/", ..RequestHead::default() })
            .unwrap()
    }

    fn body(instance: &Instance, body_bytes: Option<u64>) -> AnswerBody {
        open(instance).answer(200, Answer { body_bytes, streaming: false })
    }

    fn ending(instance: &Instance) -> (Outcome, u64) {
        let records: Vec<Record> = instance.take();
        let [record] = records.as_slice() else { panic!("one record per request: {records:?}") };
        (record.outcome(), record.response_bytes())
    }

    #[test]
    fn it_ends_with_the_last_byte_however_that_is_told() {
        let instance = instance();
        assert!(!body(&instance, Some(0)).is_open());
        assert_eq!(ending(&instance), (Outcome::Completed, 0));

        let mut announced = body(&instance, Some(5));
        announced.sent(2, false);
        assert!(announced.is_open());
        announced.sent(3, false);
        assert_eq!(ending(&instance), (Outcome::Completed, 5), "all that was announced");

        body(&instance, None).sent(4, true);
        assert_eq!(ending(&instance), (Outcome::Completed, 4), "the body says that it was the last");

        body(&instance, None).complete();
        assert_eq!(ending(&instance), (Outcome::Completed, 0));

        body(&instance, Some(5)).failed();
        assert_eq!(ending(&instance), (Outcome::BodyFailed, 0));

        let mut given_up = body(&instance, Some(5));
        given_up.sent(4, false);
        drop(given_up);
        assert_eq!(ending(&instance), (Outcome::ClientDisconnected, 4));
    }

    #[test]
    fn what_it_does_when_polled_and_when_dropped_is_the_requests() {
        let instance = instance();
        let call = || drop(start_call(crate::Operation::cache("flags", "GET"), None));
        let mut answer = body(&instance, None);
        let _: Poll<()> = answer.poll(|| {
            call();
            Poll::Pending
        });
        answer.drop_inside(call);
        drop(answer);
        assert_eq!(instance.take()[0].calls().len(), 2);
        assert_eq!(AnswerBody::unmeasured().poll(|| Poll::Ready(7)), Poll::Ready(7));
    }

    #[test]
    fn a_panic_that_was_answered_is_one_all_the_same() {
        let instance = instance();
        let open_one = open(&instance);
        open_one.recording().panicked();
        open_one.answer(500, Answer { body_bytes: Some(0), streaming: false });
        let records = instance.take();
        assert_eq!((records[0].outcome(), records[0].status_code()), (Outcome::Panicked, Some(500)));
        assert_eq!(records[0].error_type().as_deref(), Some("panicked"));
        drop(records);

        body(&instance, Some(0));
        assert_eq!(ending(&instance).0, Outcome::Completed, "the next request has nothing of it");
    }
}

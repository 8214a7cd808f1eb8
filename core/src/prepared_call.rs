//! A call before it begins: what there is to know of it, as far as it is worth finding out.

use std::convert::Infallible;
use std::hash::Hasher;
use std::sync::Arc;

use crate::call::CallKind;
use crate::callsite::{Callsite, Found};
use crate::clock;
use crate::context;
use crate::deliberate::is_deliberate;
use crate::open_call::OpenCall;
use crate::operation::Operation;
use crate::parameters::Parameters;
use crate::recording::Recording;

/// A call that is about to be made, from [`prepare_call`].
#[derive(Debug, Clone)]
#[must_use = "a call is measured when it is started"]
pub struct PreparedCall {
    pub(crate) operation: Arc<Operation>,
    pub(crate) callsite: Option<Callsite>,
    pub(crate) known: Known,
    asks_for_parameters: bool,
}

/// What is found out of a call beside what it says itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    pub(crate) found: Option<Found>,
    pub(crate) parameters: Option<Parameters>,
    pub(crate) deliberate: bool,
}

/// For a client that knows what it is going to ask before it begins, as one does that waits for a connection first; to be
/// called in the poll in which the application asks it. Others use [`start_call`](crate::start_call).
pub fn prepare_call(operation: Arc<Operation>, callsite: Option<Callsite>) -> PreparedCall {
    PreparedCall::new(context::current().as_deref(), operation, callsite)
}

impl PreparedCall {
    pub(crate) fn new(
        recording: Option<&Recording>,
        operation: Arc<Operation>,
        callsite: Option<Callsite>,
    ) -> PreparedCall {
        let (known, asks_for_parameters) = match recording {
            Some(recording) => Known::of(recording, &operation, callsite.is_none()),
            None => (Known::default(), false),
        };
        PreparedCall { operation, callsite, known, asks_for_parameters }
    }

    /// What is going to be asked, of whom.
    pub fn operation(&self) -> &Arc<Operation> {
        &self.operation
    }

    /// Whether [`parameters`](Self::parameters) are wanted: from the second time on that a request asks the same.
    pub fn asks_for_parameters(&self) -> bool {
        self.asks_for_parameters
    }

    /// What a statement is given in its placeholders: whatever bytes tell two of them apart. They are hashed with a key that is
    /// drawn for each process, and go nowhere. Not called where they are not [asked for](Self::asks_for_parameters).
    pub fn parameters(&mut self, write: impl FnOnce(&mut dyn Hasher)) {
        let _ = self.try_parameters(|hasher| {
            write(hasher);
            Ok::<_, Infallible>(())
        });
    }

    /// The same for what may not be had, or turn out to be too long to be worth it: parameters that are not written whole
    /// stay unknown.
    ///
    /// # Errors
    /// That of `write`.
    pub fn try_parameters<E>(&mut self, write: impl FnOnce(&mut dyn Hasher) -> Result<(), E>) -> Result<(), E> {
        if self.asks_for_parameters {
            let mut written = Ok(());
            let parameters = Parameters::of(self.operation.literals(), |hasher| written = write(hasher));
            written?;
            self.known.parameters = Some(parameters);
        }
        Ok(())
    }

    /// It begins, for the request that is current now.
    pub fn start(mut self) -> OpenCall {
        // It may have been prepared outside, as what is made in `deliberate(pool.execute(..))` is.
        self.known.deliberate |= is_deliberate();
        OpenCall::start(self, context::current())
    }
}

/// Whether the place on the stack is looked for of what is asked so often by now: the others are taken to be where the one before
/// them was, as a loop is at one place.
fn is_located(times: u8) -> bool {
    matches!(times, 2..=9) || (times > 9 && times.is_multiple_of(4))
}

impl Known {
    /// What is worth knowing of a call that is made now, on this thread; and whether its parameters are.
    pub(crate) fn of(recording: &Recording, operation: &Operation, locate: bool) -> (Self, bool) {
        let mut known = Known { deliberate: is_deliberate(), ..Known::default() };
        let repeats = match operation.kind() {
            CallKind::Database => operation.is_query(),
            CallKind::External => true,
            CallKind::Cache | CallKind::Other => false,
        };
        let capture = recording.handle().capture();
        if !repeats || known.deliberate || !capture.looks() {
            return (known, false);
        }
        known.parameters = operation.parameters_in_text();
        let all = capture.every_call;
        let times = recording.asked(operation.hash());
        if locate && (all || is_located(times)) {
            known.locate(recording);
        }
        (known, (all || times > 1) && known.parameters.is_none())
    }

    /// Looks where a call is that has taken so many nanoseconds, if that is long enough for somebody to ask: beside what it took,
    /// a look at the stack is nothing.
    pub(crate) fn locate_if_long(&mut self, recording: &Recording, operation: &Operation, nanos: u64) {
        let capture = recording.handle().capture();
        let asks = matches!(operation.kind(), CallKind::Database | CallKind::External);
        if self.found.is_none() && asks && nanos >= clock::nanos(capture.thresholds.sequential_call) && capture.looks()
        {
            self.locate(recording);
            self.found = self.found.map(Found::at_end);
        }
    }

    fn locate(&mut self, recording: &Recording) {
        // A call that another thread tells of, as SQLite's does, has nothing to do with the stack there.
        if context::current().is_some_and(|current| std::ptr::eq(&*current, recording)) {
            let handle = recording.handle();
            self.found = Found::here(handle.capture().every_call, &handle.live_counters().callsites_missed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;
    use crate::call::Call;
    use crate::deliberate::deliberate;
    use crate::handle::Handle;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::testing;

    /// A request of `handle` asks one thing three times.
    fn thrice(handle: &Handle, mut ask: impl FnMut(PreparedCall)) {
        let mut request = OpenRequest::open(handle, RequestHead::default()).unwrap();
        request.call(|| {
            for _ in 0..3 {
                ask(prepare_call(Operation::database("sqlite", "main", "SELECT name FROM users WHERE id = ?"), None));
            }
        });
    }

    fn asked(ask: impl FnMut(PreparedCall)) -> Vec<Call> {
        let instance = testing::instance();
        thrice(instance.handle(), ask);
        instance.take().remove(0).calls().to_vec()
    }

    #[test]
    fn parameters_are_asked_for_from_the_second_time_on() {
        let mut known = Vec::new();
        thrice(&Handle::builder().build(), |mut call| {
            let wanted = call.asks_for_parameters();
            call.parameters(|hasher| hasher.write_u8(known.len() as u8));
            known.push((wanted, call.known.parameters));
            call.start().completed();
        });
        let [(false, None), (true, Some(second)), (true, Some(third))] = known[..] else { panic!("{known:?}") };
        assert_ne!(second, third);
    }

    #[test]
    fn parameters_that_are_not_written_whole_are_unknown() {
        let calls = asked(|mut call| {
            let wanted = call.asks_for_parameters();
            let written = call.try_parameters(|hasher| {
                hasher.write_u8(1);
                Err("too long")
            });
            assert_eq!(written.is_err(), wanted);
            call.start().completed();
        });
        assert!(calls.iter().all(|call| call.parameters.is_none()));
    }

    #[test]
    fn a_call_is_deliberate_where_it_is_started_so() {
        let calls = asked(|call| {
            let mut started = pin!(deliberate(async { call.start().completed() }));
            assert!(started.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        });
        assert!(calls.len() == 3 && calls.iter().all(|call| call.deliberate));
    }
}

//! A call before it begins: what there is to know of it, as far as it is worth finding out.

use std::hash::Hasher;
use std::sync::Arc;

use crate::call::CallKind;
use crate::callsite::{Callsite, Found};
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
        if self.asks_for_parameters {
            self.known.parameters = Some(Parameters::of(self.operation.literals(), write));
        }
    }

    /// It begins, for the request that is current now.
    pub fn start(self) -> OpenCall {
        OpenCall::start(self, context::current())
    }
}

/// The repeats whose places on the stack are looked for. They tell what the others are, too: a loop is at one place.
const LOCATED: std::ops::RangeInclusive<u8> = 2..=5;

impl Known {
    /// What is worth knowing of a call that is made now, on this thread; and whether its parameters are.
    pub(crate) fn of(recording: &Recording, operation: &Operation, locate: bool) -> (Self, bool) {
        let mut known = Known { deliberate: is_deliberate(), ..Known::default() };
        let repeats = match operation.kind() {
            CallKind::Database => operation.is_query(),
            CallKind::External => true,
            CallKind::Cache | CallKind::Other => false,
        };
        if !repeats || known.deliberate {
            return (known, false);
        }
        known.parameters = operation.parameters_in_text();
        let all = recording.handle().capture().every_call;
        let times = recording.asked(operation.hash());
        if locate && (all || LOCATED.contains(&times)) {
            known.found = Found::here(all);
        }
        (known, (all || times > 1) && known.parameters.is_none())
    }
}

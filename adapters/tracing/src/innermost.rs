//! In which span of which request a thread works: the innermost one that is entered there.

use std::cell::RefCell;

use tachograph_core::Innermost;
use tracing::Id;

/// A guard of an entered span that is held across an `.await` may never be given back on its thread. Of more than this
/// many, the one that was entered first is forgotten.
const MOST: usize = 64;

thread_local! {
    static ENTERED: RefCell<Stack> = const { RefCell::new(Stack { height: 0, entered: [None; MOST] }) };
}

/// Needs no destructor, which a thread-local would be asked for at every access.
struct Stack {
    height: usize,
    entered: [Option<(Entrant, Innermost)>; MOST],
}

/// What was entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entrant {
    /// A span, by the layer that was told of it: ids are those of one subscriber, and a thread can meet several.
    Span(u64, u64),
    /// The request itself, by what accompanies its polls. Spans that others have left entered on the thread, or the request
    /// in another task, do not reach into it.
    Poll(usize),
}

impl Entrant {
    pub(crate) fn span(layer: u64, id: &Id) -> Self {
        Entrant::Span(layer, id.into_u64())
    }
}

/// The thread works there from now on.
pub(crate) fn enter(entrant: Entrant, innermost: Innermost) {
    with(|stack| {
        if stack.height == MOST {
            stack.remove(0);
        }
        stack.entered[stack.height] = Some((entrant, innermost));
        stack.height += 1;
        innermost.set();
    });
}

/// It was left, in whatever order: the thread works in what was entered last of what is left.
pub(crate) fn exit(entrant: Entrant) {
    with(|stack| {
        if let Some(place) = stack.find(entrant) {
            stack.remove(place);
            stack.innermost().set();
        }
    });
}

fn with(act: impl FnOnce(&mut Stack)) {
    let _ = ENTERED.try_with(|stack| stack.try_borrow_mut().map(|mut stack| act(&mut stack)));
}

impl Stack {
    fn find(&self, entrant: Entrant) -> Option<usize> {
        (0..self.height).rfind(|place| self.entered[*place].is_some_and(|(other, _)| other == entrant))
    }

    fn remove(&mut self, place: usize) {
        self.entered.copy_within(place + 1..self.height, place);
        self.height -= 1;
    }

    fn innermost(&self) -> Innermost {
        let last = self.height.checked_sub(1).and_then(|last| self.entered[last]);
        last.map(|(_, innermost)| innermost).unwrap_or_default()
    }
}

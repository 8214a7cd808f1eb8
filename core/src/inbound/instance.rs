//! By which instance an adapter measures.

use std::io::Write as _;
use std::sync::Once;

use crate::handle::Handle;
use crate::inbound::{RequestHeaders, headers, nested};
use crate::open_request::{OpenRequest, RequestHead};

/// An inbound adapter's way to the instance that measures: the one that is current when a request comes in, or one that
/// was given.
#[derive(Debug, Clone, Default)]
pub struct Inbound {
    handle: Option<Handle>,
}

impl Inbound {
    /// Measures by the instance that is current when a request comes in. While there is none, requests pass.
    pub fn current() -> Self {
        Self::default()
    }

    /// Measures by this instance.
    pub fn new(handle: &Handle) -> Self {
        Inbound { handle: Some(handle.clone()) }
    }

    /// The instance that a request coming in now is measured by.
    pub fn handle(&self) -> Option<Handle> {
        self.handle.clone().or_else(Handle::current)
    }

    /// Says once on stderr, with this remedy, that the guard is gone, where it is: for a framework that knows better than
    /// the first request how that comes about.
    pub fn tell_if_shut_down(&self, remedy: &str) {
        if self.handle().is_some_and(|handle| handle.is_shut_down()) {
            tell_shut_down_once(remedy);
        }
    }

    /// Opens a request, with what its headers say; `head` says the rest.
    ///
    /// None where it is to pass: where no instance measures, which is told once on stderr; where the configuration
    /// ignores it; and where it is part of a request that the same instance measures already, which learns the route.
    pub fn open(&self, head: RequestHead<'_>, headers: &impl RequestHeaders) -> Option<OpenRequest> {
        let current;
        let handle = match &self.handle {
            Some(handle) => handle,
            None => {
                current = Handle::current().or_else(tell_once)?;
                &current
            }
        };
        if nested::is_part_of_another(handle, head.route) {
            return None;
        }
        if handle.is_shut_down() {
            tell_shut_down_once(
                "bind it to a name, `let _guard = ...` and not `let _ = ...`, and hold it until the server has ended",
            );
        }
        let open = OpenRequest::open(handle, headers::read(head, headers, handle.sampler().asks_for_host()))?;
        headers::keep_allowed(&open, headers);
        Some(open)
    }
}

/// To measure without an instance is a mistake that nothing else would show.
#[cold]
fn tell_once() -> Option<Handle> {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        say(
            "tachograph: requests pass unmeasured, for there is no instance: call tachograph::init!(), or \
            Tachograph::builder()...install(), before serving, and hold what it returns; or give a handle to what measures \
            (Layer::new and its like)\n",
        );
    });
    None
}

/// So is to serve after the guard is gone.
#[cold]
fn tell_shut_down_once(remedy: &str) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        say(&format!(
            "tachograph: nothing is sent of requests, for the guard was dropped before they came: {remedy}\n"
        ));
    });
}

/// `eprintln!` would panic where stderr is closed.
fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

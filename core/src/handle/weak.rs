//! The way to an instance that does not hold it.

use std::fmt;
use std::sync::{Arc, Weak};

use super::{Handle, Inner, Instance};

/// Leads to an instance for as long as there is one: for what an instance holds itself.
#[derive(Clone)]
pub struct WeakHandle(WeakInstance);

#[derive(Clone)]
enum WeakInstance {
    Static(&'static Inner),
    Counted(Weak<Inner>),
}

impl WeakHandle {
    pub(super) fn of(handle: &Handle) -> Self {
        WeakHandle(match &handle.0 {
            Instance::Static(inner) => WeakInstance::Static(inner),
            Instance::Counted(inner) => WeakInstance::Counted(Arc::downgrade(inner)),
        })
    }

    /// The instance, if it is still there.
    pub fn upgrade(&self) -> Option<Handle> {
        Some(Handle(match &self.0 {
            WeakInstance::Static(inner) => Instance::Static(inner),
            WeakInstance::Counted(inner) => Instance::Counted(inner.upgrade()?),
        }))
    }
}

impl fmt::Debug for WeakHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakHandle")
    }
}

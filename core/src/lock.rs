//! Locking that outlives a panic.

use std::sync::{Mutex, MutexGuard};

/// Locks, and goes on after a panic of another holder: what is measured must not fail because something else did.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

//! Locking that outlives a panic.

use std::sync::{Mutex, MutexGuard};

/// Locks, poisoned or not: whatever panicked while it held the lock left the value whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

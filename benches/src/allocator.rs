//! Counts the allocations of the whole process while asked to, and gets out of the way otherwise.
//!
//! The crates there are do not fit: `stats_alloc` has two atomic additions in every allocation, always, which changes
//! what is timed; `dhat` takes a lock; `allocation-counter` sees one thread only, and a row may well allocate on another
//! (sqlx answers SQLite from a worker thread); divan's `AllocProfiler` reports to divan alone. While not counting, this
//! one costs a load of a flag that nobody writes.

#![allow(unsafe_code, reason = "GlobalAlloc is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

#[global_allocator]
static GLOBAL: CountingAllocator = CountingAllocator;

static COUNTING: AtomicBool = AtomicBool::new(false);
static COUNT: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// What was asked of the allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocations {
    /// Calls of `alloc`, `alloc_zeroed` and `realloc`.
    pub count: u64,
    /// Bytes asked for; a reallocation counts the bytes by which it grew.
    pub bytes: u64,
}

/// Runs `work` and counts what every thread of the process allocates meanwhile.
///
/// One count at a time: a second caller waits for the first.
pub fn count_allocations<T>(work: impl FnOnce() -> T) -> (Allocations, T) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = Allocations { count: COUNT.load(Relaxed), bytes: BYTES.load(Relaxed) };
    let counting = Counting::start();
    let result = work();
    drop(counting);
    let allocations =
        Allocations { count: COUNT.load(Relaxed) - before.count, bytes: BYTES.load(Relaxed) - before.bytes };
    (allocations, result)
}

/// Ends the count however the counted work ends.
struct Counting;

impl Counting {
    fn start() -> Self {
        COUNTING.store(true, Relaxed);
        Self
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        COUNTING.store(false, Relaxed);
    }
}

struct CountingAllocator;

impl CountingAllocator {
    #[inline]
    fn saw(bytes: usize) {
        if COUNTING.load(Relaxed) {
            COUNT.fetch_add(1, Relaxed);
            BYTES.fetch_add(bytes as u64, Relaxed);
        }
    }
}

// SAFETY: every method hands its arguments on to `System`, which keeps the trait's contract; counting touches atomics only,
// so it neither allocates nor unwinds.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::saw(layout.size());
        // SAFETY: the caller's promises about `layout` are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::saw(layout.size());
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        Self::saw(new_size.saturating_sub(layout.size()));
        // SAFETY: `block` came from `System` through the methods above, with this `layout`; the rest is the caller's promise.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `realloc`.
        unsafe { System.dealloc(block, layout) }
    }
}

//! One value for each thread, so that what is written on every request is not shared between cores.
//!
//! Threads get the smallest number that is free and give it back when they end; the number, modulo the number of
//! shards, is their place. Two threads can meet on one shard only where more threads are alive than there are
//! shards, so a shard must be safe to share but is hardly ever contended.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::sync::Mutex;

use crate::lock::lock;

/// As many values as it takes for each running thread to have, most of the time, one of its own.
pub struct Sharded<T> {
    shards: Box<[Padded<T>]>,
}

/// Two cache lines: neighbours are fetched in pairs on current x86.
#[repr(align(128))]
struct Padded<T>(T);

impl<T> Sharded<T> {
    /// Four shards a core, at least 16, made by `make`.
    pub fn new(mut make: impl FnMut() -> T) -> Self {
        let cores = std::thread::available_parallelism().map_or(4, |cores| cores.get());
        let count = (cores * 4).next_power_of_two().clamp(16, 1024);
        Sharded { shards: (0..count).map(|_| Padded(make())).collect() }
    }

    /// The shard of the running thread.
    pub fn local(&self) -> &T {
        self.at(self.index())
    }

    /// The number of the running thread's shard, for [`at`](Self::at).
    pub fn index(&self) -> usize {
        thread_number() & (self.shards.len() - 1)
    }

    /// The shard of this number, taken modulo the number of shards.
    pub fn at(&self, index: usize) -> &T {
        &self.shards[index & (self.shards.len() - 1)].0
    }

    /// Every shard, for whoever adds them up or empties them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.shards.iter().map(|shard| &shard.0)
    }
}

impl<T> fmt::Debug for Sharded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharded").field("shards", &self.shards.len()).finish_non_exhaustive()
    }
}

/// Numbers given back by threads that ended, smallest first, and the next one never used.
static NUMBERS: Mutex<(BinaryHeap<Reverse<usize>>, usize)> = Mutex::new((BinaryHeap::new(), 0));

const NOT_YET: usize = usize::MAX;

thread_local! {
    // Apart from the value that gives the number back: this one needs no destructor, so reading it is one load.
    static NUMBER: Cell<usize> = const { Cell::new(NOT_YET) };
    static RETURN: Return = const { Return };
}

struct Return;

impl Drop for Return {
    fn drop(&mut self) {
        let number = NUMBER.with(|cell| cell.replace(NOT_YET));
        if number != NOT_YET {
            lock(&NUMBERS).0.push(Reverse(number));
        }
    }
}

fn thread_number() -> usize {
    match NUMBER.with(Cell::get) {
        NOT_YET => take_number(),
        number => number,
    }
}

#[cold]
fn take_number() -> usize {
    // A thread whose values are being destroyed can still record; it borrows the first shard and keeps no number.
    if RETURN.try_with(|_| ()).is_err() {
        return 0;
    }
    let mut numbers = lock(&NUMBERS);
    let number = match numbers.0.pop() {
        Some(Reverse(number)) => number,
        None => {
            numbers.1 += 1;
            numbers.1 - 1
        }
    };
    NUMBER.with(|cell| cell.set(number));
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn running_threads_have_numbers_of_their_own_and_give_them_back() {
        let taken = || {
            let barrier = &std::sync::Barrier::new(8);
            let numbers: Vec<usize> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|_| {
                        scope.spawn(move || {
                            let number = thread_number();
                            barrier.wait();
                            number
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let mut distinct = numbers.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), 8, "{numbers:?}");
            numbers.into_iter().max().unwrap()
        };
        let highest = (0..50).map(|_| taken()).max().unwrap();
        assert!(highest < 200, "numbers of ended threads are used again, but {highest} was given out");
    }

    #[test]
    fn what_all_threads_added_is_in_the_sum() {
        let counter = Sharded::new(|| AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        counter.local().fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let sum: u64 = counter.iter().map(|shard| shard.load(Ordering::Relaxed)).sum();
        assert_eq!(sum, 8000);
    }
}

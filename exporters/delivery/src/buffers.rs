//! Items on their way from the thread that writes them to the thread that sends them.

use crate::budget::{Budget, Granted};
use crate::counters::Counters;
use crate::framing::Framing;
use crate::settings::Settings;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tachograph_core::Sharded;
use tachograph_core::lock;

/// A buffer for each thread, all within one budget.
pub(crate) struct Buffers {
    shards: Sharded<Mutex<Buffer>>,
    bounds: Bounds,
    /// Items that found every buffer taken; see [`Buffers::write`].
    unplaced: AtomicU64,
}

struct Bounds {
    framing: Framing,
    bytes: Budget,
    items: Option<Budget>,
    max_item_bytes: usize,
    /// What an emptied buffer keeps, so that all of them together keep no more than the budget.
    kept_bytes: usize,
}

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// How many items these are; known only where items are bounded.
    items: usize,
    /// Granted by the budgets; never less than there is.
    granted: Granted,
    dropped: Dropped,
    closed: bool,
}

#[derive(Clone, Copy, Default)]
struct Dropped {
    full: u64,
    too_long: u64,
    panicked: u64,
    after_shutdown: u64,
}

thread_local! {
    static RENDERING: Cell<bool> = const { Cell::new(false) };
}

impl Buffers {
    pub(crate) fn new(settings: &Settings) -> Self {
        let shards = Sharded::new(|| Mutex::new(Buffer::default()));
        let count = shards.iter().count();
        let bounds = Bounds {
            framing: settings.framing,
            bytes: Budget::new(settings.buffer_bytes, count).sharing(settings.shared_bytes.clone()),
            items: settings.buffer_items.map(|items| Budget::new(items, count)),
            // A frame's length is written in 32 bits.
            max_item_bytes: settings.max_item_bytes.min(1 << 31),
            kept_bytes: (settings.buffer_bytes / count).max(4 << 10),
        };
        Buffers { shards, bounds, unplaced: AtomicU64::new(0) }
    }

    /// Renders items into the running thread's buffer, as many as `render` says; true when it is time to empty the buffers.
    ///
    /// What is rendered may log while it is rendered (a `Debug` of the application's). The line of that log cannot go to
    /// the buffer that is being written, so it goes to any that is free.
    pub(crate) fn write(&self, render: impl FnOnce(&mut Vec<u8>) -> u32) -> bool {
        let nested = RENDERING.replace(true);
        let buffer = match nested {
            false => Some(lock(self.shards.local())),
            true => self.shards.iter().find_map(|buffer| buffer.try_lock().ok()),
        };
        let empty_soon = match buffer {
            Some(mut buffer) => buffer.write(render, &self.bounds),
            None => {
                self.unplaced.fetch_add(1, Ordering::Relaxed);
                false
            }
        };
        RENDERING.set(nested);
        empty_soon
    }

    /// Empties one buffer after the other and says how many items they all had to drop before the shutdown.
    ///
    /// `each` finds the items in its argument, leaves something empty to take the place of the next ones, and gives back
    /// what they were granted when they are sent or dropped.
    pub(crate) fn take_each(&self, spare: &mut Vec<u8>, mut each: impl FnMut(&mut Vec<u8>, Granted)) -> u64 {
        let mut dropped = self.unplaced.load(Ordering::Relaxed);
        for shard in self.shards.iter() {
            spare.clear();
            spare.shrink_to(self.bounds.kept_bytes);
            let (granted, dropped_here) = lock(shard).take(spare);
            dropped += dropped_here;
            each(spare, granted);
        }
        dropped
    }

    /// What was granted is free again.
    pub(crate) fn release(&self, granted: Granted) {
        self.bounds.bytes.release(granted.bytes);
        if let Some(items) = &self.bounds.items {
            items.release(granted.items);
        }
    }

    /// From now on, what is written is counted as written after the shutdown.
    pub(crate) fn close(&self) {
        self.shards.iter().for_each(|shard| lock(shard).closed = true);
    }

    /// Empties the closed buffers and says how many items that loses.
    pub(crate) fn discard(&self) -> u64 {
        let mut lost = 0;
        self.take_each(&mut Vec::new(), |discarded, _| lost += self.bounds.framing.count(discarded));
        lost
    }

    /// Adds what the buffers had to drop.
    pub(crate) fn count(&self, counters: &mut Counters) {
        counters.dropped_full += self.unplaced.load(Ordering::Relaxed);
        for shard in self.shards.iter() {
            let dropped = lock(shard).dropped;
            counters.dropped_full += dropped.full;
            counters.dropped_too_long += dropped.too_long;
            counters.dropped_panicked += dropped.panicked;
            counters.dropped_after_shutdown += dropped.after_shutdown;
        }
    }
}

impl Buffer {
    fn write(&mut self, render: impl FnOnce(&mut Vec<u8>) -> u32, bounds: &Bounds) -> bool {
        if self.closed {
            self.dropped.after_shutdown += 1;
            return false;
        }
        let start = self.bytes.len();
        bounds.framing.begin(&mut self.bytes);
        let body = self.bytes.len();
        // Caught, because a record is often closed by a destructor, and a panic out of that would end the process.
        let Ok(items) = catch_unwind(AssertUnwindSafe(|| render(&mut self.bytes))) else {
            self.dropped.panicked += 1;
            self.bytes.truncate(start);
            return false;
        };
        if self.bytes.len() <= body {
            self.bytes.truncate(start);
            return false;
        }
        bounds.framing.end(&mut self.bytes, start, items);
        if self.bytes.len() - start > bounds.max_item_bytes {
            self.dropped.too_long += self.roll_back(start, items, bounds);
            return false;
        }
        match self.claim(start, bounds) {
            Some(empty_soon) => empty_soon,
            None => {
                self.dropped.full += self.roll_back(start, items, bounds);
                false
            }
        }
    }

    /// Makes sure that what is there from `start` on may stay; true when it is time to empty the buffers.
    fn claim(&mut self, start: usize, bounds: &Bounds) -> Option<bool> {
        let mut past_half = false;
        let missing = self.bytes.len().saturating_sub(self.granted.bytes);
        if missing > 0 {
            let (granted, half) = bounds.bytes.claim(missing).granted()?;
            self.granted.bytes += granted;
            past_half |= half;
        }
        if let Some(budget) = &bounds.items {
            let items = self.items + bounds.framing.count(&self.bytes[start..]) as usize;
            let missing = items.saturating_sub(self.granted.items);
            if missing > 0 {
                let (granted, half) = budget.claim(missing).granted()?;
                self.granted.items += granted;
                past_half |= half;
            }
            self.items = items;
        }
        Some(past_half)
    }

    /// Takes back everything from `start` on, and the room it took, and says how many items that were.
    #[cold]
    fn roll_back(&mut self, start: usize, items: u32, bounds: &Bounds) -> u64 {
        let dropped = match bounds.framing {
            Framing::Lines => bounds.framing.count(&self.bytes[start..]),
            Framing::Frames => u64::from(items.max(1)),
        };
        self.bytes.truncate(start);
        self.bytes.shrink_to((start * 2).max(bounds.kept_bytes));
        dropped
    }

    /// Puts the items where something empty was; gives what they were granted and the number of dropped items so far.
    fn take(&mut self, empty: &mut Vec<u8>) -> (Granted, u64) {
        if !self.bytes.is_empty() {
            std::mem::swap(&mut self.bytes, empty);
        }
        self.items = 0;
        let dropped = self.dropped.full + self.dropped.too_long + self.dropped.panicked;
        (std::mem::take(&mut self.granted), dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_bytes::SharedBytes;

    fn buffers(buffer_bytes: usize, max_item_bytes: usize) -> Buffers {
        Buffers::new(&Settings { buffer_bytes, max_item_bytes, ..Settings::default() })
    }

    fn counted(buffers: &Buffers) -> Counters {
        let mut counters = Counters::default();
        buffers.count(&mut counters);
        counters
    }

    fn take_all(buffers: &Buffers) -> String {
        let mut all = Vec::new();
        buffers.take_each(&mut Vec::new(), |lines, granted| {
            all.extend_from_slice(lines);
            buffers.release(granted);
        });
        String::from_utf8(all).unwrap()
    }

    fn write(buffers: &Buffers, line: &str) {
        buffers.write(|buffer| {
            buffer.extend_from_slice(line.as_bytes());
            1
        });
    }

    #[test]
    fn lines_come_out_in_the_order_they_were_written_in() {
        let buffers = buffers(1000, 100);
        write(&buffers, "one\n");
        write(&buffers, "");
        write(&buffers, "two");
        assert_eq!(take_all(&buffers), "one\ntwo\n", "a missing end of line is added");
        assert_eq!(take_all(&buffers), "");
    }

    #[test]
    fn what_does_not_fit_is_dropped_whole_and_room_is_made_by_emptying() {
        let buffers = buffers(10, 100);
        for line in ["12345\n", "6789\n", "abc\n", "x\n"] {
            write(&buffers, line);
        }
        assert_eq!(counted(&buffers).dropped_full, 2, "6 + 5 and 6 + 4 + 2 bytes are too many for 10");
        assert_eq!(take_all(&buffers), "12345\nabc\n");
        write(&buffers, "123456789\n");
        assert_eq!(take_all(&buffers), "123456789\n");
        assert_eq!(counted(&buffers).dropped_full, 2);
    }

    #[test]
    fn the_bound_is_one_for_all_threads() {
        let buffers = buffers(1000, 100);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..100).for_each(|_| write(&buffers, "123456789\n")));
            }
        });
        let (kept, dropped) = (take_all(&buffers).len(), counted(&buffers).dropped_full);
        assert!((870..=1000).contains(&kept), "{kept} bytes were kept of 1000 allowed");
        assert_eq!(kept as u64 / 10 + dropped, 800);
    }

    #[test]
    fn what_is_shared_is_used_when_the_own_room_is_full_and_comes_back() {
        let shared_bytes = Some(SharedBytes::new(10));
        let buffers = Buffers::new(&Settings { buffer_bytes: 10, shared_bytes, ..Settings::default() });
        for round in 1..=2 {
            (0..3).for_each(|_| write(&buffers, "123456789\n"));
            assert_eq!(take_all(&buffers).len(), 20);
            assert_eq!(counted(&buffers).dropped_full, round);
        }
    }

    #[test]
    fn a_line_too_long_goes_alone_and_leaves_no_room_behind() {
        let buffers = buffers(100 << 10, 10);
        write(&buffers, "before\n");
        write(&buffers, &"x".repeat(1 << 20));
        write(&buffers, "123456789\n");
        write(&buffers, "1234567890\n");
        assert!(lock(buffers.shards.local()).bytes.capacity() < 100 << 10);
        assert_eq!(counted(&buffers).dropped_too_long, 2);
        assert_eq!(take_all(&buffers), "before\n123456789\n");
    }

    #[test]
    fn a_panic_leaves_no_half_line() {
        let buffers = buffers(1000, 100);
        write(&buffers, "before\n");
        buffers.write(|line| {
            line.extend_from_slice(b"half a li");
            panic!("on purpose");
        });
        write(&buffers, "after\n");
        assert_eq!(take_all(&buffers), "before\nafter\n");
        assert_eq!(counted(&buffers).dropped_panicked, 1);
    }

    #[test]
    fn a_line_written_while_rendering_another_is_kept() {
        let buffers = buffers(1000, 100);
        buffers.write(|line| {
            line.extend_from_slice(b"out");
            write(&buffers, "in\n");
            line.extend_from_slice(b"er\n");
            1
        });
        let mut lines: Vec<_> = take_all(&buffers).lines().map(str::to_owned).collect();
        lines.sort_unstable();
        assert_eq!(lines, ["in", "outer"]);
    }

    #[test]
    fn a_line_written_while_rendering_finds_no_free_buffer_and_is_counted() {
        let buffers = buffers(1000, 100);
        buffers.write(|_| {
            let _all: Vec<_> = buffers.shards.iter().map(Mutex::try_lock).collect();
            write(&buffers, "in\n");
            0
        });
        assert_eq!(counted(&buffers).dropped_full, 1);
        assert_eq!(buffers.take_each(&mut Vec::new(), |_, _| ()), 1);
    }

    #[test]
    fn half_a_budget_is_told_once_each_time_it_fills() {
        let buffers = buffers(100, 100);
        for _ in 0..2 {
            let write = |line: &mut Vec<u8>| {
                line.extend_from_slice(b"123456789\n");
                1
            };
            let told = (0..10).filter(|_| buffers.write(write)).count();
            assert_eq!(told, 1);
            assert_eq!(take_all(&buffers).len(), 100);
        }
    }

    #[test]
    fn buffers_are_used_again() {
        let buffers = buffers(1 << 20, 100);
        let mut spare = Vec::new();
        let mut capacities = Vec::new();
        for _ in 0..10 {
            (0..100).for_each(|_| write(&buffers, "123456789\n"));
            buffers.take_each(&mut spare, |lines, granted| {
                buffers.release(granted);
                if !lines.is_empty() {
                    capacities.push((lines.as_ptr(), lines.capacity()));
                }
            });
        }
        capacities.sort_unstable();
        capacities.dedup();
        assert_eq!(capacities.len(), 2, "two vectors take turns: {capacities:?}");
    }

    #[test]
    fn what_is_written_after_closing_is_counted_and_not_rendered() {
        let buffers = buffers(1000, 100);
        write(&buffers, "before\n");
        buffers.close();
        buffers.write(|_| panic!("rendered"));
        assert_eq!(counted(&buffers).dropped_after_shutdown, 1);
        assert_eq!(buffers.discard(), 1);
        assert_eq!(take_all(&buffers), "");
    }

    #[test]
    fn items_are_bounded_too_and_a_frame_is_dropped_whole() {
        let settings = Settings { framing: Framing::Frames, buffer_items: Some(10), ..Settings::default() };
        let buffers = Buffers::new(&settings);
        let write = |items: u32| {
            buffers.write(|frame| {
                frame.extend_from_slice(b"spans");
                items
            })
        };
        assert!(!write(4));
        assert!(write(5), "half of the items that may wait do wait");
        assert!(!write(2));
        assert_eq!(counted(&buffers).dropped_full, 2);
        assert!(!write(1));
        let mut items = 0;
        buffers.take_each(&mut Vec::new(), |taken, granted| {
            items += Framing::Frames.count(taken);
            buffers.release(granted);
        });
        assert_eq!(items, 10);
        assert!(write(10), "there is room again");
    }
}

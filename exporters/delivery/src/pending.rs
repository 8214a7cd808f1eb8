//! What was taken from the buffers and is not sent yet.

use crate::budget::Granted;
use crate::framing::{Cut, Framing};
use crate::settings::Settings;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Items of several buffers, oldest first.
pub(crate) struct Pending {
    framing: Framing,
    batch_bytes: usize,
    batch_bytes_per_item: usize,
    batch_items: u64,
    bytes: Vec<u8>,
    /// What lies before is sent or dropped.
    start: usize,
    items: u64,
    granted: Granted,
    /// Bytes that are sent or dropped, since the beginning.
    passed: u64,
    /// Up to where, counted since the beginning, items were taken by when.
    taken: VecDeque<(u64, Instant)>,
}

impl Pending {
    pub(crate) fn new(settings: &Settings) -> Self {
        Pending {
            framing: settings.framing,
            batch_bytes: settings.batch_bytes,
            batch_bytes_per_item: settings.batch_bytes_per_item,
            batch_items: settings.batch_items,
            bytes: Vec::new(),
            start: 0,
            items: 0,
            granted: Granted::default(),
            passed: 0,
            taken: VecDeque::new(),
        }
    }

    /// Moves the bytes here, leaving an empty buffer in their place, and says how many items they are.
    pub(crate) fn add(&mut self, bytes: &mut Vec<u8>, granted: Granted, now: Instant) -> u64 {
        self.granted += granted;
        if bytes.is_empty() {
            return 0;
        }
        let items = self.framing.count(bytes);
        self.items += items;
        if self.bytes.is_empty() {
            std::mem::swap(&mut self.bytes, bytes);
        } else {
            self.bytes.extend_from_slice(bytes);
        }
        let end = self.total();
        match self.taken.back_mut() {
            Some((last_end, taken)) if *taken == now => *last_end = end,
            _ => self.taken.push_back((end, now)),
        }
        items
    }

    fn waiting(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// How many bytes ever came here.
    pub(crate) fn total(&self) -> u64 {
        self.passed + self.waiting().len() as u64
    }

    /// Whether there is a batch that must not grow.
    pub(crate) fn is_full(&self) -> bool {
        self.items >= self.batch_items || self.in_a_batch(self.all()) >= self.batch_bytes
    }

    /// Since when the oldest item waits.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.taken.front().map(|(_, taken)| *taken)
    }

    /// What to send next.
    pub(crate) fn batch(&self) -> Cut {
        let allows = |cut: Cut| self.in_a_batch(cut) <= self.batch_bytes && cut.items <= self.batch_items;
        if allows(self.all()) {
            return self.all();
        }
        self.framing.cut(self.waiting(), allows)
    }

    /// The bytes that a batch of these counts.
    fn in_a_batch(&self, cut: Cut) -> usize {
        cut.bytes + cut.items as usize * self.batch_bytes_per_item
    }

    pub(crate) fn bytes(&self, cut: Cut) -> &[u8] {
        &self.waiting()[..cut.bytes]
    }

    /// The whole items of a cut among its first `accepted` bytes.
    pub(crate) fn whole(&self, cut: Cut, accepted: usize) -> Cut {
        let bytes = self.framing.whole(self.bytes(cut), accepted);
        Cut { bytes, items: self.framing.count(&self.waiting()[..bytes]) }
    }

    /// What was taken at least this long ago.
    pub(crate) fn older_than(&self, limit: Duration, now: Instant) -> Cut {
        let old = |taken: Instant| now.saturating_duration_since(taken) >= limit;
        let bytes = match self.taken.iter().take_while(|(_, taken)| old(*taken)).last() {
            Some((end, _)) => (end - self.passed) as usize,
            None => 0,
        };
        Cut { bytes, items: self.framing.count(&self.waiting()[..bytes]) }
    }

    /// Takes these away and says what that frees.
    pub(crate) fn remove(&mut self, cut: Cut) -> Granted {
        self.start += cut.bytes;
        self.passed += cut.bytes as u64;
        self.items -= cut.items;
        while self.taken.front().is_some_and(|(end, _)| *end <= self.passed) {
            self.taken.pop_front();
        }
        if self.is_empty() {
            self.bytes.clear();
            self.bytes.shrink_to(self.batch_bytes.min(1 << 20));
            self.start = 0;
            return std::mem::take(&mut self.granted);
        }
        // Moving what is left less often than it halves keeps the moving cheaper than the sending.
        if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.granted.split(cut.bytes, cut.items as usize)
    }

    /// Takes away everything and says what that frees.
    pub(crate) fn clear(&mut self) -> Granted {
        self.remove(self.all())
    }

    /// All that waits.
    pub(crate) fn all(&self) -> Cut {
        Cut { bytes: self.waiting().len(), items: self.items }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pending(batch_bytes: usize, batch_items: u64) -> Pending {
        Pending::new(&Settings { batch_bytes, batch_items, ..Settings::default() })
    }

    fn add(pending: &mut Pending, lines: &str, now: Instant) {
        pending.add(&mut lines.as_bytes().to_vec(), Granted { bytes: lines.len(), items: 0 }, now);
    }

    #[test]
    fn batches_leave_the_rest_and_free_what_they_took() {
        let (mut pending, now) = (pending(8, 100), Instant::now());
        add(&mut pending, "one\ntwo\n", now);
        add(&mut pending, "three\nfour\n", now);
        let mut sent = Vec::new();
        let mut freed = 0;
        while !pending.is_empty() {
            let batch = pending.batch();
            sent.push(String::from_utf8(pending.bytes(batch).to_vec()).unwrap());
            freed += pending.remove(batch).bytes;
        }
        assert_eq!(sent, ["one\ntwo\n", "three\n", "four\n"]);
        assert_eq!(freed, 19);
        assert_eq!((pending.since(), pending.passed), (None, 19));
    }

    #[test]
    fn items_count_as_much_as_the_receiver_says() {
        let settings = Settings { batch_bytes: 100, batch_bytes_per_item: 25, ..Settings::default() };
        let mut pending = Pending::new(&settings);
        add(&mut pending, "123456\n1234567\n123456\n", Instant::now());
        assert!(!pending.is_full(), "22 + 75 bytes");
        add(&mut pending, "12\n", Instant::now());
        assert!(pending.is_full(), "25 + 100 bytes");
        let batch = pending.batch();
        assert_eq!(batch, Cut { bytes: 22, items: 3 });
        pending.remove(batch);
        assert!(!pending.is_full());
        add(&mut pending, &format!("{}\n", "x".repeat(71)), Instant::now());
        assert_eq!((pending.is_full(), pending.batch().items), (true, 1), "75 + 50 bytes");
    }

    #[test]
    fn age_is_that_of_the_taking() {
        let (mut pending, begin) = (pending(1000, 100), Instant::now());
        add(&mut pending, "one\n", begin);
        add(&mut pending, "two\nthree\n", begin + SECOND);
        add(&mut pending, "four\n", begin + SECOND * 2);
        assert_eq!(pending.older_than(SECOND * 3, begin + SECOND), Cut::default());
        pending.remove(Cut { bytes: 4, items: 1 });
        assert_eq!(pending.since(), Some(begin + SECOND));
        assert_eq!(pending.older_than(SECOND * 3, begin + SECOND * 4), Cut { bytes: 10, items: 2 });
        pending.clear();
        assert_eq!(pending.since(), None);
    }
}

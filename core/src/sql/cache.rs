//! A small cache for what is made of the same statement again and again.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// The most entries of a [`BoundedCache`].
const MAX_ENTRIES: usize = 256;

/// Keys longer than this, both parts together, are not kept.
const MAX_KEY_BYTES: usize = 4096;

/// Values by what system they are of and two strings, such as the name of a database and a statement, compared exactly.
///
/// It holds at most 256 values, and keys of at most 4 KiB, so no more than 1 MiB of them. There are two generations of
/// half that many: what is found in the old one moves to the young one, and when the young one is full it becomes the old
/// one and the old one is dropped. So what is used goes on being found, and nothing is ever searched for the oldest.
///
/// It has no lock; it is meant to be one for each thread.
pub(crate) struct BoundedCache<V> {
    young: Generation<V>,
    old: Generation<V>,
    seeds: [u64; 2],
}

/// By the hash of the key: entries with equal hashes replace each other, which costs time but is never wrong.
type Generation<V> = HashMap<u64, Entry<V>, BuildHasherDefault<AlreadyHashed>>;

struct Entry<V> {
    system: &'static str,
    /// Both strings, one behind the other.
    key: Box<str>,
    first_length: usize,
    value: V,
}

impl<V> Entry<V> {
    fn is_for(&self, system: &str, first: &str, second: &str) -> bool {
        self.first_length == first.len()
            && self.system == system
            && self.key.len() == first.len() + second.len()
            && self.key.as_bytes().starts_with(first.as_bytes())
            && self.key.as_bytes().ends_with(second.as_bytes())
    }
}

impl<V: Clone> BoundedCache<V> {
    /// An empty cache, which takes no memory yet. Its hashes are seeded at random.
    pub(crate) fn new() -> Self {
        let random = RandomState::new();
        let seeds = [random.hash_one(0), random.hash_one(1)];
        BoundedCache { young: HashMap::default(), old: HashMap::default(), seeds }
    }

    /// The value of these two strings, made by `make` if it is not there. If the strings are too long it is made each time.
    pub(crate) fn get_or_insert_with(
        &mut self,
        system: &'static str,
        first: &str,
        second: &str,
        make: impl FnOnce() -> V,
    ) -> V {
        if first.len() + second.len() > MAX_KEY_BYTES {
            return make();
        }
        let hash = hash(self.seeds, system, first.as_bytes(), second.as_bytes());
        if let Some(entry) = self.young.get(&hash).filter(|entry| entry.is_for(system, first, second)) {
            return entry.value.clone();
        }
        let entry = match self.old.remove(&hash).filter(|entry| entry.is_for(system, first, second)) {
            Some(entry) => entry,
            None => {
                let key = [first, second].concat().into();
                Entry { system, key, first_length: first.len(), value: make() }
            }
        };
        let value = entry.value.clone();
        if self.young.len() >= MAX_ENTRIES / 2 {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(hash, entry);
        value
    }
}

impl<V: Clone> Default for BoundedCache<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for BoundedCache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedCache").field("entries", &(self.young.len() + self.old.len())).finish_non_exhaustive()
    }
}

/// Multiplies and folds sixteen bytes at a time. Statements can be chosen by whoever sends requests, and this is no
/// cryptographic hash; but without the seeds nobody can aim at equal hashes, and they would only cost misses.
///
/// Of the system it only takes the length: there are few systems, and this costs nothing.
fn hash(seeds: [u64; 2], system: &str, first: &[u8], second: &[u8]) -> u64 {
    let lengths = first.len() as u64 | (system.len() as u64) << 32;
    let state = fold(seeds[0] ^ lengths, seeds[1] ^ second.len() as u64);
    absorb(seeds, absorb(seeds, state, first), second)
}

fn absorb(seeds: [u64; 2], mut state: u64, bytes: &[u8]) -> u64 {
    let mut mix = |low: &[u8; 8], high: &[u8; 8]| {
        let (low, high) = (u64::from_le_bytes(*low), u64::from_le_bytes(*high));
        state = fold(low ^ state ^ seeds[0], high ^ state.rotate_left(32) ^ seeds[1]);
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let (pairs, single) = words.as_chunks::<2>();
    for [low, high] in pairs {
        mix(low, high);
    }
    if single.is_empty() && rest.is_empty() {
        return state;
    }
    let mut last = [0; 8];
    rest.iter().zip(&mut last).for_each(|(byte, to)| *to = *byte);
    mix(single.first().unwrap_or(&[0; 8]), &last);
    state
}

fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

/// Passes through keys that are hashes.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u64");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn entries<V>(cache: &BoundedCache<V>) -> usize {
        cache.young.len() + cache.old.len()
    }

    #[test]
    fn a_value_is_made_once_for_its_two_strings() {
        let made = Cell::new(0);
        let mut cache = BoundedCache::new();
        let mut get = |first: &str, second: &str| {
            cache.get_or_insert_with("", first, second, || {
                made.set(made.get() + 1);
                format!("{first}|{second}")
            })
        };
        for _ in 0..3 {
            assert_eq!(get("main", "SELECT 1"), "main|SELECT 1");
            assert_eq!(get("mainS", "ELECT 1"), "mainS|ELECT 1");
            assert_eq!(get("", "mainSELECT 1"), "|mainSELECT 1");
            assert_eq!(get("main", "SELECT 2"), "main|SELECT 2");
            assert_eq!(get("", ""), "|");
        }
        assert_eq!(made.get(), 5);
    }

    #[test]
    fn systems_do_not_get_the_values_of_each_other() {
        let mut cache = BoundedCache::new();
        for _ in 0..3 {
            for system in ["sqlite", "mysql", "mssql", ""] {
                assert_eq!(cache.get_or_insert_with(system, "main", "SELECT 1", || system), system);
            }
        }
        assert_eq!(entries(&cache), 3, "systems with names of one length replace each other");
    }

    #[test]
    fn entries_are_bounded_and_what_is_used_stays() {
        let mut cache = BoundedCache::new();
        for number in 0..10_000 {
            let sql = format!("SELECT {number}");
            assert_eq!(cache.get_or_insert_with("", "main", &sql, || number), number);
            let made_again = Cell::new(false);
            cache.get_or_insert_with("", "main", "SELECT used", || {
                made_again.set(true);
                -1
            });
            assert_eq!(made_again.get(), number == 0, "after {number}");
            assert!(entries(&cache) <= MAX_ENTRIES);
        }
    }

    #[test]
    fn long_statements_are_made_each_time() {
        let mut cache = BoundedCache::new();
        let long = "x".repeat(MAX_KEY_BYTES);
        assert_eq!(cache.get_or_insert_with("", "", &long, || 1), 1);
        assert_eq!(cache.get_or_insert_with("", "", &long, || 2), 1);
        assert_eq!(cache.get_or_insert_with("", "y", &long, || 3), 3);
        assert_eq!(cache.get_or_insert_with("", "y", &long, || 4), 4);
        assert_eq!(entries(&cache), 1);
    }

    #[test]
    fn equal_hashes_never_give_a_wrong_value() {
        for (first, second) in [("a", "c"), ("", "ab"), ("ab", ""), ("a", "bb"), ("aa", "b"), ("a", "")] {
            let mut cache = BoundedCache::new();
            cache.get_or_insert_with("", "a", "b", || "first");
            let entry = cache.young.drain().next().unwrap().1;
            cache.young.insert(hash(cache.seeds, "", first.as_bytes(), second.as_bytes()), entry);
            assert_eq!(cache.get_or_insert_with("", first, second, || "other"), "other", "{first:?} {second:?}");
        }
    }

    #[test]
    fn hashes_depend_on_every_byte_on_the_border_and_on_the_seeds() {
        let seeds = [3, 5];
        let mut hashes: Vec<u64> = (0..80)
            .map(|at| {
                let mut sql = [b' '; 80];
                sql[at] = b'x';
                hash(seeds, "", b"main", &sql)
            })
            .collect();
        hashes.extend([hash(seeds, "", b"ma", b"in"), hash(seeds, "", b"main", b""), hash(seeds, "", b"", b"main")]);
        hashes.extend([
            hash(seeds, "mysql", b"main", b""),
            hash(seeds, "", b"main", b"\0"),
            hash([4, 5], "", b"main", b""),
        ]);
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }
}

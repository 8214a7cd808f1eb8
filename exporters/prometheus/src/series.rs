//! Series by their labels: a table for each thread, and one registry that keeps all of them within a bound.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, OnceLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use tachograph_core::lock;

/// What tells one series of a family from another, before it is written as labels: that is done only once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) parts: [&'a str; 5],
    pub(crate) status: u16,
}

#[derive(Debug)]
struct OwnedKey {
    parts: [Box<str>; 5],
    status: u16,
}

impl Key<'_> {
    fn hash(&self, hasher: &DefaultHashBuilder) -> u64 {
        let mut hash = hasher.build_hasher();
        hash.write_u16(self.status);
        for part in self.parts {
            hash.write_usize(part.len());
            hash.write(part.as_bytes());
        }
        hash.finish()
    }

    fn is(&self, owned: &OwnedKey) -> bool {
        self.status == owned.status && self.parts.iter().zip(&owned.parts).all(|(part, owned)| is_same(part, owned))
    }
}

/// An empty text points nowhere, and glibc's comparison, told to read no byte of it, takes a hundred nanoseconds to find
/// that out where it uses masked loads.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// What all series of a family have in common, on all threads.
#[derive(Debug)]
pub(crate) struct Family {
    /// How a key is written as labels. Two keys with the same labels are one series.
    labels: fn(&Key<'_>) -> String,
    /// The labels of the series that takes what has no room.
    overflow: &'static str,
    most: usize,
    known: Mutex<HashSet<Arc<str>>>,
    /// The known ones, once there are as many as there may be. They do not change any more, so no lock is needed.
    full: OnceLock<HashSet<Arc<str>>>,
    hasher: DefaultHashBuilder,
}

impl Family {
    pub(crate) fn new(most: usize, overflow: &'static str, labels: fn(&Key<'_>) -> String) -> Self {
        Family {
            labels,
            overflow,
            most,
            known: Mutex::default(),
            full: OnceLock::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The labels as all threads share them; none where there is no room for another series.
    fn admit(&self, labels: &str) -> Option<Arc<str>> {
        if let Some(full) = self.full.get() {
            return full.get(labels).cloned();
        }
        let mut known = lock(&self.known);
        if let Some(labels) = known.get(labels) {
            return Some(Arc::clone(labels));
        }
        if known.len() >= self.most {
            return None;
        }
        let labels: Arc<str> = labels.into();
        known.insert(Arc::clone(&labels));
        if known.len() == self.most {
            let _ = self.full.set(known.clone());
        }
        Some(labels)
    }
}

/// Numbers that can be added up.
pub(crate) trait Add: Default {
    fn add(&mut self, other: &Self);
}

/// One thread's series of a family.
#[derive(Debug)]
pub(crate) struct Table<S> {
    /// Where the series of a key is.
    places: HashTable<(OwnedKey, usize)>,
    series: Vec<(Arc<str>, S)>,
    overflow: S,
    overflowed: u64,
}

impl<S: Default> Default for Table<S> {
    fn default() -> Self {
        Table { places: HashTable::new(), series: Vec::new(), overflow: S::default(), overflowed: 0 }
    }
}

impl<S: Add> Table<S> {
    /// The series of this key, or the one that takes what has no room.
    pub(crate) fn series(&mut self, key: &Key<'_>, family: &Family) -> &mut S {
        let hash = key.hash(&family.hasher);
        let place = match self.places.find(hash, |(known, _)| key.is(known)) {
            Some((_, place)) => Some(*place),
            None => self.admit(key, hash, family),
        };
        match place {
            Some(place) => &mut self.series[place].1,
            None => {
                self.overflowed += 1;
                &mut self.overflow
            }
        }
    }

    #[cold]
    fn admit(&mut self, key: &Key<'_>, hash: u64, family: &Family) -> Option<usize> {
        let labels = family.admit(&(family.labels)(key))?;
        let place = self.series.iter().position(|(known, _)| *known == labels).unwrap_or_else(|| {
            self.series.push((labels, S::default()));
            self.series.len() - 1
        });
        let owned = OwnedKey { parts: key.parts.map(Into::into), status: key.status };
        self.places.insert_unique(hash, (owned, place), |(key, _)| {
            Key { parts: key.parts.each_ref().map(|part| &**part), status: key.status }.hash(&family.hasher)
        });
        Some(place)
    }
}

/// The series of all threads, in the order of their labels.
#[derive(Debug)]
pub(crate) struct Totals<S> {
    series: BTreeMap<Arc<str>, S>,
    pub(crate) overflowed: u64,
}

impl<S> Default for Totals<S> {
    fn default() -> Self {
        Totals { series: BTreeMap::new(), overflowed: 0 }
    }
}

impl<S: Add> Totals<S> {
    pub(crate) fn add(&mut self, table: &Table<S>, family: &Family) {
        for (labels, series) in &table.series {
            self.series.entry(Arc::clone(labels)).or_default().add(series);
        }
        if table.overflowed > 0 {
            self.series.entry(family.overflow.into()).or_default().add(&table.overflow);
            self.overflowed += table.overflowed;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &S)> {
        self.series.iter().map(|(labels, series)| (&**labels, series))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Add for u64 {
        fn add(&mut self, other: &Self) {
            *self += other;
        }
    }

    /// The last part is not in the labels.
    fn labels(key: &Key<'_>) -> String {
        format!("{}{}{}", key.parts[0], key.parts[1], key.status)
    }

    fn key<'a>(one: &'a str, two: &'a str, three: &'a str, status: u16) -> Key<'a> {
        Key { parts: [one, two, three, "", ""], status }
    }

    fn totals(tables: &[&Table<u64>], family: &Family) -> (Vec<(String, u64)>, u64) {
        let mut totals = Totals::default();
        tables.iter().for_each(|table| totals.add(table, family));
        (totals.iter().map(|(labels, count)| (labels.to_owned(), *count)).collect(), totals.overflowed)
    }

    #[test]
    fn keys_with_the_same_labels_are_one_series() {
        let (family, mut table) = (Family::new(10, "overflow", labels), Table::default());
        *table.series(&key("a", "b", "x", 1), &family) += 1;
        *table.series(&key("ab", "", "y", 1), &family) += 10;
        *table.series(&key("a", "b", "x", 2), &family) += 100;
        *table.series(&key("a", "b", "x", 1), &family) += 1000;
        assert_eq!(totals(&[&table], &family), (vec![("ab1".into(), 1011), ("ab2".into(), 100)], 0));
        assert_eq!((table.series.len(), table.places.len()), (2, 3));
    }

    #[test]
    fn many_keys_are_told_apart_by_every_part_of_them() {
        let (family, mut table) = (Family::new(usize::MAX, "overflow", labels), Table::default());
        let texts: Vec<String> = (1000..6000).map(|number| number.to_string()).collect();
        for _ in 0..2 {
            for (status, text) in texts.iter().enumerate() {
                *table.series(&key(text, "", "", 0), &family) += 1;
                *table.series(&key("a", text, "", 0), &family) += 1;
                *table.series(&key("b", "", "", status as u16), &family) += 1;
            }
        }
        let (totals, _) = totals(&[&table], &family);
        assert_eq!((totals.len(), totals.iter().all(|(_, count)| *count == 2)), (15_000, true));
    }

    #[test]
    fn beyond_the_bound_all_threads_know_the_same_series() {
        let family = Family::new(2, "overflow", labels);
        let (mut one, mut other) = (Table::default(), Table::default());
        *one.series(&key("a", "", "", 0), &family) += 1;
        *one.series(&key("b", "", "", 0), &family) += 1;
        for status in 0..1000 {
            *one.series(&key("c", "", "", status), &family) += 1;
        }
        *other.series(&key("c", "", "", 0), &family) += 1;
        *other.series(&key("b", "", "", 0), &family) += 1;
        let series = vec![("a0".into(), 1), ("b0".into(), 2), ("overflow".into(), 1001)];
        assert_eq!(totals(&[&one, &other], &family), (series, 1001));
        assert_eq!((one.places.len(), other.places.len()), (2, 1));
    }
}

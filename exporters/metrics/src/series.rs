//! Series by their attributes: a table for each thread, and one registry that keeps all of them within a bound.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Mutex, OnceLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use tachograph_core::lock;

use crate::attributes::{Attributes, List};
use crate::naming::{ByNaming, Naming};

/// What tells one series of a family from another, before it is made attributes: that is done only once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) parts: [&'a str; 5],
    /// The status of the answer; 0 where there was none.
    pub(crate) status: u16,
    /// What plain names say of the status; none where they do not show such a one at all.
    pub(crate) plain_status: Option<u16>,
}

#[derive(Debug)]
struct OwnedKey {
    parts: [Box<str>; 5],
    numbers: u32,
}

impl Key<'_> {
    fn numbers(&self) -> u32 {
        u32::from(self.status) << 16 | u32::from(self.plain_status.unwrap_or(u16::MAX))
    }

    fn is(&self, owned: &OwnedKey) -> bool {
        self.numbers() == owned.numbers && self.parts.iter().zip(&owned.parts).all(|(part, owned)| is_same(part, owned))
    }
}

/// Where a part ends is in the lengths, which are hashed at once: five times is what it costs otherwise.
fn hash<'a>(parts: impl Iterator<Item = &'a str> + Clone, numbers: u32, hasher: &DefaultHashBuilder) -> u64 {
    let mut hash = hasher.build_hasher();
    let lengths = parts.clone().fold(u64::from(numbers), |all, part| all.rotate_left(11) ^ part.len() as u64);
    hash.write_u64(lengths);
    parts.filter(|part| !part.is_empty()).for_each(|part| hash.write(part.as_bytes()));
    hash.finish()
}

/// An empty text points nowhere, and glibc's comparison, told to read no byte of it, takes a hundred nanoseconds to find
/// that out where it uses masked loads.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// The attributes of one series. By plain names some are not shown.
pub(crate) type Series = ByNaming<Option<Attributes>>;

/// The names of the attributes of these series, each once.
pub(crate) fn names(series: &[Series], naming: Naming) -> Vec<&'static str> {
    let mut names = Vec::new();
    for attribute in series.iter().filter_map(|series| series.get(naming).as_ref()).flat_map(Attributes::iter) {
        match attribute.name {
            Cow::Borrowed(name) if !names.contains(&name) => names.push(name),
            _ => {}
        }
    }
    names
}

/// A key in which nothing is left out, so that its series has every attribute.
pub(crate) const FULL: Key<'static> =
    Key { parts: ["a", "b:1", "c/d", "e", "f"], status: 500, plain_status: Some(500) };

/// The attributes of the series that takes what has no room.
pub(crate) fn overflow(plain: impl IntoIterator<Item = &'static str>) -> Series {
    ByNaming {
        opentelemetry: Some([("otel.metric.overflow", true)].into_iter().collect()),
        plain: Some(plain.into_iter().fold(List::new(), |list, name| list.text(name, "_overflow")).done()),
    }
}

/// What all series of a family have in common, on all threads.
#[derive(Debug)]
pub(crate) struct Family {
    /// How a key is written as attributes. Two keys with the same attributes are one series.
    series: fn(&Key<'_>) -> Series,
    overflow: Series,
    most: usize,
    /// Each has a number, from 0.
    known: Mutex<HashMap<Series, usize>>,
    /// The known ones, once there are as many as there may be. They do not change any more, so no lock is needed.
    full: OnceLock<HashMap<Series, usize>>,
    hasher: DefaultHashBuilder,
}

impl Family {
    pub(crate) fn new(most: usize, overflow: Series, series: fn(&Key<'_>) -> Series) -> Self {
        Family {
            series,
            overflow,
            most,
            known: Mutex::default(),
            full: OnceLock::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The number of a series on all threads; none where there is no room for another one.
    fn admit(&self, series: Series) -> Option<usize> {
        if let Some(full) = self.full.get() {
            return full.get(&series).copied();
        }
        let mut known = lock(&self.known);
        let number = known.len();
        if let Some(number) = known.get(&series) {
            return Some(*number);
        }
        if number >= self.most {
            return None;
        }
        known.insert(series, number);
        if known.len() == self.most {
            let _ = self.full.set(known.clone());
        }
        Some(number)
    }

    /// The known ones with their numbers, as far as they are shown.
    pub(crate) fn shown(&self, naming: Naming) -> Vec<(Attributes, usize)> {
        let known = lock(&self.known);
        known.iter().filter_map(|(series, number)| Some((series.get(naming).clone()?, *number))).collect()
    }

    /// The one that takes what has no room.
    pub(crate) fn overflow(&self, naming: Naming) -> Option<Attributes> {
        self.overflow.get(naming).clone()
    }
}

/// Numbers that can be added up.
pub trait Add: Default {
    /// Adds those of another.
    fn add(&mut self, other: &Self);
}

/// So many keys are known to have no room.
const REFUSED: usize = 64;

/// One thread's series of a family.
#[derive(Debug)]
pub(crate) struct Table<S> {
    /// Where the series of a key is.
    places: HashTable<(OwnedKey, usize)>,
    /// By the number that a series has on all threads.
    pub(crate) series: Vec<(usize, S)>,
    /// Hashes of keys that had no room, each at the place that it says itself: to find that out takes long, and it is
    /// so for ever.
    refused: Vec<u64>,
    pub(crate) overflow: S,
    pub(crate) overflowed: u64,
}

impl<S: Default> Default for Table<S> {
    fn default() -> Self {
        let (places, series, refused) = (HashTable::new(), Vec::new(), Vec::new());
        Table { places, series, refused, overflow: S::default(), overflowed: 0 }
    }
}

impl<S: Add> Table<S> {
    /// The series of this key, or the one that takes what has no room.
    pub(crate) fn series(&mut self, key: &Key<'_>, family: &Family) -> &mut S {
        let hash = hash(key.parts.into_iter(), key.numbers(), &family.hasher);
        let place = match self.places.find(hash, |(known, _)| key.is(known)) {
            Some((_, place)) => Some(*place),
            None if self.refused.get(hash as usize % REFUSED) == Some(&hash) => None,
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

    /// Takes the numbers of some series, which stay known, with the numbers that these have on all threads.
    pub(crate) fn take(&mut self, from: usize, most: usize) -> Vec<(usize, S)> {
        let series = self.series.iter_mut().skip(from).take(most);
        series.map(|(number, series)| (*number, std::mem::take(series))).collect()
    }

    /// Takes what had no room, and how often it had none.
    pub(crate) fn take_overflow(&mut self) -> (S, u64) {
        (std::mem::take(&mut self.overflow), std::mem::take(&mut self.overflowed))
    }

    #[cold]
    fn admit(&mut self, key: &Key<'_>, at: u64, family: &Family) -> Option<usize> {
        let Some(number) = family.admit((family.series)(key)) else {
            self.refused.resize(REFUSED, 0);
            self.refused[at as usize % REFUSED] = at;
            return None;
        };
        let place = self.series.iter().position(|(known, _)| *known == number).unwrap_or_else(|| {
            self.series.push((number, S::default()));
            self.series.len() - 1
        });
        let owned = OwnedKey { parts: key.parts.map(Into::into), numbers: key.numbers() };
        self.places.insert_unique(at, (owned, place), |(key, _)| {
            hash(key.parts.iter().map(|part| &**part), key.numbers, &family.hasher)
        });
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Value;
    use crate::totals::Totals;

    impl Add for u64 {
        fn add(&mut self, other: &Self) {
            *self += other;
        }
    }

    /// The last part is not in the attributes, and plain names do not show a status of 9.
    fn series(key: &Key<'_>) -> Series {
        let text = format!("{}{}", key.parts[0], key.parts[1]);
        let plain = List::new().text("text", &text);
        ByNaming {
            opentelemetry: Some(List::new().text("text", &text).number("status", key.status).done()),
            plain: (key.status != 9).then(|| plain.done()),
        }
    }

    fn key<'a>(one: &'a str, two: &'a str, three: &'a str, status: u16) -> Key<'a> {
        Key { parts: [one, two, three, "", ""], status, plain_status: Some(status) }
    }

    fn totals(tables: &[&Table<u64>], family: &Family, naming: Naming) -> (Vec<(String, u64)>, u64) {
        let mut totals = Totals::default();
        tables.iter().for_each(|table| totals.add(|add| add(table)));
        let (overflowed, shown) = (totals.overflowed, totals.shown(family, naming));
        let written = |attributes: &Attributes| {
            let values = attributes.iter().map(|attribute| match &attribute.value {
                Value::Text(text) => text.to_string(),
                Value::Int(number) => number.to_string(),
                Value::Bool(_) => "overflow".to_owned(),
            });
            values.collect::<String>()
        };
        (shown.iter().map(|(attributes, count)| (written(attributes), *count)).collect(), overflowed)
    }

    fn family(most: usize) -> Family {
        Family::new(most, overflow(["text"]), series)
    }

    #[test]
    fn keys_with_the_same_attributes_are_one_series() {
        let (family, mut table) = (family(10), Table::default());
        *table.series(&key("a", "b", "x", 1), &family) += 1;
        *table.series(&key("ab", "", "y", 1), &family) += 10;
        *table.series(&key("a", "b", "x", 2), &family) += 100;
        *table.series(&key("a", "b", "x", 1), &family) += 1000;
        assert_eq!(
            totals(&[&table], &family, Naming::OpenTelemetry),
            (vec![("ab1".into(), 1011), ("ab2".into(), 100)], 0)
        );
        assert_eq!((table.series.len(), table.places.len()), (2, 3));
    }

    #[test]
    fn many_keys_are_told_apart_by_every_part_of_them() {
        let (family, mut table) = (family(usize::MAX), Table::default());
        let texts: Vec<String> = (1000..6000).map(|number| number.to_string()).collect();
        for _ in 0..2 {
            for (status, text) in texts.iter().enumerate() {
                *table.series(&key(text, "", "", 0), &family) += 1;
                *table.series(&key("a", text, "", 0), &family) += 1;
                *table.series(&key("b", "", "", status as u16), &family) += 1;
            }
        }
        let (totals, _) = totals(&[&table], &family, Naming::OpenTelemetry);
        assert_eq!((totals.len(), totals.iter().all(|(_, count)| *count == 2)), (15_000, true));
    }

    #[test]
    fn beyond_the_bound_all_threads_know_the_same_series() {
        let family = family(2);
        let (mut one, mut other) = (Table::default(), Table::default());
        *one.series(&key("a", "", "", 0), &family) += 1;
        *one.series(&key("b", "", "", 0), &family) += 1;
        for status in 0..1000 {
            *one.series(&key("c", "", "", status), &family) += 1;
        }
        *other.series(&key("c", "", "", 0), &family) += 1;
        *other.series(&key("b", "", "", 0), &family) += 1;
        let series = vec![("overflow".into(), 1001), ("a".into(), 1), ("b".into(), 2)];
        assert_eq!(totals(&[&one, &other], &family, Naming::OpenTelemetry), (series, 1001));
        assert_eq!((one.places.len(), other.places.len()), (2, 1));
    }
}

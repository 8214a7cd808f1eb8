//! Numbers of other kinds than the metrics', counted as these are: by each thread for itself, within a bound.

use std::fmt;
use std::sync::Mutex;

use tachograph_core::{Sharded, lock};

use crate::attributes::{Attributes, List, Value};
use crate::naming::{ByNaming, Naming};
use crate::series::{Add, Family, Key, Table};
use crate::totals::AT_A_TIME;

/// The parts of a key by their places: those that are empty are left out.
const PLACES: [&str; 5] = ["0", "1", "2", "3", "4"];

/// Numbers of any kind, one for each key.
///
/// ```
/// use tachograph_metrics::{Add, Groups};
///
/// #[derive(Default)]
/// struct Count(u64);
///
/// impl Add for Count {
///     fn add(&mut self, other: &Self) {
///         self.0 += other.0;
///     }
/// }
///
/// let groups = Groups::<Count>::new(1);
/// groups.change(["GET", "/flags/{key}", "", "", ""], |count| count.0 += 1);
/// groups.change(["GET", "/experiments", "", "", ""], |count| count.0 += 1);
/// let taken = groups.take();
/// assert_eq!((taken.groups.len(), taken.groups[0].1.0), (1, 1));
/// assert_eq!((taken.overflowed, taken.overflow.0), (1, 1));
/// ```
pub struct Groups<S> {
    family: Family,
    shards: Sharded<Mutex<Table<S>>>,
}

/// What was counted in the groups, on all threads.
#[derive(Debug)]
#[non_exhaustive]
pub struct Taken<S> {
    /// Those that were ever changed, in no particular order.
    pub groups: Vec<([Box<str>; 5], S)>,
    /// The one that takes what has no room.
    pub overflow: S,
    /// How often it did.
    pub overflowed: u64,
}

impl<S: Add> Groups<S> {
    /// At most so many groups; what comes beyond is counted in one more.
    pub fn new(most: usize) -> Self {
        let nowhere = ByNaming { opentelemetry: None, plain: None };
        Groups { family: Family::new(most, nowhere, series), shards: Sharded::new(Mutex::default) }
    }

    /// Changes the group of this key, under a lock that other threads hardly ever hold.
    pub fn change(&self, key: [&str; 5], change: impl FnOnce(&mut S)) {
        let key = Key { parts: key, status: 0, plain_status: Some(0) };
        change(lock(self.shards.local()).series(&key, &self.family));
    }

    /// Takes what was counted since the last time. Groups keep their room.
    pub fn take(&self) -> Taken<S> {
        let mut sums: Vec<Option<S>> = Vec::new();
        let (mut overflow, mut overflowed) = (S::default(), 0);
        for shard in self.shards.iter() {
            for from in (0..).step_by(AT_A_TIME) {
                // Each is added outside of the lock, which the thread that counts waits for.
                let taken = lock(shard).take(from, AT_A_TIME);
                let is_last = taken.len() < AT_A_TIME;
                for (number, series) in taken {
                    if sums.len() <= number {
                        sums.resize_with(number + 1, || None);
                    }
                    add_or_set(&mut sums[number], series);
                }
                if is_last {
                    break;
                }
            }
            let (beyond, count) = lock(shard).take_overflow();
            if count > 0 {
                overflow.add(&beyond);
                overflowed += count;
            }
        }
        let known = self.family.shown(Naming::OpenTelemetry);
        let groups = known.into_iter().filter_map(|(key, number)| Some((parts(&key), sums.get_mut(number)?.take()?)));
        Taken { groups: groups.collect(), overflow, overflowed }
    }
}

fn add_or_set<S: Add>(sum: &mut Option<S>, series: S) {
    match sum {
        Some(sum) => sum.add(&series),
        None => *sum = Some(series),
    }
}

fn series(key: &Key<'_>) -> ByNaming<Option<Attributes>> {
    let parts = PLACES.into_iter().zip(key.parts).fold(List::new(), |list, (place, part)| list.text(place, part));
    ByNaming { opentelemetry: Some(parts.done()), plain: None }
}

fn parts(key: &Attributes) -> [Box<str>; 5] {
    PLACES.map(|place| match key.get(place) {
        Some(Value::Text(part)) => part.as_ref().into(),
        _ => Box::default(),
    })
}

impl<S> fmt::Debug for Groups<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Groups").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq)]
    struct Count(u64);

    impl Add for Count {
        fn add(&mut self, other: &Self) {
            self.0 += other.0;
        }
    }

    fn key(first: &str) -> [&str; 5] {
        [first, "", "b", "", "c"]
    }

    #[test]
    fn what_is_taken_is_counted_once_whichever_thread_counted_it() {
        let groups = Groups::<Count>::new(1000);
        let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        for round in 1..3 {
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| names.iter().for_each(|name| groups.change(key(name), |count| count.0 += round)));
                }
            });
            let taken = groups.take();
            assert_eq!((taken.groups.len(), taken.overflowed), (100, 0));
            assert!(taken.groups.iter().all(|(_, count)| count.0 == 3 * round), "{taken:?}");
            assert!(taken.groups.iter().any(|(parts, _)| parts.each_ref().map(|part| &**part) == key("42")));
        }
        assert!(groups.take().groups.iter().all(|(_, count)| count.0 == 0));
    }

    #[test]
    fn beyond_the_bound_is_one_group_more() {
        let groups = Groups::<Count>::new(2);
        for _ in 0..2 {
            ["a", "b", "c", "d"].iter().for_each(|name| groups.change(key(name), |count| count.0 += 1));
            let taken = groups.take();
            assert_eq!((taken.groups.len(), taken.overflowed, &taken.overflow), (2, 2, &Count(2)));
        }
    }
}

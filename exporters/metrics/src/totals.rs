//! The series of all threads, added up.

use crate::attributes::Attributes;
use crate::naming::Naming;
use crate::series::{Add, Family, Table};

/// So many are added up at a time, which takes some microseconds: meanwhile their thread cannot count.
pub(crate) const AT_A_TIME: usize = 32;

/// The series of all threads.
#[derive(Debug)]
pub(crate) struct Totals<S> {
    /// By their numbers.
    series: Vec<Option<S>>,
    overflow: Option<S>,
    pub(crate) overflowed: u64,
}

impl<S> Default for Totals<S> {
    fn default() -> Self {
        Totals { series: Vec::new(), overflow: None, overflowed: 0 }
    }
}

impl<S: Add> Totals<S> {
    /// Adds the table of one thread, which `with` locks: some series at a time, as each is whole by itself.
    pub(crate) fn add(&mut self, mut with: impl FnMut(&mut dyn FnMut(&Table<S>))) {
        let (mut done, mut all) = (0, false);
        while !all {
            with(&mut |table| {
                let rest = &table.series[done..];
                rest.iter().take(AT_A_TIME).for_each(|(number, series)| self.add_one(*number, series));
                done += rest.len().min(AT_A_TIME);
                all = rest.len() <= AT_A_TIME;
                if all && table.overflowed > 0 {
                    self.overflow.get_or_insert_default().add(&table.overflow);
                    self.overflowed += table.overflowed;
                }
            });
        }
    }

    fn add_one(&mut self, number: usize, series: &S) {
        if self.series.len() <= number {
            self.series.resize_with(number + 1, || None);
        }
        self.series[number].get_or_insert_default().add(series);
    }

    /// Those that are shown, in the order of their attributes.
    pub(crate) fn shown(self, family: &Family, naming: Naming) -> Vec<(Attributes, S)> {
        let Totals { mut series, overflow, overflowed: _ } = self;
        let mut shown: Vec<(Attributes, S)> = family
            .shown(naming)
            .into_iter()
            .filter_map(|(attributes, number)| Some((attributes, series.get_mut(number)?.take()?)))
            .collect();
        shown.extend(family.overflow(naming).zip(overflow));
        merged(shown)
    }
}

/// In the order of their attributes, and of several with the same ones the sum.
pub(crate) fn merged<S: Add>(mut series: Vec<(Attributes, S)>) -> Vec<(Attributes, S)> {
    series.sort_by(|(one, _), (other, _)| one.cmp(other));
    series.dedup_by(|(attributes, series), (kept, sum)| {
        let is_same = attributes == kept;
        if is_same {
            sum.add(series);
        }
        is_same
    });
    series
}

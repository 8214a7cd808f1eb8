//! What became of each line.

use std::collections::BTreeMap;

use super::input::TooLong;

/// Where a line stands: the input, and its number in it, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) input: usize,
    pub(crate) line: u64,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// Of a request or a task, and counted.
    Request,
    /// Of calls or a finding, and counted.
    Detail,
    /// Of a request, a task, calls or a finding that was not asked for: `--where`, `--since`, `--until`.
    NotAsked,
    /// What the application logged, or the exporter said of itself.
    Log,
    /// Metrics of many requests, which have lines of their own.
    Metrics,
    /// Begun as one of ours, but cut off or otherwise damaged.
    Broken,
    /// Somebody else's.
    Foreign,
    /// Longer than any of ours.
    TooLong,
}

/// How many lines had which fate, and the first of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts(BTreeMap<Fate, (u64, Option<Place>)>);

impl Counts {
    pub(crate) fn add(&mut self, fate: Fate, place: Place) {
        self.add_many(fate, 1, Some(place));
    }

    pub(crate) fn add_too_long(&mut self, too_long: TooLong) {
        let first = too_long.first.map(|(input, line)| Place { input, line });
        self.add_many(Fate::TooLong, too_long.count, first);
    }

    pub(crate) fn merge(&mut self, other: &Counts) {
        other.0.iter().for_each(|(fate, (count, first))| self.add_many(*fate, *count, *first));
    }

    fn add_many(&mut self, fate: Fate, count: u64, place: Option<Place>) {
        let (known, first) = self.0.entry(fate).or_default();
        *known += count;
        *first = [*first, place].into_iter().flatten().min();
    }

    /// How many had this fate.
    pub(crate) fn of(&self, fate: Fate) -> u64 {
        self.0.get(&fate).map_or(0, |(count, _)| *count)
    }

    /// The first that had this fate.
    pub(crate) fn first(&self, fate: Fate) -> Option<Place> {
        self.0.get(&fate)?.1
    }

    /// How many lines there were.
    pub(crate) fn all(&self) -> u64 {
        self.0.values().map(|(count, _)| count).sum()
    }
}

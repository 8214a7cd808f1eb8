//! Calls in groups, by what they asked and where.

use std::sync::Arc;

use crate::operation::Operation;

/// Groups of calls that asked the same from the same place.
///
/// Only some of a loop's calls are asked where they are. The others are taken to be where the one before them was that is
/// known, or else where the first one was.
pub(crate) struct ByPlace<'r, P, G> {
    entries: Vec<Entry<'r, P, G>>,
    calls: u32,
}

struct Entry<'r, P, G> {
    operation: &'r Arc<Operation>,
    place: Option<P>,
    /// The number of the last call that it took.
    latest: u32,
    group: G,
}

impl<'r, P: PartialEq, G> ByPlace<'r, P, G> {
    pub(crate) fn new() -> Self {
        ByPlace { entries: Vec::new(), calls: 0 }
    }

    /// The group of the next call, made by `make` if it is the first one there.
    pub(crate) fn of(&mut self, operation: &'r Arc<Operation>, place: Option<P>, make: impl FnOnce() -> G) -> &mut G {
        let entries = &mut self.entries;
        let mut same = (0..entries.len()).filter(|at| entries[*at].operation.is_same(operation));
        let known = match &place {
            Some(_) => same.find(|at| entries[*at].place == place),
            None => same.max_by_key(|at| entries[*at].latest),
        };
        let at = known.unwrap_or_else(|| {
            entries.push(Entry { operation, place, latest: 0, group: make() });
            entries.len() - 1
        });
        self.calls += 1;
        entries[at].latest = self.calls;
        &mut entries[at].group
    }

    /// The groups with their places. What came before the first call whose place is known belongs to that.
    pub(crate) fn gathered(self, merge: impl Fn(&mut G, G)) -> Vec<(Option<P>, G)> {
        let mut gathered: Vec<Entry<'r, P, G>> = Vec::with_capacity(self.entries.len());
        let mut lost: Vec<Entry<'r, P, G>> = Vec::new();
        for mut entry in self.entries {
            if entry.place.is_none() {
                lost.push(entry);
                continue;
            }
            while let Some(at) = lost.iter().position(|other| other.operation.is_same(entry.operation)) {
                merge(&mut entry.group, lost.swap_remove(at).group);
            }
            gathered.push(entry);
        }
        gathered.append(&mut lost);
        gathered.into_iter().map(|entry| (entry.place, entry.group)).collect()
    }
}

//! Counts, one behind the other, in as little room as they need.

/// A page has thousands of distributions, most with few of anything: two bytes a count instead of eight.
#[derive(Debug, Clone)]
pub(crate) enum Counts {
    /// All are whole numbers below 65536.
    Small(Vec<u16>),
    Large(Vec<f64>),
}

impl Default for Counts {
    fn default() -> Self {
        Counts::Small(Vec::new())
    }
}

/// The number in two bytes, if that is what it is.
#[inline]
fn small(count: f64) -> Option<u16> {
    Some(count as u16).filter(|small| f64::from(*small) == count)
}

impl Counts {
    #[inline]
    pub(crate) fn add(&mut self, at: usize, more: f64) {
        match self {
            Counts::Large(counts) => counts[at] += more,
            Counts::Small(counts) => {
                let sum = f64::from(counts[at]) + more;
                match small(sum) {
                    Some(sum) => counts[at] = sum,
                    None => self.enlarge(|counts| counts[at] = sum),
                }
            }
        }
    }

    pub(crate) fn insert(&mut self, at: usize, count: f64) {
        match (self, small(count)) {
            (Counts::Large(counts), _) => insert(counts, at, count),
            (Counts::Small(counts), Some(count)) => insert(counts, at, count),
            (counts @ Counts::Small(_), None) => counts.enlarge(|counts| insert(counts, at, count)),
        }
    }

    #[cold]
    fn enlarge(&mut self, change: impl FnOnce(&mut Vec<f64>)) {
        let mut counts = self.iter().collect();
        change(&mut counts);
        *self = Counts::Large(counts);
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Counts::Small(counts) => counts.len(),
            Counts::Large(counts) => counts.len(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = f64> {
        let (small, large) = match self {
            Counts::Small(counts) => (counts.as_slice(), [].as_slice()),
            Counts::Large(counts) => ([].as_slice(), counts.as_slice()),
        };
        small.iter().copied().map(f64::from).chain(large.iter().copied())
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Counts::Small(counts) => counts.capacity() * size_of::<u16>(),
            Counts::Large(counts) => counts.capacity() * size_of::<f64>(),
        }
    }
}

impl PartialEq for Counts {
    /// Whether they are the same numbers, in whatever room.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

/// Grows by a quarter, so that none keeps twice the room that it needs.
fn insert<T>(counts: &mut Vec<T>, at: usize, count: T) {
    if counts.len() == counts.capacity() {
        counts.reserve_exact((counts.len() / 4).max(4));
    }
    counts.insert(at, count);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_or_no_whole_number_is_kept_as_it_is() {
        for more in [65536.0, 0.25, 1e300] {
            let mut added = Counts::default();
            (0..3).for_each(|at| added.insert(at, 7.0));
            let mut inserted = added.clone();
            assert!(matches!(added, Counts::Small(_)));
            added.add(1, more);
            assert_eq!(added.iter().collect::<Vec<_>>(), [7.0, 7.0 + more, 7.0]);
            inserted.insert(1, more);
            inserted.add(0, 1.0);
            assert_eq!(inserted.iter().collect::<Vec<_>>(), [8.0, more, 7.0, 7.0]);
        }
    }

    #[test]
    fn the_same_numbers_are_equal_in_whatever_room() {
        let (mut whole, mut halves) = (Counts::default(), Counts::default());
        (0..3).for_each(|at| whole.insert(at, 65535.0));
        (0..3).for_each(|at| halves.insert(at, 65534.5));
        assert_ne!(whole, halves);
        (0..3).for_each(|at| halves.add(at, 0.5));
        assert_eq!(whole, halves);
        whole.insert(3, 1.0);
        assert_ne!(whole, halves);
    }
}

//! How much time a set of intervals covers.

/// Intervals of a request, in nanoseconds since it began.
#[derive(Debug, Default)]
pub(super) struct Intervals(Vec<(u64, u64)>);

impl Intervals {
    pub(super) fn add(&mut self, start: u64, end: u64) {
        self.0.push((start, end));
    }

    pub(super) fn append(&mut self, mut others: Intervals) {
        self.0.append(&mut others.0);
    }

    /// The time that at least one of them covers.
    pub(super) fn union(&mut self) -> u64 {
        self.0.sort_unstable();
        let (mut covered, mut until) = (0, 0);
        for &(start, end) in &self.0 {
            covered += end.saturating_sub(start.max(until));
            until = until.max(end);
        }
        covered
    }

    /// The time between `start` and `end` that none of them covers.
    pub(super) fn gaps(&mut self, start: u64, end: u64) -> u64 {
        let mut inside = Intervals::default();
        for &(from, to) in &self.0 {
            if from < end && to > start {
                inside.add(from.max(start), to.min(end));
            }
        }
        (end - start).saturating_sub(inside.union())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_counts_once() {
        let mut intervals = Intervals::default();
        for (start, end) in [(10, 20), (5, 12), (30, 40), (31, 32), (40, 41), (7, 7)] {
            intervals.add(start, end);
        }
        assert_eq!(intervals.union(), 15 + 11);
        assert_eq!(intervals.gaps(0, 50), 50 - 26);
        assert_eq!(intervals.gaps(15, 31), 10);
        assert_eq!(intervals.gaps(32, 36), 0);
    }
}

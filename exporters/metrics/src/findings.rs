//! How much was found, by what it is.

use tachograph_core::{FindingKind, Record};

use crate::attributes::Attributes;
use crate::series::Add;
use crate::snapshot::{Number, Point};

/// The attribute that tells the findings of a series apart.
pub(crate) const FINDING: &str = "finding";

/// How many findings of each kind there were.
#[derive(Debug, Default)]
pub(crate) struct Findings([u64; FindingKind::ALL.len()]);

impl Findings {
    pub(crate) fn record(&mut self, record: &Record) {
        for finding in record.findings() {
            if let Some(count) = self.0.get_mut(finding.kind() as usize) {
                *count += 1;
            }
        }
    }

    /// Those that were made: most routes have none, and none has all.
    pub(crate) fn points(&self, of: &Attributes) -> impl Iterator<Item = Point<Number>> {
        let found = FindingKind::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0);
        found.map(|(kind, count)| Point::new(of.and(FINDING, kind.as_str()), count))
    }
}

impl Add for Findings {
    fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_the_place_that_it_is_shown_from() {
        for (place, kind) in FindingKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
        }
    }
}

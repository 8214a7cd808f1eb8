//! What is known of the addresses that stacks are made of.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::places::PlaceId;

/// Whose code is at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// Of a library: what called it is looked at.
    Others,
    /// The service's own.
    Users(PlaceId),
    /// The service's own, and there was no room to keep its place.
    Crowded,
    /// Here the poll of the request begins: what called it is not the request's.
    Outside,
}

/// The addresses that were looked up so far.
pub(super) struct Addresses {
    spots: HashMap<usize, Spot, BuildHasherDefault<AddressHasher>>,
    most: usize,
}

impl Addresses {
    pub(super) fn new(most: usize) -> Self {
        Addresses { spots: HashMap::default(), most }
    }

    pub(super) fn get(&self, address: usize) -> Option<Spot> {
        self.spots.get(&address).copied()
    }

    pub(super) fn is_full(&self) -> bool {
        self.spots.len() >= self.most
    }

    pub(super) fn insert(&mut self, address: usize, spot: Spot) {
        if !self.is_full() {
            self.spots.insert(address, spot);
        }
    }
}

/// Nobody chooses addresses in order to make a table slow, so it need not be guarded against that.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize((*byte).into()));
    }

    fn write_usize(&mut self, address: usize) {
        let product = u128::from(self.0 ^ address as u64) * 0x9E37_79B9_7F4A_7C15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let mut addresses = Addresses::new(2);
        for address in [16, 32, 48] {
            addresses.insert(address, Spot::Others);
        }
        assert!(addresses.is_full());
        assert_eq!([16, 32, 48].map(|address| addresses.get(address)), [Some(Spot::Others), Some(Spot::Others), None]);
    }

    #[test]
    fn neighbours_are_told_apart_by_the_bits_that_tables_use() {
        let hash = |address: usize| {
            let mut hasher = AddressHasher::default();
            hasher.write_usize(address);
            hasher.finish()
        };
        let high = |shift: u32| {
            (0..128).map(|at| hash(0x5555_0000 + at * 5) >> shift).collect::<std::collections::HashSet<_>>()
        };
        assert!(high(57).len() > 60);
        let low: std::collections::HashSet<_> = (0..128).map(|at| hash(0x5555_0000 + at * 16) & 127).collect();
        assert!(low.len() > 60);
    }
}

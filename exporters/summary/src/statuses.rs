//! Requests of an endpoint by what a page filters by: their status, and how long they took.

use crate::distribution::Distribution;
use crate::key::Variant;
use crate::request::Request;
use crate::sums::Sums;

/// By status, and whether they are errors, in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Statuses(Vec<OfStatus>);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OfStatus {
    pub(crate) status: Option<u16>,
    pub(crate) is_error: bool,
    pub(crate) durations: Distribution,
    /// Which bands there are.
    bands: u16,
    /// Of these, in their order.
    pub(crate) variants: Vec<(Variant, Sums)>,
}

/// The status that it is counted as where there is no room for its own: `400` for `451`.
fn of_class(status: Option<u16>) -> Option<u16> {
    status.filter(|status| (100..1000).contains(status)).map(|status| status / 100 * 100)
}

impl Statuses {
    pub(crate) fn add(&mut self, request: &Request, most: usize) -> bool {
        let (of, as_it_is) = self.at(request.status, request.is_error, most);
        of.sums(Variant::band(request.duration)).add(request);
        if !request.is_streaming {
            of.durations.add(request.duration, request.weight);
        }
        as_it_is
    }

    /// True where it has all its statuses; how many requests did not get theirs otherwise.
    pub(crate) fn merge(&mut self, other: &Statuses, most: usize) -> f64 {
        let mut without = 0.0;
        for other in &other.0 {
            let (of, as_it_is) = self.at(other.status, other.is_error, most);
            of.durations.merge(&other.durations);
            for (variant, more) in &other.variants {
                of.sums(variant.band).merge(more);
                without += if as_it_is { 0.0 } else { more.requests + more.streams };
            }
        }
        without
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &OfStatus> {
        self.0.iter()
    }

    /// Of this status, and whether that is the one asked for.
    pub(crate) fn at(&mut self, status: Option<u16>, is_error: bool, most: usize) -> (&mut OfStatus, bool) {
        let place = |known: &Vec<OfStatus>, status| {
            known.binary_search_by_key(&(status, is_error), |of| (of.status, of.is_error))
        };
        let mut found = place(&self.0, status);
        let mut counted = status;
        // Whatever is an answer has one of nine classes: these have room always.
        if found.is_err() && (self.0.len() >= most || status.is_some_and(|status| !(100..1000).contains(&status))) {
            counted = of_class(status);
            found = place(&self.0, counted);
        }
        let at = found.unwrap_or_else(|at| {
            self.0.reserve_exact(1);
            self.0.insert(
                at,
                OfStatus {
                    status: counted,
                    is_error,
                    durations: Distribution::default(),
                    bands: 0,
                    variants: Vec::new(),
                },
            );
            at
        });
        (&mut self.0[at], counted == status)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let each = |of: &OfStatus| of.durations.heap_bytes() + of.variants.capacity() * size_of::<(Variant, Sums)>();
        self.0.capacity() * size_of::<OfStatus>() + self.0.iter().map(each).sum::<usize>()
    }
}

impl OfStatus {
    #[inline]
    pub(crate) fn sums(&mut self, band: u8) -> &mut Sums {
        let bit = 1 << band;
        let at = (self.bands & (bit - 1)).count_ones() as usize;
        if self.bands & bit == 0 {
            self.bands |= bit;
            self.variants.reserve_exact(1);
            self.variants.insert(at, (Variant { status: self.status, is_error: self.is_error, band }, Sums::default()));
        }
        &mut self.variants[at].1
    }
}

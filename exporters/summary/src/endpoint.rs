//! What the requests of one endpoint come to.

use std::sync::Arc;

use crate::asked::{self, ByKey};
use crate::bounds::Bounds;
use crate::bucket;
use crate::call::{AskedCall, Call, CallKey, Calls};
use crate::distribution::Distribution;
use crate::finding::{AskedFinding, Finding, FindingKey, Findings};
use crate::key::Variant;
use crate::limits::{Limits, Overflowed};
use crate::request::{Request, is_weight};
use crate::statuses::{OfStatus, Statuses};
use crate::sums::Sums;

/// What the requests of one endpoint come to.
///
/// One of a [`Summary`](crate::Summary) keeps to its limits. One that is made by itself has none, and is what others are
/// merged into to be looked at together.
#[derive(Debug, Default)]
pub struct Endpoint {
    pub(crate) statuses: Statuses,
    /// Requests that are not counted as their status, for want of room.
    pub(crate) without_status: f64,
    pub(crate) calls: ByKey<CallKey, Calls>,
    pub(crate) findings: ByKey<FindingKey, Findings>,
    bounds: Option<Arc<Bounds>>,
}

impl Endpoint {
    pub(crate) fn within(self, bounds: &Arc<Bounds>) -> Self {
        Endpoint { bounds: Some(bounds.clone()), ..self }
    }

    /// One more request; nothing where it stands for none.
    pub fn add(&mut self, request: &Request) {
        if !is_weight(request.weight) {
            return;
        }
        let most = self.bounds.as_ref().map_or(usize::MAX, |bounds| bounds.limits.statuses);
        if !self.statuses.add(request, most) {
            self.without_status += request.weight;
        }
    }

    /// What one of its requests asked.
    pub fn add_call(&mut self, call: &Call<'_>) {
        if is_weight(call.weight) {
            self.calls_like(call).add(call);
        }
    }

    #[inline]
    pub(crate) fn calls_like(&mut self, call: &Call<'_>) -> &mut Calls {
        let (most, bounds) = in_bounds(&self.bounds, |limits| limits.calls);
        asked::at(&mut self.calls, call.asked(), most, bounds)
    }

    /// What was found of one of its requests.
    pub fn add_finding(&mut self, finding: &Finding<'_>) {
        if is_weight(finding.weight) {
            self.findings_like(finding).add(finding);
        }
    }

    #[inline]
    pub(crate) fn findings_like(&mut self, finding: &Finding<'_>) -> &mut Findings {
        let (most, bounds) = in_bounds(&self.bounds, |limits| limits.findings);
        asked::at(&mut self.findings, finding.asked(), most, bounds)
    }

    pub(crate) fn like(&mut self, status: Option<u16>, is_error: bool) -> &mut OfStatus {
        let (most, _) = in_bounds(&self.bounds, |limits| limits.statuses);
        self.statuses.at(status, is_error, most).0
    }

    /// With all of another.
    pub fn merge(&mut self, other: &Endpoint) {
        let (most, _) = in_bounds(&self.bounds, |limits| limits.statuses);
        self.without_status += other.without_status + self.statuses.merge(&other.statuses, most);
        let (most, bounds) = in_bounds(&self.bounds, |limits| limits.calls);
        for (key, calls) in &other.calls {
            asked::at_same::<AskedCall<'_>, _>(&mut self.calls, key, most, bounds).merge(calls);
        }
        let (most, bounds) = in_bounds(&self.bounds, |limits| limits.findings);
        for (key, findings) in &other.findings {
            asked::at_same::<AskedFinding<'_>, _>(&mut self.findings, key, most, bounds).merge(findings);
        }
    }

    /// The requests of these variants, together.
    pub fn sums(&self, of: impl Fn(&Variant) -> bool) -> Sums {
        let mut sums = Sums::default();
        self.variants().filter(|(variant, _)| of(variant)).for_each(|(_, more)| sums.merge(more));
        sums
    }

    /// The variants that there are.
    pub fn variants(&self) -> impl Iterator<Item = (&Variant, &Sums)> {
        self.statuses.iter().flat_map(|of| of.variants.iter().map(|(variant, sums)| (variant, sums)))
    }

    /// The durations of requests with these statuses.
    pub fn durations(&self, of: impl Fn(Option<u16>) -> bool) -> Distribution {
        let mut durations = Distribution::default();
        self.statuses.iter().filter(|known| of(known.status)).for_each(|known| durations.merge(&known.durations));
        durations
    }

    /// The durations of the requests of these variants: exactly those that are in their [`sums`](Self::sums).
    pub fn durations_of(&self, of: impl Fn(&Variant) -> bool) -> Distribution {
        let mut durations = Distribution::default();
        for known in self.statuses.iter() {
            let wanted: [bool; Variant::BANDS.len()] = std::array::from_fn(|band| {
                of(&Variant { status: known.status, is_error: known.is_error, band: band as u8 })
            });
            if wanted == [true; Variant::BANDS.len()] {
                durations.merge(&known.durations);
            } else if wanted.contains(&true) {
                let by_bucket = known.durations.by_bucket();
                let wanted = by_bucket.filter(|(bucket, _)| wanted[usize::from(bucket::band(*bucket))]);
                wanted.for_each(|(bucket, count)| durations.add_to(bucket, count));
            }
        }
        durations
    }

    /// What its requests asked of others.
    pub fn calls(&self) -> impl Iterator<Item = (&CallKey, &Calls)> {
        self.calls.iter().map(|(key, calls)| (&**key, calls))
    }

    /// What was found of its requests.
    pub fn findings(&self) -> impl Iterator<Item = (&FindingKey, &Findings)> {
        self.findings.iter().map(|(key, findings)| (&**key, findings))
    }

    /// How much of it is counted together for want of room.
    pub fn overflowed(&self) -> Overflowed {
        Overflowed {
            endpoints: 0.0,
            statuses: self.without_status,
            calls: asked::overflowing::<AskedCall<'_>, _>(&self.calls, |calls| calls.count),
            findings: asked::overflowing::<AskedFinding<'_>, _>(&self.findings, |findings| findings.requests),
        }
    }

    /// The memory that it takes beyond itself and its names, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.statuses.heap_bytes() + self.calls.allocation_size() + self.findings.allocation_size()
    }
}

impl Clone for Endpoint {
    /// By itself, without limits: what is added to a copy takes no room of the summary.
    fn clone(&self) -> Self {
        Endpoint {
            statuses: self.statuses.clone(),
            without_status: self.without_status,
            calls: self.calls.clone(),
            findings: self.findings.clone(),
            bounds: None,
        }
    }
}

impl PartialEq for Endpoint {
    /// Whether they count the same, whatever their bounds.
    fn eq(&self, other: &Self) -> bool {
        self.statuses == other.statuses
            && self.without_status == other.without_status
            && self.calls == other.calls
            && self.findings == other.findings
    }
}

fn in_bounds(bounds: &Option<Arc<Bounds>>, limit: impl Fn(&Limits) -> usize) -> (usize, Option<&Bounds>) {
    match bounds {
        Some(bounds) => (limit(&bounds.limits), Some(bounds)),
        None => (usize::MAX, None),
    }
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;

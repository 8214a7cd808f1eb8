//! The requests of an endpoint, or of several, taken together.

use std::collections::HashMap;

use tachograph_summary::{Distribution, Endpoint, FindingKey, Findings, Sums};

use crate::filter::Filter;

/// Requests taken together.
#[derive(Debug, Default)]
pub(crate) struct Totals<'a> {
    pub(crate) sums: Sums,
    pub(crate) durations: Distribution,
    pub(crate) findings: HashMap<&'a FindingKey, Findings>,
}

impl<'a> Totals<'a> {
    /// With those of an endpoint that are asked for. Findings are not told apart by statuses and durations.
    pub(crate) fn add(&mut self, endpoint: &'a Endpoint, filter: &Filter) {
        self.sums.merge(&endpoint.sums(|variant| filter.takes_variant(variant)));
        self.durations.merge(&endpoint.durations_of(|variant| filter.takes_variant(variant)));
        for (key, findings) in endpoint.findings() {
            let sum = self.findings.entry(key).or_default();
            sum.requests += findings.requests;
            sum.count += findings.count;
            sum.cost += findings.cost;
            sum.dearest = sum.dearest.max(findings.dearest);
        }
    }

    /// With all of another.
    pub(crate) fn merge(&mut self, other: &Totals<'a>) {
        self.sums.merge(&other.sums);
        self.durations.merge(&other.durations);
        for (key, findings) in &other.findings {
            let sum = self.findings.entry(key).or_default();
            sum.requests += findings.requests;
            sum.count += findings.count;
            sum.cost += findings.cost;
            sum.dearest = sum.dearest.max(findings.dearest);
        }
    }

    /// Requests and streams.
    pub(crate) fn all(&self) -> f64 {
        self.sums.requests + self.sums.streams
    }
}

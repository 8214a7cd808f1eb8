//! What is compared: requests of one endpoint, and how sure what is known of them is.

use crate::distribution::Distribution;
use crate::endpoint::Endpoint;
use crate::key::Variant;
use crate::sums::Sums;

/// Requests of an endpoint, to be compared with others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    sums: Sums,
    durations: Distribution,
}

/// The mean of a sample.
pub(crate) struct Mean {
    pub(crate) value: f64,
    /// Of the requests.
    pub(crate) variance: f64,
    /// How many requests it is of.
    pub(crate) count: f64,
}

impl Mean {
    pub(crate) fn error_squared(&self) -> f64 {
        self.variance / self.count
    }
}

impl Sample {
    /// The requests of these variants.
    pub fn of(endpoint: &Endpoint, of: impl Fn(&Variant) -> bool) -> Self {
        Sample { sums: endpoint.sums(&of), durations: endpoint.durations_of(&of) }
    }

    /// How many requests say as much as it does: fewer than it stands for where lines were sampled.
    ///
    /// Kish, Survey Sampling (1965): the square of the sum of the weights by the sum of their squares.
    pub fn effective_count(&self) -> f64 {
        let Sums { requests, weights_squared, .. } = self.sums;
        if weights_squared > 0.0 { requests * requests / weights_squared } else { 0.0 }
    }

    pub(crate) fn mean(&self) -> Option<Mean> {
        let count = self.effective_count();
        let Sums { requests, duration, duration_squared, .. } = self.sums;
        (count > 1.0).then(|| {
            let value = duration / requests;
            let variance = (duration_squared / requests - value * value).max(0.0) * count / (count - 1.0);
            Mean { value, variance, count }
        })
    }

    pub(crate) fn percentile(&self, part: f64) -> Option<f64> {
        self.durations.percentile(part).map(|micros| micros as f64)
    }

    /// Its durations in their order, to be asked for many parts of them.
    pub(crate) fn ordered(&self) -> Ordered {
        let mut seen = 0.0;
        let buckets = self.durations.buckets();
        let buckets = buckets.map(|(from, to, count)| {
            seen += count;
            (from, to, seen)
        });
        Ordered { buckets: buckets.collect(), count: self.effective_count() }
    }
}

/// Durations in their order.
pub(crate) struct Ordered {
    /// From, to, and how many until there.
    buckets: Vec<(u64, u64, f64)>,
    count: f64,
}

impl Ordered {
    /// The interval in which the percentile of all that could have been measured is, but for a chance of so many standard
    /// deviations: from the one to the other of those that were. Where these were too few for that, it has no end.
    ///
    /// The number of requests below a percentile is binomial, whatever the durations are like: David and Nagaraja, Order
    /// Statistics (2003), 7.1.
    pub(crate) fn interval(&self, part: f64, deviations: f64) -> (f64, f64) {
        let reach = deviations * (part * (1.0 - part) / self.count).sqrt();
        let low = if part > reach { self.at(part - reach) } else { 0.0 };
        let high = if part + reach < 1.0 { self.at(part + reach) } else { f64::INFINITY };
        (low, high)
    }

    /// The length that this part is not longer than, evenly within a bucket.
    fn at(&self, part: f64) -> f64 {
        let rank = part * self.buckets.last().map_or(0.0, |(_, _, all)| *all);
        let place = self.buckets.partition_point(|(_, _, seen)| *seen < rank);
        let Some((from, to, seen)) = self.buckets.get(place) else { return f64::INFINITY };
        let before = if place == 0 { 0.0 } else { self.buckets[place - 1].2 };
        *from as f64 + (to - from) as f64 * ((rank - before) / (seen - before))
    }
}

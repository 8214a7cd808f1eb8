//! Whether requests became slower, by how much, and whether that is more than chance.
//!
//! Nothing is assumed of how durations are distributed, which is never normally: a few values, several humps, a long tail.
//!
//! - The **mean** has the interval of Welch's test (Biometrika 34, 1947), by the sums alone, or that of Student's with the
//!   variance of both sides together where that is wider. By the central limit theorem it is right for a few hundred
//!   requests of most endpoints. Where a few requests are thousands of times as long as the others, it becomes wide: it
//!   says too seldom that something changed, not too often.
//! - The **percentiles** have intervals by order statistics, which hold for any distribution. That of the difference is had
//!   from those of both (Donner and Zou, Closed-form confidence intervals for functions of the normal mean and standard
//!   deviation, Statistical Methods in Medical Research 21, 2012: what is at the ends of both is kept, so it need not be
//!   symmetric). Lengths are known to 1.6 %, and so is the difference at best.
//!
//! Simulated with humps, few values and long tails, of a hundred that are the same at most six are called anything else, and
//! of those that take a fifth more at least nine in ten are found among a thousand requests. Where durations spread as widely
//! as a lognormal distribution of σ = 1, whose 95th percentile is five times its median, it is just under that.
//!
//! Where many are compared at once, some differ by chance: of a hundred that are the same, five have an interval that does
//! not contain zero. The verdicts take that into account (Benjamini and Hochberg, Controlling the false discovery rate,
//! Journal of the Royal Statistical Society B 57, 1995): where nothing changed, the chance that any of all is called slower
//! or faster is 5 %, and where something did, 5 % of those that are called so are not. The intervals do not: each is for who
//! looks at that one alone.
//!
//! All of this takes requests as independent of each other. Those of one process are not: they share its queues, its caches
//! and its neighbours, so that a bad minute is in hundreds of them, and what was measured in two different hours differs by
//! more than chance alone would have it. So there is a difference below which they are the same in any case, and a version
//! should run for as long as the other, at times that are alike, better by its side.

mod normal;
mod sample;

pub use sample::Sample;

use crate::endpoint::Endpoint;
use normal::{deviations, last, to_student, two_sided};
use sample::Mean;

/// Of fewer nothing is said.
const FEWEST: f64 = 30.0;

/// Of fewer beyond a percentile nothing is said of it.
const FEWEST_BEYOND: f64 = 5.0;

/// The smallest difference that usually counts, as a part of what it was.
const LEAST_PART: f64 = 0.05;

/// What it takes to be called slower or faster.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sensitivity {
    /// How sure it has to be, below 1. Default 0.95.
    pub confidence: f64,
    /// The smallest difference that counts, as a part of what it was. Default 0.05.
    pub least_part: f64,
    /// The smallest difference that counts, in microseconds. Default 1000.
    pub least_micros: f64,
}

impl Default for Sensitivity {
    fn default() -> Self {
        Sensitivity { confidence: 0.95, least_part: LEAST_PART, least_micros: 1000.0 }
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It takes longer, and that is more than chance.
    Slower,
    /// It takes less long, and that is more than chance.
    Faster,
    /// No difference that counts and is more than chance. How large one there can be all the same, the interval says.
    Same,
    /// Too few requests to say.
    TooFew,
}

impl Verdict {
    /// In words: `too few`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Slower => "slower",
            Verdict::Faster => "faster",
            Verdict::Same => "same",
            Verdict::TooFew => "too few",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How one number changed, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// What it was; none without a request.
    pub baseline: Option<f64>,
    /// What it is; none without a request.
    pub candidate: Option<f64>,
    /// From where to where the difference is, with the confidence that was asked for; none where there were too few. An
    /// end that is not known is infinite.
    pub interval: Option<(f64, f64)>,
    /// The chance of such a difference where nothing changed, taking into account how many were compared.
    pub probability: f64,
    /// What became of it.
    pub verdict: Verdict,
}

impl Change {
    /// What it is more than it was, in microseconds.
    pub fn difference(&self) -> Option<f64> {
        Some(self.candidate? - self.baseline?)
    }

    /// What it is by what it was.
    pub fn ratio(&self) -> Option<f64> {
        self.baseline.filter(|baseline| *baseline > 0.0).and_then(|baseline| Some(self.candidate? / baseline))
    }
}

/// How the durations of an endpoint changed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The mean.
    pub mean: Change,
    /// What half of them are not longer than.
    pub p50: Change,
    /// What 95 % of them are not longer than.
    pub p95: Change,
}

impl Comparison {
    /// Slower where any of the three is slower. Faster where any is faster, and none of the others seems slower: requests of
    /// which half are faster and the worst ones much slower did not gain, though the latter may be chance. Too few where
    /// nothing is known.
    pub fn verdict(&self) -> Verdict {
        let changes = [self.mean, self.p50, self.p95];
        let any = |verdict| changes.iter().any(|change| change.verdict == verdict);
        let seems_slower = changes.iter().any(|change| change.ratio().is_some_and(|ratio| ratio > 1.0 + LEAST_PART));
        match () {
            () if any(Verdict::Slower) => Verdict::Slower,
            () if any(Verdict::Faster) && !seems_slower => Verdict::Faster,
            () if any(Verdict::Faster) || any(Verdict::Same) => Verdict::Same,
            () => Verdict::TooFew,
        }
    }
}

/// How the durations of one endpoint changed, with the [usual sensitivity](Sensitivity::default).
pub fn compare(baseline: &Endpoint, candidate: &Endpoint) -> Comparison {
    let sensitivity = Sensitivity::default();
    let mut comparison = sensitivity.alone(&Sample::of(baseline, |_| true), &Sample::of(candidate, |_| true));
    sensitivity.judge(std::slice::from_mut(&mut comparison));
    comparison
}

impl Sensitivity {
    /// How the durations of many endpoints changed, from the first to the second of each pair. They are judged together:
    /// the more there are, the surer each has to be.
    pub fn compare<'a>(&self, pairs: impl IntoIterator<Item = (&'a Sample, &'a Sample)>) -> Vec<Comparison> {
        let mut comparisons: Vec<Comparison> =
            pairs.into_iter().map(|(baseline, candidate)| self.alone(baseline, candidate)).collect();
        self.judge(&mut comparisons);
        comparisons
    }

    fn alone(&self, baseline: &Sample, candidate: &Sample) -> Comparison {
        let ordered = (baseline.ordered(), candidate.ordered());
        let percentile = |part: f64| {
            let values = (baseline.percentile(part), candidate.percentile(part));
            let beyond = |sample: &Sample| sample.effective_count() * (1.0 - part);
            if beyond(baseline).min(beyond(candidate)) < FEWEST_BEYOND {
                return unknown(values);
            }
            self.measured(baseline, candidate, values, |from, to, deviations| {
                let (from_low, from_high) = widened(ordered.0.interval(part, deviations), from);
                let (to_low, to_high) = widened(ordered.1.interval(part, deviations), to);
                let difference = to - from;
                (difference - (to - to_low).hypot(from_high - from), difference + (to_high - to).hypot(from - from_low))
            })
        };
        let means = (baseline.mean(), candidate.mean());
        let values = (means.0.as_ref().map(|mean| mean.value), means.1.as_ref().map(|mean| mean.value));
        let (error, freedom) = means.0.zip(means.1).map_or((0.0, 1.0), |(from, to)| error_and_freedom(&from, &to));
        let mean = self.measured(baseline, candidate, values, |from, to, deviations| {
            let reach = to_student(deviations, freedom) * error;
            (to - from - reach, to - from + reach)
        });
        Comparison { mean, p50: percentile(0.50), p95: percentile(0.95) }
    }

    /// With the interval that there is for so many standard deviations, and the chance at which it begins to contain zero.
    fn measured(
        &self,
        baseline: &Sample,
        candidate: &Sample,
        values: (Option<f64>, Option<f64>),
        interval: impl Fn(f64, f64, f64) -> (f64, f64),
    ) -> Change {
        let ((Some(from), Some(to)), true) =
            (values, baseline.effective_count().min(candidate.effective_count()) >= FEWEST)
        else {
            return unknown(values);
        };
        let sure = last(|deviations| {
            let (low, high) = interval(from, to, deviations);
            low > 0.0 || high < 0.0
        });
        let within = interval(from, to, deviations(1.0 - self.confidence.clamp(0.0, 1.0)));
        Change { interval: Some(within), probability: two_sided(sure), verdict: Verdict::Same, ..unknown(values) }
    }

    /// Takes into account how many there are.
    fn judge(&self, comparisons: &mut [Comparison]) {
        let changes = comparisons.iter_mut().flat_map(|one| [&mut one.mean, &mut one.p50, &mut one.p95]);
        let mut changes: Vec<&mut Change> = changes.filter(|change| change.interval.is_some()).collect();
        changes.sort_by(|one, other| one.probability.total_cmp(&other.probability));
        let all = changes.len() as f64;
        let mut least = 1.0_f64;
        for (at, change) in changes.into_iter().enumerate().rev() {
            least = least.min(change.probability * all / (at + 1) as f64);
            change.probability = least;
            change.verdict = self.verdict(change);
        }
    }

    fn verdict(&self, change: &Change) -> Verdict {
        let (difference, baseline) = (change.difference().unwrap_or_default(), change.baseline.unwrap_or_default());
        let counts = difference.abs() >= self.least_micros && difference.abs() >= self.least_part * baseline;
        match difference > 0.0 {
            _ if !counts || change.probability > 1.0 - self.confidence => Verdict::Same,
            true => Verdict::Slower,
            false => Verdict::Faster,
        }
    }
}

/// The standard error of the difference of two means, and its degrees of freedom.
fn error_and_freedom(from: &Mean, to: &Mean) -> (f64, f64) {
    let welch = from.error_squared() + to.error_squared();
    let freedom_of = |mean: &Mean| mean.count - 1.0;
    let freedom =
        welch.powi(2) / (from.error_squared().powi(2) / freedom_of(from) + to.error_squared().powi(2) / freedom_of(to));
    let both = freedom_of(from) + freedom_of(to);
    // Of few requests with a long tail most samples have nothing of the tail, and so seem surer than they are. If nothing
    // changed, they vary as those of the other side do.
    let pooled = (freedom_of(from) * from.variance + freedom_of(to) * to.variance) / both;
    let pooled = pooled * (1.0 / from.count + 1.0 / to.count);
    (welch.max(pooled).sqrt(), if freedom.is_finite() { freedom } else { both })
}

fn unknown((baseline, candidate): (Option<f64>, Option<f64>)) -> Change {
    Change { baseline, candidate, interval: None, probability: 1.0, verdict: Verdict::TooFew }
}

/// Containing the value itself, which is the middle of its bucket.
fn widened((low, high): (f64, f64), value: f64) -> (f64, f64) {
    (low.min(value), high.max(value))
}

#[cfg(test)]
mod tests;

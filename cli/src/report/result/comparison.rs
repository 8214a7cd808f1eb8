//! What became of each group from one side to the other.

use serde::{Serialize, Serializer};
use tachograph_summary::{Change, Endpoint, Sample, Sensitivity, Share, Verdict};

use super::{Group, Row, millis};

/// What became of each group from one side to the other.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    /// The member that divides them, or `files`.
    pub(crate) by: String,
    pub(crate) baseline: String,
    pub(crate) candidate: String,
    /// Those that both have: the slower first, by how much time that costs; the faster last.
    pub(crate) groups: Vec<Compared>,
    /// Those that only the candidate has.
    pub(crate) new: Vec<Row>,
    /// Those that only the baseline has.
    pub(crate) gone: Vec<Row>,
}

/// What became of one group.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    pub(crate) group: Group,
    /// Of its mean, median and 95th percentile the worst.
    #[serde(serialize_with = "verdict")]
    pub(crate) verdict: Verdict,
    pub(crate) mean: Changed,
    pub(crate) p50: Changed,
    pub(crate) p95: Changed,
    pub(crate) errors: Trend,
    pub(crate) queries: Trend,
    /// What grew most, or shrank most, of a request in the mean.
    pub(crate) because: Option<Because>,
    pub(crate) baseline: Row,
    pub(crate) candidate: Row,
}

/// How a time changed, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Changed {
    pub(crate) baseline_ms: Option<f64>,
    pub(crate) candidate_ms: Option<f64>,
    pub(crate) difference_ms: Option<f64>,
    /// From where to where the difference is, by 95 %; none where there is no such end.
    pub(crate) low_ms: Option<f64>,
    pub(crate) high_ms: Option<f64>,
    pub(crate) ratio: Option<f64>,
    #[serde(serialize_with = "verdict")]
    pub(crate) verdict: Verdict,
}

/// Whether there is more of something, beyond chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Trend {
    More,
    Fewer,
    Same,
    #[serde(rename = "too few")]
    TooFew,
}

/// The share of the time that changed most.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Because {
    pub(crate) share: &'static str,
    #[serde(skip)]
    pub(crate) in_words: &'static str,
    pub(crate) difference_ms: f64,
}

/// Of fewer requests nothing is said, as of times.
const FEWEST: f64 = 30.0;

/// A group on both sides; none where a side has it not.
pub(super) struct Pair<'e> {
    pub(super) group: Group,
    pub(super) baseline: Option<&'e Endpoint>,
    pub(super) candidate: Option<&'e Endpoint>,
}

/// Compares them, all together: the more there are, the surer each has to be.
pub(super) fn compare(
    pairs: Vec<Pair<'_>>,
    sensitivity: &Sensitivity,
    row: impl Fn(Group, &Endpoint, bool) -> Row,
) -> (Vec<Compared>, Vec<Row>, Vec<Row>) {
    let (mut both, mut new, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for Pair { group, baseline, candidate } in pairs {
        match (baseline, candidate) {
            (Some(baseline), Some(candidate)) => both.push((group, baseline, candidate)),
            (Some(baseline), None) => gone.push(row(group, baseline, true)),
            (None, Some(candidate)) => new.push(row(group, candidate, false)),
            (None, None) => {}
        }
    }
    let samples: Vec<_> =
        both.iter().map(|(_, from, to)| (Sample::of(from, |_| true), Sample::of(to, |_| true))).collect();
    let comparisons = sensitivity.compare(samples.iter().map(|(from, to)| (from, to)));
    let mut groups: Vec<Compared> = both
        .into_iter()
        .zip(comparisons)
        .map(|((group, baseline, candidate), comparison)| {
            let (baseline, candidate) = (row(group.clone(), baseline, true), row(group.clone(), candidate, false));
            Compared {
                group,
                verdict: comparison.verdict(),
                mean: Changed::new(&comparison.mean).with(baseline.mean_ms, candidate.mean_ms),
                p50: Changed::new(&comparison.p50),
                p95: Changed::new(&comparison.p95),
                errors: errors(&baseline, &candidate),
                queries: queries(&baseline, &candidate),
                because: because(&baseline, &candidate),
                baseline,
                candidate,
            }
        })
        .collect();
    groups.sort_by(|one, other| {
        let cost = |compared: &Compared| compared.mean.difference_ms.unwrap_or_default() * compared.candidate.requests;
        rank(one).cmp(&rank(other)).then_with(|| cost(other).total_cmp(&cost(one)))
    });
    new.sort_by(|one, other| other.total_ms.total_cmp(&one.total_ms));
    gone.sort_by(|one, other| other.total_ms.total_cmp(&one.total_ms));
    (groups, new, gone)
}

/// What became worse stands first.
fn rank(compared: &Compared) -> u8 {
    match compared.verdict {
        Verdict::Slower => 0,
        _ if compared.errors == Trend::More || compared.queries == Trend::More => 1,
        Verdict::Same => 2,
        Verdict::TooFew => 3,
        _ => 4,
    }
}

/// By the test of two proportions, at three standard errors: there are as many tests as there are groups.
fn errors(baseline: &Row, candidate: &Row) -> Trend {
    let count = |row: &Row| row.requests + row.streams;
    let (from, to) = (count(baseline), count(candidate));
    if from.min(to) < FEWEST {
        return Trend::TooFew;
    }
    let pooled = (baseline.errors + candidate.errors) / (from + to);
    let error = (pooled * (1.0 - pooled) * (1.0 / from + 1.0 / to)).sqrt();
    trend(candidate.error_rate - baseline.error_rate, 3.0 * error)
}

/// How many queries a request makes is decided by the code more than by chance: a tenth more, and one in two requests.
fn queries(baseline: &Row, candidate: &Row) -> Trend {
    if baseline.requests.min(candidate.requests) < FEWEST {
        return Trend::TooFew;
    }
    let least = (0.1 * baseline.db_queries.min(candidate.db_queries)).max(0.5);
    trend(candidate.db_queries - baseline.db_queries, least)
}

fn trend(difference: f64, least: f64) -> Trend {
    match difference {
        _ if difference == 0.0 || difference.abs() < least => Trend::Same,
        _ if difference > 0.0 => Trend::More,
        _ => Trend::Fewer,
    }
}

fn because(baseline: &Row, candidate: &Row) -> Option<Because> {
    let grows = candidate.mean_ms >= baseline.mean_ms;
    let of =
        |row: &Row, (share, time): (Share, f64)| (share, if row.requests > 0.0 { time / row.requests } else { 0.0 });
    let before = baseline.shares().map(|share| of(baseline, share).1);
    let differences = candidate.shares().map(|share| of(candidate, share)).into_iter().zip(before);
    let differences = differences.map(|((share, after), before)| (share, after - before));
    let (share, difference) =
        differences.max_by(|(_, one), (_, other)| if grows { one.total_cmp(other) } else { other.total_cmp(one) })?;
    // Lines of text say nothing of shares.
    (difference != 0.0).then(|| Because {
        share: share.name(),
        in_words: share.label(),
        difference_ms: millis(difference * 1000.0),
    })
}

impl Changed {
    /// Of a single request there is a mean, too, though nothing is known of how sure it is.
    fn with(self, baseline_ms: f64, candidate_ms: f64) -> Self {
        Changed { baseline_ms: Some(baseline_ms), candidate_ms: Some(candidate_ms), ..self }
    }

    fn new(change: &Change) -> Self {
        let finite = |micros: f64| Some(millis(micros)).filter(|millis| millis.is_finite());
        Changed {
            baseline_ms: change.baseline.map(millis),
            candidate_ms: change.candidate.map(millis),
            difference_ms: change.difference().map(millis),
            low_ms: change.interval.and_then(|(low, _)| finite(low)),
            high_ms: change.interval.and_then(|(_, high)| finite(high)),
            ratio: change.ratio(),
            verdict: change.verdict,
        }
    }
}

fn verdict<S: Serializer>(verdict: &Verdict, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(verdict.as_str())
}

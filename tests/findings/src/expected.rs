//! What is to be found, and whether it was.

use std::fmt;
use std::time::Duration;

use tachograph::core::{Finding, FindingKind, Thresholds};

use crate::run::Mode;

/// A finding as it should be. What is not said of it, it must not have.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Expected {
    kind: FindingKind,
    count: u32,
    limit: u64,
    summary: Option<String>,
    /// `None`: nobody knows.
    distinct: Option<u32>,
    place: Option<String>,
    span: Option<String>,
    pool: Option<String>,
    bytes: Option<u64>,
    pub(crate) cost: u64,
    total: u64,
    slowest: u64,
    saves: Option<u64>,
}

/// A finding of this kind, about so many of what it is about.
pub(crate) fn finding(kind: FindingKind, count: u32) -> Expected {
    Expected {
        kind,
        count,
        limit: usual_limit(kind),
        summary: None,
        distinct: None,
        place: None,
        span: None,
        pool: None,
        bytes: None,
        cost: 0,
        total: 0,
        slowest: 0,
        saves: None,
    }
}

impl Expected {
    /// What was asked.
    pub(crate) fn of(self, summary: &str) -> Self {
        Expected { summary: Some(summary.to_owned()), ..self }
    }

    pub(crate) fn distinct(self, parameters: u32) -> Self {
        Expected { distinct: Some(parameters), ..self }
    }

    pub(crate) fn at(self, place: String) -> Self {
        Expected { place: Some(place), ..self }
    }

    pub(crate) fn span(self, name: &str) -> Self {
        Expected { span: Some(name.to_owned()), ..self }
    }

    pub(crate) fn pool(self, name: &str) -> Self {
        Expected { pool: Some(name.to_owned()), ..self }
    }

    pub(crate) fn bytes(self, bytes: u64) -> Self {
        Expected { bytes: Some(bytes), ..self }
    }

    /// Milliseconds of the request's time; the calls together, and the longest of them, took as much unless it is said.
    pub(crate) fn costs(self, millis: u64) -> Self {
        Expected { cost: millis, total: millis, slowest: millis, ..self }
    }

    pub(crate) fn total(self, millis: u64) -> Self {
        Expected { total: millis, ..self }
    }

    pub(crate) fn slowest(self, millis: u64) -> Self {
        Expected { slowest: millis, ..self }
    }

    pub(crate) fn saves(self, millis: u64) -> Self {
        Expected { saves: Some(millis), ..self }
    }

    pub(crate) fn limit(self, limit: u64) -> Self {
        Expected { limit, ..self }
    }

    /// That it was slow says no more than all the others do, however much it cost.
    pub(crate) fn comes_last(finding: &Finding) -> bool {
        finding.kind() == FindingKind::SlowRequest
    }

    fn seen(finding: &Finding) -> Self {
        Expected {
            kind: finding.kind(),
            count: finding.count(),
            limit: finding.limit(),
            summary: finding.operation().map(|operation| operation.summary().to_owned()),
            distinct: finding.distinct_parameters(),
            place: finding.callsite().map(|place| format!("{}:{}", place.short_file(), place.line())),
            span: finding.span().map(str::to_owned),
            pool: finding.pool().map(|pool| pool.as_str().to_owned()),
            bytes: finding.bytes(),
            cost: millis(finding.cost()),
            total: millis(finding.total()),
            slowest: millis(finding.slowest()),
            saves: finding.saves().map(millis),
        }
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Expected { kind, count, limit, cost, total, slowest, .. } = self;
        write!(f, "{kind}: {count} (limit {limit}), costs {cost} ms of {total} ms, the slowest {slowest} ms")?;
        self.summary.iter().try_for_each(|summary| write!(f, ", {summary}"))?;
        self.place.iter().try_for_each(|place| write!(f, " at {place}"))?;
        self.span.iter().try_for_each(|span| write!(f, " in {span}"))?;
        self.pool.iter().try_for_each(|pool| write!(f, " of {pool}"))?;
        self.distinct.iter().try_for_each(|distinct| write!(f, ", {distinct} distinct"))?;
        self.bytes.iter().try_for_each(|bytes| write!(f, ", {bytes} bytes"))?;
        self.saves.iter().try_for_each(|saves| write!(f, ", saves {saves} ms"))
    }
}

/// Whether these are the findings, in whatever order.
pub(crate) fn compare(right: &[Expected], found: &[Finding], mode: Mode) -> Result<(), String> {
    let sorted = |findings: Vec<Expected>| {
        let mut findings = findings;
        findings.sort();
        findings
    };
    let right = sorted(right.to_vec());
    let mut seen = sorted(found.iter().map(Expected::seen).collect());
    for (right, seen) in right.iter().zip(&mut seen) {
        let is_one_less = |(right, seen): (u32, u32)| right > 1 && right - 1 == seen;
        if mode != Mode::Test && right.distinct.zip(seen.distinct).is_some_and(is_one_less) {
            // What the first of them was given is not looked at.
            seen.distinct = right.distinct;
        }
    }
    if right == seen {
        Ok(())
    } else {
        Err(format!("found are\n    {}\nand should be\n    {}", list(&seen), list(&right)))
    }
}

fn list(findings: &[Expected]) -> String {
    let lines: Vec<String> = findings.iter().map(|finding| format!("{finding:?}")).collect();
    if lines.is_empty() { "none".to_owned() } else { lines.join("\n    ") }
}

fn usual_limit(kind: FindingKind) -> u64 {
    let usual = Thresholds::default();
    match kind {
        FindingKind::NPlusOne | FindingKind::DuplicateQuery => usual.repeats.into(),
        FindingKind::SlowQuery => millis(usual.slow_query),
        FindingKind::SequentialCalls => millis(usual.sequential_saving),
        FindingKind::ConnectionWait => millis(usual.connection_wait),
        FindingKind::SlowExternalCall => millis(usual.slow_external_call),
        FindingKind::ExternalNPlusOne => usual.external_repeats.into(),
        FindingKind::CacheMisses => usual.cache_misses.into(),
        FindingKind::LargeResponse => usual.large_response,
        FindingKind::SlowBody => millis(usual.slow_body),
        FindingKind::Blocking => millis(usual.blocking),
        FindingKind::TooManyQueries => usual.max_queries.into(),
        FindingKind::Waiting => millis(usual.waiting),
        FindingKind::SlowRequest => millis(usual.slow_request),
        _ => panic!("{kind} has no threshold here"),
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}

/// The line of this source that has the mark `// @name` at its end, as a place.
pub(crate) fn place(file: &str, source: &str, mark: &str) -> String {
    let mark = format!("// @{mark}");
    let lines: Vec<usize> =
        (1..).zip(source.lines()).filter(|(_, line)| line.ends_with(&mark)).map(|(at, _)| at).collect();
    let [line] = lines[..] else { panic!("one line of {file} is marked by {mark}: {lines:?}") };
    format!("{file}:{line}")
}

//! The report itself: what it says, whatever it is written in. Serialized, it is what `--format json` writes.

mod comparison;
mod details;
mod group;
mod lines;
mod row;
mod time;

use std::collections::BTreeMap;

use serde::Serialize;
use tachograph_summary::{Endpoint, OVERFLOW, Sensitivity};

pub(crate) use comparison::{Changed, Compared, Comparison, Trend};
pub(crate) use details::{Finding, Host, Statement};
pub(crate) use group::Group;
pub(crate) use lines::Lines;
pub(crate) use row::{Bucket, Row};
pub(crate) use time::{Hour, Slot, Time};

use super::input::Input;
use super::moment;
use super::reader::Read;
use super::sides::Chosen;
use comparison::Pair;

/// What the lines come to.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// When the first of the requests ended.
    pub(crate) from: Option<String>,
    /// When the last of them ended.
    pub(crate) to: Option<String>,
    /// What was asked for, as it was said; none where all was.
    #[serde(rename = "where")]
    pub(crate) filter: Option<String>,
    /// By which members requests are told apart.
    pub(crate) group_by: Vec<String>,
    pub(crate) lines: Lines,
    pub(crate) total: Row,
    /// By impact.
    pub(crate) groups: Vec<Row>,
    /// How many groups there are beyond these.
    pub(crate) groups_left_out: usize,
    /// By the time that they took.
    pub(crate) statements: Vec<Statement>,
    pub(crate) statements_left_out: usize,
    pub(crate) hosts: Vec<Host>,
    pub(crate) hosts_left_out: usize,
    /// By what they cost.
    pub(crate) findings: Vec<Finding>,
    pub(crate) findings_left_out: usize,
    pub(crate) time: Time,
    /// Where two were compared.
    pub(crate) comparison: Option<Comparison>,
}

/// What is shown.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) filter: Option<String>,
    pub(crate) group_by: Vec<String>,
    /// Of each list so many.
    pub(crate) top: usize,
    pub(crate) compare: Option<Compare>,
}

/// What is compared with what.
#[derive(Debug, Clone)]
pub(crate) struct Compare {
    pub(crate) by: String,
    pub(crate) sides: Chosen,
    pub(crate) sensitivity: Sensitivity,
}

impl Report {
    pub(crate) fn new(read: &Read, inputs: &[Input], asked: Asked) -> Self {
        let gathered = &read.gathered;
        let seconds = gathered.first.zip(gathered.last).map(|(first, last)| (last - first) as f64 / 1000.0);
        // Sides are looked at together, but where they are compared.
        let mut by_group: BTreeMap<(&str, bool), Endpoint> = BTreeMap::new();
        let mut whole = Endpoint::default();
        for (key, endpoint) in gathered.summary.endpoints() {
            by_group.entry((&key.route, &*key.method == OVERFLOW)).or_default().merge(endpoint);
            whole.merge(endpoint);
        }
        let all_time = whole.sums(|_| true).duration;
        let row = |group: Group, endpoint: &Endpoint| Row::new(group, endpoint, all_time, seconds);
        let mut groups: Vec<Row> = by_group
            .iter()
            .map(|((written, is_overflow), endpoint)| row(Group::new(&asked.group_by, written, *is_overflow), endpoint))
            .collect();
        groups.sort_by(|one, other| {
            let by_time = other.total_ms.total_cmp(&one.total_ms);
            by_time.then_with(|| other.requests.total_cmp(&one.requests)).then_with(|| one.group.cmp(&other.group))
        });
        let groups_left_out = groups.len().saturating_sub(asked.top);
        groups.truncate(asked.top);
        let (statements, statements_left_out) = details::statements(&whole, asked.top);
        let (hosts, hosts_left_out) = details::hosts(&gathered.hosts, asked.top);
        let (findings, findings_left_out) = details::findings(&whole, asked.top);
        let comparison = asked.compare.as_ref().map(|compare| compare.of(read, &asked.group_by));
        Report {
            from: gathered.first.map(moment::shown),
            to: gathered.last.map(moment::shown),
            filter: asked.filter,
            group_by: asked.group_by,
            lines: Lines::new(read, inputs),
            total: row(Group::default(), &whole),
            groups,
            groups_left_out,
            statements,
            statements_left_out,
            hosts,
            hosts_left_out,
            findings,
            findings_left_out,
            time: Time::new(&gathered.over_time, &gathered.by_hour),
            comparison,
        }
    }
}

impl Compare {
    fn of(&self, read: &Read, group_by: &[String]) -> Comparison {
        let Compare { by, sides, sensitivity } = self;
        let of_side = |side: &str| {
            let all =
                read.gathered.summary.endpoints().filter(|(key, _)| &*key.version == side && &*key.method != OVERFLOW);
            all.map(|(key, endpoint)| (key.route.clone(), endpoint)).collect::<BTreeMap<_, _>>()
        };
        let (mut baseline, candidate) = (of_side(&sides.baseline), of_side(&sides.candidate));
        let time_of = |side: &BTreeMap<_, &Endpoint>| -> f64 {
            side.values().map(|endpoint| endpoint.sums(|_| true).duration).sum()
        };
        let (time_before, time_after) = (time_of(&baseline), time_of(&candidate));
        let group = |written: &str| Group::new(group_by, written, false);
        let mut pairs: Vec<Pair<'_>> = candidate
            .into_iter()
            .map(|(written, after)| Pair {
                group: group(&written),
                baseline: baseline.remove(&written),
                candidate: Some(after),
            })
            .collect();
        pairs.extend(baseline.into_iter().map(|(written, before)| Pair {
            group: group(&written),
            baseline: Some(before),
            candidate: None,
        }));
        let (groups, new, gone) = comparison::compare(pairs, sensitivity, |group, endpoint, is_baseline| {
            Row::new(group, endpoint, if is_baseline { time_before } else { time_after }, None)
        });
        let Chosen { baseline, candidate } = sides.clone();
        Comparison { by: by.clone(), baseline, candidate, groups, new, gone }
    }
}

/// Microseconds as milliseconds, to the microsecond.
fn millis(micros: f64) -> f64 {
    micros.round() / 1000.0
}

/// A part of a whole; 0 where that is nothing.
fn part(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

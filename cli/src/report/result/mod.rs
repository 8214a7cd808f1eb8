//! The report itself: what it says, whatever it is written in. Serialized, it is what `--format json` writes.

mod details;
mod group;
mod lines;
mod row;
mod time;

use serde::Serialize;
use tachograph_summary::{Endpoint, EndpointKey, OVERFLOW};

pub(crate) use details::{Finding, Host, Statement};
pub(crate) use group::Group;
pub(crate) use lines::Lines;
pub(crate) use row::{Row, in_words};
pub(crate) use time::{Hour, Time};

use super::input::Input;
use super::moment;
use super::reader::Read;

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
}

/// What is shown.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) filter: Option<String>,
    pub(crate) group_by: Vec<String>,
    /// Of each list so many.
    pub(crate) top: usize,
}

impl Report {
    pub(crate) fn new(read: &Read, inputs: &[Input], asked: Asked) -> Self {
        let gathered = &read.gathered;
        let seconds = gathered.first.zip(gathered.last).map(|(first, last)| (last - first) as f64 / 1000.0);
        let all: Vec<(&EndpointKey, &Endpoint)> = gathered.summary.endpoints().collect();
        let mut whole = Endpoint::default();
        all.iter().for_each(|(_, endpoint)| whole.merge(endpoint));
        let all_time = whole.sums(|_| true).duration;
        let row = |group: Group, endpoint: &Endpoint| Row::new(group, endpoint, all_time, seconds);
        let mut groups: Vec<Row> = all
            .iter()
            .map(|(key, endpoint)| row(Group::new(&asked.group_by, &key.route, &*key.method == OVERFLOW), endpoint))
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
        }
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

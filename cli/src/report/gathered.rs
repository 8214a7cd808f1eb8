//! What the lines come to.

use std::collections::BTreeMap;

use tachograph_summary::{Limits, Names, Request, Shares, Summary};

use super::counts::Counts;
use super::fields;
use super::hosts::Hosts;
use super::line::Line;
use super::moment::Millis;
use super::over_time::{ByHour, OverTime};

/// Groups beyond this are counted together.
const MOST_GROUPS: usize = 2000;

/// Sides beyond this are not told apart. Two are compared.
const MOST_SIDES: usize = 100;

/// No line stands for more requests than this.
const MOST_WEIGHT: f64 = 1e9;

/// What the lines come to; each thread has its own until all were read.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// By side (as the version), and by group (as the route).
    pub(crate) summary: Summary,
    pub(crate) over_time: OverTime,
    pub(crate) by_hour: ByHour,
    pub(crate) hosts: Hosts,
    /// When each side was first heard of.
    pub(crate) sides: BTreeMap<Box<str>, Option<Millis>>,
    pub(crate) first: Option<Millis>,
    pub(crate) last: Option<Millis>,
    pub(crate) counts: Counts,
    /// Which of the members that were asked for by name any request has.
    pub(crate) seen: Vec<bool>,
}

impl Gathered {
    /// Threads share their names.
    pub(crate) fn new(names: &Names) -> Self {
        let mut limits = Limits::default();
        limits.endpoints = MOST_GROUPS;
        Gathered {
            summary: Summary::with_names(limits, names),
            over_time: OverTime::default(),
            by_hour: ByHour::default(),
            hosts: Hosts::default(),
            sides: BTreeMap::new(),
            first: None,
            last: None,
            counts: Counts::default(),
            seen: Vec::new(),
        }
    }

    /// A request or a task, of this side and group.
    #[inline]
    pub(crate) fn add(&mut self, side: &str, group: &str, request: &Request, at: Option<Millis>) {
        self.summary.endpoint(side, "", group).add(request);
        let Some(at) = at else { return };
        let (first, last) = (self.first.get_or_insert(at), self.last.get_or_insert(at));
        (*first, *last) = ((*first).min(at), (*last).max(at));
        let errors = if request.is_error { request.weight } else { 0.0 };
        let slot = self.over_time.at(at);
        slot.requests += request.weight;
        slot.errors += errors;
        // How long a stream lasts says nothing.
        if !request.is_streaming {
            slot.durations.add(request.duration, request.weight);
            let hour = self.by_hour.at(at);
            hour.count += request.weight;
            hour.errors += errors;
            hour.total += request.duration as f64 * request.weight;
        }
    }

    /// With all of another.
    pub(crate) fn merge(&mut self, other: Gathered) {
        self.summary.merge(&other.summary);
        self.over_time.merge(other.over_time);
        self.by_hour.merge(&other.by_hour);
        self.hosts.merge(&other.hosts);
        other.sides.iter().for_each(|(side, at)| self.add_side(side, *at));
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        self.counts.merge(&other.counts);
        self.seen.resize(self.seen.len().max(other.seen.len()), false);
        self.seen.iter_mut().zip(other.seen).for_each(|(own, other)| *own |= other);
    }

    /// Requests of a side that were there at this time.
    pub(crate) fn add_side(&mut self, side: &str, at: Option<Millis>) {
        if let Some(known) = self.sides.get_mut(side) {
            if at.is_some_and(|at| known.is_none_or(|known| at < known)) {
                *known = at;
            }
        } else if self.sides.len() < MOST_SIDES {
            self.sides.insert(side.into(), at);
        }
    }
}

/// The request or task that a line tells of.
#[inline]
pub(crate) fn request(line: &Line<'_>) -> Request {
    let status = line.value(fields::STATUS_CODE).number().filter(|status| (100.0..1000.0).contains(status));
    let status = status.map(|status| status as u16);
    let count = |slot| u32::try_from(line.count(slot)).unwrap_or(u32::MAX);
    let share = |slot| line.micros(slot) as f64;
    Request {
        weight: weight(line),
        status,
        is_error: is_error(line, status),
        is_streaming: line.value(fields::STREAMING) == &super::value::Value::Bool(true),
        duration: line.micros(fields::DURATION_MS),
        shares: Shares::new([
            share(fields::DB_MS),
            share(fields::DB_WAIT_MS),
            share(fields::EXTERNAL_MS),
            share(fields::CACHE_MS),
            share(fields::OWN_MS),
            share(fields::BODY_MS),
            share(fields::WAITING_MS),
        ]),
        response_bytes: line.count(fields::RESPONSE_BYTES),
        queries: count(fields::DB_QUERIES),
        query_errors: count(fields::DB_ERRORS),
        rows: line.count(fields::DB_ROWS),
        external_calls: count(fields::EXTERNAL_CALLS),
        cache_hits: count(fields::CACHE_HITS),
        cache_misses: count(fields::CACHE_MISSES),
    }
}

/// How many the line stands for. What no sampling makes is no weight: by one line a whole report would be worth nothing.
pub(crate) fn weight(line: &Line<'_>) -> f64 {
    line.value(fields::SAMPLE_WEIGHT).number().filter(|weight| (1.0..=MOST_WEIGHT).contains(weight)).unwrap_or(1.0)
}

/// A request that the service failed at, as its level says, or (in lines of text, that have none) its status; a task that
/// gave an error.
fn is_error(line: &Line<'_>, status: Option<u16>) -> bool {
    matches!(line.text(fields::LEVEL), "error" | "critical")
        || status.is_some_and(|status| status >= 500)
        || (!line.value(fields::NAME).is_missing() && !line.value(fields::ERROR_MESSAGE).is_missing())
}

//! Calls of one request that asked the same from the same place.

use std::sync::Arc;

use super::finding::Finding;
use super::intervals::Intervals;
use super::kind::FindingKind;
use crate::by_place::ByPlace;
use crate::call::{Call, CallGroup};
use crate::callsite::{Callsite, Found};
use crate::operation::Operation;
use crate::parameters::Parameters;
use crate::record::Record;

/// Calls that asked the same from the same place, however many others came between and whether or not they overlapped.
pub(super) struct Group<'r> {
    pub(super) operation: &'r Arc<Operation>,
    place: Option<Place>,
    /// Where one of them ended.
    ended_at: Option<Callsite>,
    pub(super) count: u32,
    parameters: Vec<Parameters>,
    intervals: Intervals,
    /// The calls that were not kept one by one: when they were made is not known.
    apart: u64,
    total: u64,
    slowest: u64,
    ended: u64,
    span: Option<usize>,
}

/// A place, by its name as soon as that is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Named(Callsite),
    Unnamed(Found),
}

impl Place {
    /// Where it was made.
    fn of(call: &Call) -> Option<Self> {
        let unnamed = call.found.filter(|found| !found.is_at_end()).map(Place::Unnamed);
        call.made_at().map(Place::Named).or(unnamed)
    }

    /// Where it was, be it at its end.
    fn anywhere(call: &Call) -> Option<Self> {
        call.callsite().map(Place::Named).or(call.found.map(Place::Unnamed))
    }
}

/// The calls that `takes` takes, in groups.
pub(super) fn of<'r>(record: &'r Record, takes: impl Fn(&Operation) -> bool) -> Vec<Group<'r>> {
    let mut groups = ByPlace::new();
    for call in record.calls().iter().filter(|call| !call.deliberate && takes(call.operation())) {
        groups.of(&call.operation, Place::of(call), || Group::new(&call.operation)).add(call);
    }
    for calls in record.calls_grouped().iter().filter(|calls| !calls.deliberate && takes(calls.operation())) {
        let place = calls.callsite().map(Place::Named);
        groups.of(&calls.operation, place, || Group::new(&calls.operation)).add_apart(calls, record.duration);
    }
    gathered(groups)
}

/// Some of the calls that were kept one by one, in groups.
pub(super) fn of_calls<'r>(calls: impl Iterator<Item = &'r Call>) -> Vec<Group<'r>> {
    let mut groups = ByPlace::new();
    for call in calls.filter(|call| !call.deliberate) {
        groups.of(&call.operation, Place::anywhere(call), || Group::new(&call.operation)).add(call);
    }
    gathered(groups)
}

fn gathered<'r>(groups: ByPlace<'r, Place, Group<'r>>) -> Vec<Group<'r>> {
    let located = groups.gathered(Group::merge).into_iter().map(|(place, group)| Group { place, ..group });
    let (unnamed, mut groups): (Vec<_>, Vec<_>) = located.partition(Group::is_unnamed);
    // What is being looked up just now is most likely where others were found to be.
    for group in unnamed {
        match groups.iter_mut().find(|other| !other.is_unnamed() && other.operation.is_same(group.operation)) {
            Some(named) => named.merge(group),
            None => groups.push(group),
        }
    }
    groups
}

impl<'r> Group<'r> {
    fn new(operation: &'r Arc<Operation>) -> Self {
        Group {
            operation,
            place: None,
            ended_at: None,
            count: 0,
            parameters: Vec::new(),
            intervals: Intervals::default(),
            apart: 0,
            total: 0,
            slowest: 0,
            ended: 0,
            span: None,
        }
    }

    pub(super) fn add(&mut self, call: &Call) {
        let nanos = call.end - call.start;
        self.count += 1;
        self.parameters.extend(call.parameters);
        self.ended_at = self.ended_at.or_else(|| call.callsite());
        self.intervals.add(call.start, call.end);
        self.total = self.total.saturating_add(nanos);
        self.slowest = self.slowest.max(nanos);
        self.ended = self.ended.max(call.end);
        self.span = self.span.or(call.span());
    }

    /// They are the last ones of the request.
    fn add_apart(&mut self, calls: &CallGroup, ended: u64) {
        self.count = self.count.saturating_add(calls.count);
        self.apart = self.apart.saturating_add(calls.total);
        self.total = self.total.saturating_add(calls.total);
        self.slowest = self.slowest.max(calls.slowest);
        self.ended = ended;
    }

    fn merge(&mut self, other: Self) {
        let Group { ended_at, count, parameters, intervals, apart, total, slowest, ended, span, .. } = other;
        self.ended_at = self.ended_at.or(ended_at);
        self.count = self.count.saturating_add(count);
        self.parameters.extend(parameters);
        self.intervals.append(intervals);
        self.apart = self.apart.saturating_add(apart);
        self.total = self.total.saturating_add(total);
        self.slowest = self.slowest.max(slowest);
        self.ended = self.ended.max(ended);
        self.span = self.span.or(span);
    }

    fn is_unnamed(&self) -> bool {
        matches!(self.place, Some(Place::Unnamed(_)))
    }

    /// How many different parameters there were, and of how many calls they are known.
    pub(super) fn parameters(&mut self) -> (u32, u32) {
        let known = self.parameters.len() as u32;
        self.parameters.sort_unstable();
        self.parameters.dedup();
        (self.parameters.len() as u32, known)
    }

    /// The finding of this kind about them.
    pub(super) fn finding(mut self, kind: FindingKind, record: &Record) -> Finding {
        let cost = self.intervals.union().saturating_add(self.apart).min(record.duration);
        Finding {
            operation: Some(Arc::clone(self.operation)),
            is_unnamed: self.is_unnamed(),
            callsite: match self.place {
                Some(Place::Named(callsite)) => Some(callsite),
                Some(Place::Unnamed(_)) => None,
                None => self.ended_at,
            },
            span: self.span.and_then(|span| record.spans.get(span)).map(|span| span.name.clone()),
            count: self.count,
            total: self.total,
            slowest: self.slowest,
            ..Finding::new(kind, cost, self.ended)
        }
    }
}

//! What each line is, and where it is counted.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use tachograph_summary::{Call, Finding, Names};

use super::counts::{Fate, Place};
use super::fields;
use super::gathered::{Gathered, request, weight};
use super::group;
use super::input::{Block, Input};
use super::line::Line;
use super::moment;
use super::plan::{Plan, SIDES_OF_FILES, Sides};
use super::recent::Recent;
use super::value::Value;
use super::wrapping::{Content, Unwrap};

/// A request that took a thousand years did not.
const LONGEST_MS: f64 = 3.2e13;

/// Reads lines, for one thread.
pub(crate) struct Reading<'p> {
    plan: &'p Plan,
    inputs: &'p [Input],
    unwrap: Unwrap,
    gathered: Gathered,
    /// What became of the requests that were read last: their calls and findings follow them.
    recent: Recent,
    hasher: RandomState,
    group: String,
    side: String,
}

impl<'p> Reading<'p> {
    pub(crate) fn new(plan: &'p Plan, inputs: &'p [Input], names: &Names) -> Self {
        Reading {
            plan,
            inputs,
            unwrap: Unwrap::new(),
            gathered: Gathered::new(names),
            recent: Recent::default(),
            hasher: RandomState::new(),
            group: String::new(),
            // With room, so that it is somewhere even while it is empty: where it is nowhere, the processor's instructions
            // for comparing it take the slow way around a fault, a tenth of the time of a line.
            side: String::with_capacity(64),
        }
    }

    /// What the lines that were read come to.
    pub(crate) fn done(self) -> Gathered {
        self.gathered
    }

    /// Reads the lines of a block.
    pub(crate) fn block(&mut self, block: &Block) {
        let mut line = Line::new(&self.plan.fields);
        let (mut from, mut number) = (0, block.first_line);
        while from < block.lines.len() {
            let end = memchr::memchr(b'\n', &block.lines[from..]).map_or(block.lines.len(), |at| from + at);
            let place = Place { input: block.input, line: number };
            let fate = match std::str::from_utf8(&block.lines[from..end]) {
                Ok(text) => self.line(&mut line, text, place),
                Err(_) => Some(Fate::Broken),
            };
            if let Some(fate) = fate {
                self.gathered.counts.add(fate, place);
            }
            (from, number) = (end + 1, number + 1);
        }
    }

    fn line<'a>(&mut self, line: &mut Line<'a>, text: &'a str, place: Place) -> Option<Fate> {
        Some(match self.unwrap.line(text) {
            Content::Json(json) => {
                if line.read_json(&self.plan.fields, json).is_err() {
                    // Behind a prefix may stand anything with a brace.
                    let is_ours = json.len() == text.trim_ascii().len() || json.starts_with("{\"timestamp\"");
                    return Some(if is_ours { Fate::Broken } else { Fate::Foreign });
                }
                self.object(line, place)
            }
            Content::Words { time, words } => {
                if !line.read_words(words) {
                    return Some(Fate::Broken);
                }
                if let Some(time) = time {
                    line.set(fields::TIMESTAMP, Value::Text(Cow::Borrowed(time)));
                }
                self.object(line, place)
            }
            Content::Wrapped(inner) => return self.line(&mut Line::new(&self.plan.fields), &inner, place),
            Content::Foreign => Fate::Foreign,
            Content::Blank => return None,
        })
    }

    fn object(&mut self, line: &Line<'_>, place: Place) -> Fate {
        match line.text(fields::EVENT) {
            "request" | "task" => self.request(line, place),
            "call" => self.detail(line, place, Self::call),
            "finding" => self.detail(line, place, Self::finding),
            _ if line.text(fields::LOGGER) == "tachograph.metrics" => Fate::Metrics,
            _ if !line.value(fields::LOGGER).is_missing() && !line.value(fields::TIMESTAMP).is_missing() => Fate::Log,
            _ => Fate::Foreign,
        }
    }

    fn request(&mut self, line: &Line<'_>, place: Place) -> Fate {
        if !line.value(fields::DURATION_MS).number().is_some_and(|duration| (0.0..=LONGEST_MS).contains(&duration)) {
            return Fate::Broken;
        }
        self.look_for_named(line);
        let at = moment::of_line(line.text(fields::TIMESTAMP));
        let is_asked = self.plan.is_in_time(at) && self.plan.filter.as_ref().is_none_or(|filter| filter.takes(line));
        let id = self.id(line);
        if !is_asked {
            self.recent.add(id, None);
            return Fate::NotAsked;
        }
        self.find_side(line, place);
        self.group.clear();
        group::write(&self.plan.group_by, line, &mut self.group);
        if self.plan.sides != Sides::One {
            self.gathered.add_side(&self.side, at);
        }
        self.gathered.add(&self.side, &self.group, &request(line), at);
        self.recent.add(id, Some((&self.side, &self.group)));
        Fate::Request
    }

    fn look_for_named(&mut self, line: &Line<'_>) {
        let (named, seen) = (self.plan.fields.named(), &mut self.gathered.seen);
        seen.resize(named.len(), false);
        for ((_, slot), seen) in named.iter().zip(seen) {
            *seen |= !line.value(*slot).is_missing();
        }
    }

    /// A line of calls or of a finding, which goes where its request went.
    fn detail(&mut self, line: &Line<'_>, place: Place, count: fn(&mut Self, &Line<'_>)) -> Fate {
        match self.recent.get(self.id(line)) {
            Some(Some((side, group))) => {
                side.clone_into(&mut self.side);
                group.clone_into(&mut self.group);
            }
            Some(None) => return Fate::NotAsked,
            // Its request has no line, or one far away: the line speaks for itself.
            None => {
                let at = moment::of_line(line.text(fields::TIMESTAMP));
                let is_asked =
                    self.plan.is_in_time(at) && self.plan.filter.as_ref().is_none_or(|filter| filter.takes(line));
                if !is_asked {
                    return Fate::NotAsked;
                }
                self.find_side(line, place);
                self.group.clear();
                group::write(&self.plan.group_by, line, &mut self.group);
            }
        }
        count(self, line);
        Fate::Detail
    }

    fn call(&mut self, line: &Line<'_>) {
        let call = Call {
            kind: line.text(fields::KIND),
            target: line.text(fields::TARGET),
            summary: line.text(fields::SUMMARY),
            statement: line.text(fields::STATEMENT),
            callsite: line.text(fields::CALLSITE),
            weight: weight(line),
            count: line.count(fields::COUNT),
            errors: line.count(fields::ERRORS),
            total: line.micros(fields::TOTAL_MS),
            slowest: line.micros(fields::SLOWEST_MS),
            ..Call::default()
        };
        self.gathered.summary.endpoint(&self.side, "", &self.group).add_call(&call);
        if call.kind == "external" {
            let at = moment::of_line(line.text(fields::TIMESTAMP));
            self.gathered.hosts.add(&call, at);
        }
    }

    fn finding(&mut self, line: &Line<'_>) {
        let finding = Finding {
            kind: line.text(fields::FINDING),
            summary: line.text(fields::SUMMARY),
            target: line.text(fields::TARGET),
            callsite: line.text(fields::CALLSITE),
            weight: weight(line),
            count: line.count(fields::COUNT),
            cost: line.micros(fields::COST_MS),
        };
        self.gathered.summary.endpoint(&self.side, "", &self.group).add_finding(&finding);
    }

    fn find_side(&mut self, line: &Line<'_>, place: Place) {
        self.side.clear();
        match self.plan.sides {
            Sides::One => {}
            Sides::Member(slot) => self.side.push_str(&line.value(slot).shown().unwrap_or_default()),
            Sides::Files => {
                let is_baseline = self.inputs.get(place.input).is_some_and(|input| input.is_baseline);
                self.side.push_str(SIDES_OF_FILES[usize::from(is_baseline)]);
            }
        }
    }

    fn id(&self, line: &Line<'_>) -> u64 {
        self.hasher.hash_one(line.text(fields::REQUEST_ID))
    }
}

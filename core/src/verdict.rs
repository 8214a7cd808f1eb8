//! The verdict: one plain sentence about where the time of a request went, and why.
//!
//! `82% database: 41 x SELECT users at orders.rs:88 (N+1); 11% own code`. The largest shares of the time come first, each with
//! its largest cause; then what was found beside them; then what failed.

use std::fmt::{self, Display, Write as _};
use std::time::Duration;

use crate::breakdown::Share;
use crate::call::{CallGroup, CallKind};
use crate::callsite::Callsite;
use crate::finding_line::MOST_OF_SEQUENCE;
use crate::findings::{Finding, FindingKind};
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::record::Record;
use crate::text;

/// A sentence that is longer is read by nobody, and X-Ray takes no more than 1000 characters.
const MOST_BYTES: usize = 500;

/// So many of everything: shares, findings beside them, calls that failed.
const MOST: usize = 3;

/// A share of less is no cause, in percent.
const LEAST: u64 = 10;

/// The largest cause first.
pub(crate) fn of(record: &Record) -> String {
    let mut sentence = Sentence { text: String::new(), told: 0 };
    let groups = record.call_groups();
    if record.outcome() == Outcome::Panicked {
        sentence.part(format_args!("panicked"));
    }
    sentence.shares(record, &groups);
    sentence.others(record.findings());
    sentence.failures(&groups);
    let Sentence { mut text, .. } = sentence;
    if text.len() > MOST_BYTES {
        text.truncate(text::cut(&text, MOST_BYTES - "…".len()).len());
        text.push('…');
    }
    text
}

struct Sentence {
    text: String,
    /// Which of the findings have been told of, by their place.
    told: u64,
}

impl Sentence {
    fn shares(&mut self, record: &Record, groups: &[CallGroup]) {
        let nanos = Share::ALL.map(|share| record.breakdown().share(share).as_nanos() as u64);
        let total = record.duration;
        let mut order = Share::ALL;
        order.sort_by_key(|share| std::cmp::Reverse(nanos[*share as usize]));
        for (place, share) in order.into_iter().enumerate().take(MOST) {
            let Some(percent) = (nanos[share as usize].saturating_mul(100) + total / 2).checked_div(total) else {
                return;
            };
            if place > 0 && percent < LEAST {
                return;
            }
            self.part(format_args!("{percent}% {}", share.label()));
            let mut mine = record.findings().iter().enumerate().filter(|(_, finding)| share_of(finding) == Some(share));
            if let Some((at, finding)) = mine.next() {
                self.told |= 1 << at;
                // `waiting in rollup` is read as it is written.
                let colon = if belongs_to_words(finding) { "" } else { ":" };
                self.push(format_args!("{colon} {}", Phrase(finding)));
            } else if let Some(group) = largest(groups, share) {
                self.push(format_args!(": {}", Calls::of(group)));
            }
        }
    }

    fn others(&mut self, findings: &[Finding]) {
        let repeated = findings
            .iter()
            .any(|finding| matches!(finding.kind(), FindingKind::NPlusOne | FindingKind::DuplicateQuery));
        let untold = findings.iter().enumerate().filter(|(at, finding)| match finding.kind() {
            FindingKind::SlowRequest => false,
            // That there are too many has been said with which ones are.
            FindingKind::TooManyQueries if repeated => false,
            _ => self.told & 1 << at == 0,
        });
        let untold: Vec<_> = untold.map(|(_, finding)| finding).take(MOST).collect();
        for finding in untold {
            match share_of(finding).filter(|_| belongs_to_words(finding)) {
                Some(share) => self.part(format_args!("{} {}", share.label(), Phrase(finding))),
                None => self.part(format_args!("{}", Phrase(finding))),
            }
        }
    }

    fn failures(&mut self, groups: &[CallGroup]) {
        for group in groups.iter().filter(|group| group.errors() > 0).take(MOST) {
            self.part(format_args!("failed: {}", Calls { count: group.errors(), ..Calls::of(group) }));
            if let Some(error) = group.error_type().filter(|error| !error.is_empty()) {
                self.push(format_args!(" ({error})"));
            }
        }
    }

    fn part(&mut self, part: fmt::Arguments<'_>) {
        if !self.text.is_empty() {
            self.text.push_str("; ");
        }
        self.push(part);
    }

    fn push(&mut self, part: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(part);
    }
}

/// The share of the time that a finding explains.
fn share_of(finding: &Finding) -> Option<Share> {
    match finding.kind() {
        FindingKind::NPlusOne | FindingKind::DuplicateQuery | FindingKind::SlowQuery | FindingKind::TooManyQueries => {
            Some(Share::Database)
        }
        FindingKind::SlowExternalCall | FindingKind::ExternalNPlusOne => Some(Share::External),
        FindingKind::SequentialCalls => finding.operation().and_then(|operation| operation.kind().share()),
        FindingKind::ConnectionWait => Some(Share::ConnectionWait),
        FindingKind::CacheMisses => Some(Share::Cache),
        FindingKind::LargeResponse | FindingKind::SlowBody => Some(Share::Body),
        FindingKind::Blocking => Some(Share::Own),
        FindingKind::Waiting => Some(Share::Waiting),
        FindingKind::SlowRequest => None,
    }
}

/// Whether its phrase goes on where the words for its share end.
fn belongs_to_words(finding: &Finding) -> bool {
    matches!(finding.kind(), FindingKind::ConnectionWait | FindingKind::Waiting)
}

/// The calls that took most of a share.
fn largest(groups: &[CallGroup], share: Share) -> Option<&CallGroup> {
    let mine = groups.iter().filter(|group| group.operation().kind().share() == Some(share));
    mine.max_by_key(|group| group.total())
}

/// What was found, in a few words.
struct Phrase<'a>(&'a Finding);

impl Display for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let finding = self.0;
        let label = finding.kind().label();
        let count = finding.count();
        match finding.kind() {
            FindingKind::NPlusOne | FindingKind::DuplicateQuery | FindingKind::ExternalNPlusOne => {
                write!(f, "{} ({label})", Calls::found(finding))
            }
            FindingKind::SlowQuery | FindingKind::SlowExternalCall => {
                let slowest = if count == 1 { "" } else { "the slowest " };
                write!(f, "{}, {slowest}{} ms ({label})", Calls::found(finding), Millis(finding.slowest()))
            }
            FindingKind::SequentialCalls => {
                let saves = finding.saves().unwrap_or_default();
                for (at, operation) in finding.sequence().take(MOST_OF_SEQUENCE).enumerate() {
                    write!(f, "{}{}", if at == 0 { "" } else { ", then " }, Name(operation))?;
                }
                if let Some(more @ 1..) = finding.sequence().len().checked_sub(MOST_OF_SEQUENCE) {
                    write!(f, ", and {more} more")?;
                }
                write!(f, "{} ({label}, together {} ms shorter)", Place::of(finding), Millis(saves))
            }
            FindingKind::ConnectionWait => match finding.pool().map(|pool| pool.as_str()) {
                None | Some("") => write!(f, "({label})"),
                Some(pool) => write!(f, "of {pool} ({label})"),
            },
            FindingKind::CacheMisses => write!(f, "{count} misses{}", Place::of(finding)),
            FindingKind::LargeResponse | FindingKind::SlowBody => {
                write!(f, "{} ({label})", Size(finding.bytes().unwrap_or(0)))
            }
            FindingKind::Blocking => write!(f, "one poll of {} ms ({label})", Millis(finding.cost())),
            FindingKind::TooManyQueries => write!(f, "{count} queries, {} allowed", finding.limit()),
            FindingKind::Waiting => match finding.span() {
                Some(span) => write!(f, "in {span}"),
                None => f.write_str("for what is not measured"),
            },
            FindingKind::SlowRequest => write!(f, "{} ms ({label})", Millis(finding.cost())),
        }
    }
}

/// Calls that asked the same: `41 x SELECT users at orders.rs:88`.
struct Calls<'a> {
    count: u32,
    operation: Option<&'a Operation>,
    place: Place<'a>,
}

impl<'a> Calls<'a> {
    fn of(group: &'a CallGroup) -> Self {
        let place = Place { callsite: group.callsite(), span: None };
        Calls { count: group.count(), operation: Some(group.operation()), place }
    }

    fn found(finding: &'a Finding) -> Self {
        Calls { count: finding.count(), operation: finding.operation(), place: Place::of(finding) }
    }
}

impl Display for Calls<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count != 1 {
            write!(f, "{} x ", self.count)?;
        }
        match self.operation {
            Some(operation) => Name(operation).fmt(f)?,
            None => f.write_str("calls")?,
        }
        self.place.fmt(f)
    }
}

/// What was asked, of whom, as short as it is known by.
struct Name<'a>(&'a Operation);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST_OF_STATEMENT: usize = 60;
        let operation = self.0;
        match (operation.kind(), operation.summary()) {
            (CallKind::Database, "") => match operation.statement().map(|statement| statement.text()) {
                None | Some("") => f.write_str("a query"),
                Some(statement) => f.write_str(text::cut(statement, MOST_OF_STATEMENT)),
            },
            (CallKind::Database, summary) => f.write_str(summary),
            (_, "") => f.write_str(operation.target()),
            (_, summary) => write!(f, "{summary} {}", operation.target()),
        }
    }
}

/// Where it was, if that is known.
#[derive(Clone, Copy)]
struct Place<'a> {
    callsite: Option<Callsite>,
    span: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(finding: &'a Finding) -> Self {
        Place { callsite: finding.callsite(), span: finding.span() }
    }
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.callsite, self.span) {
            (Some(callsite), _) => write!(f, " at {}:{}", callsite.short_file(), callsite.line()),
            (None, Some(span)) => write!(f, " in {span}"),
            (None, None) => Ok(()),
        }
    }
}

/// As exact as it is read: `340`, `3.4`.
struct Millis(Duration);

impl Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0.as_micros() + 50) / 100;
        if tenths >= 100 { write!(f, "{}", (tenths + 5) / 10) } else { write!(f, "{}.{}", tenths / 10, tenths % 10) }
    }
}

/// `3.4 MB`, in powers of ten.
struct Size(u64);

impl Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = |unit: u64| (self.0 / unit, self.0 % unit * 10 / unit);
        match self.0 {
            0..1_000 => write!(f, "{} B", self.0),
            1_000..1_000_000 => write!(f, "{} kB", self.0 / 1_000),
            1_000_000..1_000_000_000 => {
                let (whole, tenth) = tenths(1_000_000);
                write!(f, "{whole}.{tenth} MB")
            }
            _ => {
                let (whole, tenth) = tenths(1_000_000_000);
                write!(f, "{whole}.{tenth} GB")
            }
        }
    }
}

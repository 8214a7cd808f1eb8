//! The line of a finding: what is told of it, under which name, and in which order, whatever it is written in.

use crate::breakdown::micros;
use crate::call::CallKind;
use crate::findings::{Finding, FindingKind};
use crate::operation::Operation;
use crate::pool_name::PoolName;
use crate::wide::{Phrase, WideLine, member};

/// So many calls are named of those that were made one after the other.
pub(crate) const MOST_OF_SEQUENCE: usize = 4;

impl Finding {
    /// What its line says to those who read: `N+1: 41 x SELECT users at orders.rs:88, 340.2 ms of the request; load all rows by one query: …`.
    pub fn each_phrase(&self, mut write: impl FnMut(Phrase<'_>)) {
        write(Phrase::Ours(self.kind().label()));
        self.subject(&mut write);
        if let Some(callsite) = self.callsite() {
            write(Phrase::Ours(" at "));
            write(Phrase::Theirs(callsite.short_file()));
            write(Phrase::Ours(":"));
            write(Phrase::Integer(callsite.line().into()));
        } else if let Some(span) = self.span() {
            write(Phrase::Ours(" in "));
            write(Phrase::Theirs(span));
        }
        write(Phrase::Ours(", "));
        write(Phrase::Millis(micros(self.cost())));
        write(Phrase::Ours(if self.kind() == FindingKind::SlowRequest { " ms" } else { " ms of the request" }));
        if let Some(saves) = self.saves() {
            write(Phrase::Ours(", together "));
            write(Phrase::Millis(micros(saves)));
            write(Phrase::Ours(" ms shorter"));
        }
        write(Phrase::Ours("; "));
        write(Phrase::Ours(self.hint()));
    }

    /// What it is about: the calls that asked the same, or the number that is too large.
    fn subject(&self, write: &mut impl FnMut(Phrase<'_>)) {
        let mut count = |before, after| {
            write(Phrase::Ours(before));
            write(Phrase::Integer(self.count().into()));
            write(Phrase::Ours(after));
        };
        match (self.kind(), self.operation(), self.bytes()) {
            (FindingKind::SequentialCalls, ..) => {
                for (at, operation) in self.sequence().take(MOST_OF_SEQUENCE).enumerate() {
                    write(Phrase::Ours(if at == 0 { ": " } else { ", then " }));
                    asked(operation, write);
                }
                if let Some(more @ 1..) = self.sequence().len().checked_sub(MOST_OF_SEQUENCE) {
                    write(Phrase::Ours(", and "));
                    write(Phrase::Integer(more as u64));
                    write(Phrase::Ours(" more"));
                }
            }
            (FindingKind::TooManyQueries, ..) => {
                count(": ", " queries, ");
                write(Phrase::Integer(self.limit()));
                write(Phrase::Ours(" allowed"));
            }
            (_, Some(operation), _) => {
                if self.count() == 1 {
                    write(Phrase::Ours(": "))
                } else {
                    count(": ", " x ")
                }
                asked(operation, write);
            }
            (_, None, Some(bytes)) => {
                write(Phrase::Ours(": "));
                write(Phrase::Integer(bytes));
                write(Phrase::Ours(" bytes"));
            }
            (FindingKind::ConnectionWait, ..) => {
                count(": ", if self.count() == 1 { " wait" } else { " waits" });
                if let Some(pool) = self.target() {
                    write(Phrase::Ours(" for "));
                    write(Phrase::Theirs(pool));
                }
            }
            _ => {}
        }
    }

    /// Writes what is told of it beside its request, time, level and message: a member that does not apply is left out.
    pub fn each_member(&self, line: &mut impl WideLine) {
        line.word(member!("finding"), self.kind().as_str());
        if let Some(operation) = self.operation() {
            if !operation.summary().is_empty() {
                line.text(member!("summary"), operation.summary());
            }
            if let Some(statement) = operation.statement() {
                line.text(member!("statement"), statement.text());
            }
        }
        if let Some(target) = self.target() {
            line.text(member!("target"), target);
        }
        if let Some(callsite) = self.callsite() {
            line.text(member!("callsite"), &callsite.to_string());
        }
        if let Some(span) = self.span() {
            line.text(member!("span"), span);
        }
        line.integer(member!("count"), self.count().into());
        line.integer(member!("limit"), self.limit());
        if let Some(distinct) = self.distinct_parameters() {
            line.integer(member!("distinct_parameters"), distinct.into());
        }
        if let Some(bytes) = self.bytes() {
            line.integer(member!("bytes"), bytes);
        }
        line.millis(member!("cost_ms"), micros(self.cost()));
        line.millis(member!("total_ms"), micros(self.total()));
        line.millis(member!("slowest_ms"), micros(self.slowest()));
        if let Some(saves) = self.saves() {
            line.millis(member!("saves_ms"), micros(saves));
        }
        line.word(member!("hint"), self.hint());
    }

    /// Who was asked, or the pool that had no connection.
    fn target(&self) -> Option<&str> {
        let pool = self.pool.as_ref().map(PoolName::as_str).filter(|pool| !pool.is_empty());
        self.operation().map(Operation::target).or(pool)
    }
}

fn asked(operation: &Operation, write: &mut impl FnMut(Phrase<'_>)) {
    match operation.summary() {
        "" => write(Phrase::Ours(operation.kind().as_str())),
        summary => write(Phrase::Theirs(summary)),
    }
    if operation.kind() != CallKind::Database {
        write(Phrase::Ours(" "));
        write(Phrase::Theirs(operation.target()));
    }
}

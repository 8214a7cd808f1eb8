//! The wide line: what is told of a record, under which name, and in which order, whatever it is written in.

use crate::breakdown::{Share, micros};
use crate::field::FieldValue;
use crate::findings::Finding;
use crate::identity::Identity;
use crate::level::Level;
use crate::outcome::Outcome;
use crate::record::{Record, RecordKind};

/// A name of the wide line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub(crate) name: &'static str,
    pub(crate) json_key: &'static str,
}

impl Member {
    /// The name: `duration_ms`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The name as it stands in a JSON object behind another member, known when this is compiled: `,"duration_ms":`.
    pub fn json_key(self) -> &'static str {
        self.json_key
    }
}

macro_rules! member {
    ($name:literal) => {
        $crate::wide::Member { name: $name, json_key: concat!(",\"", $name, "\":") }
    };
}
pub(crate) use member;

/// Writes the members of a wide line, or of another about the same record, in the order of its calls.
pub trait WideLine {
    /// The request id, and the ids of its trace and of its own span there.
    fn identity(&mut self, identity: &Identity);
    /// A text that can be anything.
    fn text(&mut self, member: Member, text: &str);
    /// A word of ours, or a few, with nothing that would have to be escaped.
    fn word(&mut self, member: Member, word: &'static str);
    /// Texts of which each is a reason for the one before it.
    fn chain(&mut self, member: Member, texts: &[String]);
    /// A count, a size, a status.
    fn integer(&mut self, member: Member, number: u64);
    /// A time, in microseconds, to be shown in milliseconds.
    fn millis(&mut self, member: Member, micros: u64);
    /// True or false.
    fn boolean(&mut self, member: Member, value: bool);
    /// The last of the record's own members was written; what comes now is the application's. Does nothing unless
    /// implemented.
    fn behind_own(&mut self) {}
    /// A field of the application's own.
    fn field(&mut self, name: &str, value: &FieldValue);
    /// The application's metadata, each value as JSON text; may be none.
    fn metadata<'t>(&mut self, entries: impl ExactSizeIterator<Item = (&'t str, &'t str)>);
}

/// A part of the sentence that says what a wide line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrase<'a> {
    /// Words of ours.
    Ours(&'static str),
    /// Text that can be anything.
    Theirs(&'a str),
    /// A status.
    Integer(u64),
    /// A time, in microseconds, to be shown in milliseconds.
    Millis(u64),
}

impl Record {
    /// The name that its wide line has among other lines: `tachograph.request`, `tachograph.task`.
    pub fn logger(&self) -> &'static str {
        match self.kind() {
            RecordKind::Request => "tachograph.request",
            RecordKind::Task => "tachograph.task",
        }
    }

    /// How loud a line about one of its findings is: a warning, where it [costs much](crate::Thresholds::warning).
    pub fn level_of(&self, finding: &Finding) -> Level {
        let costs_much = self.recording.as_ref().is_some_and(|recording| {
            let capture = recording.handle().capture();
            finding.cost() >= capture.routes.of(self).unwrap_or(&capture.thresholds).warning
        });
        if costs_much { Level::Warning } else { Level::Info }
    }

    /// What its wide line says to those who read: `GET /experiments/{id} 200 12.34 ms`, `rollup completed 12.34 ms`.
    #[inline]
    pub fn each_phrase(&self, mut write: impl FnMut(Phrase<'_>)) {
        if self.kind() == RecordKind::Request {
            write(Phrase::Theirs(self.method()));
            write(Phrase::Ours(" "));
        }
        write(Phrase::Theirs(self.route().unwrap_or(self.path())));
        write(Phrase::Ours(" "));
        if let Some(status) = self.status_code() {
            write(Phrase::Integer(status.into()));
            write(Phrase::Ours(" "));
        }
        if self.status_code().is_none() || self.outcome() != Outcome::Completed {
            write(Phrase::Ours(self.outcome().as_str()));
            write(Phrase::Ours(" "));
        }
        write(Phrase::Millis(micros(self.duration())));
        write(Phrase::Ours(" ms"));
    }

    /// Writes what is told of it beside its time, level, logger, message, kind and service: a member that does not apply is
    /// left out, a measured zero is told.
    #[inline]
    pub fn each_member(&self, line: &mut impl WideLine) {
        self.each_member_of_origin(line);
        text_if_any(line, member!("action"), self.action());
        self.place(line);
        self.end(line);
        self.times_and_sizes(line);
        self.reasons(line);
        line.behind_own();
        for (name, value) in self.fields() {
            line.field(name, value);
        }
        line.metadata(self.metadata());
    }

    /// Writes whose request it was.
    #[inline]
    pub fn each_member_of_origin(&self, line: &mut impl WideLine) {
        line.identity(self.identity());
        text_if_any(line, member!("user_id"), self.user_id());
    }

    #[inline]
    fn place(&self, line: &mut impl WideLine) {
        if let Some(name) = self.task_name() {
            line.text(member!("name"), name);
            return;
        }
        line.text(member!("method"), self.method());
        text_if_any(line, member!("route"), self.route());
        line.text(member!("path"), self.path());
    }

    #[inline]
    fn end(&self, line: &mut impl WideLine) {
        if let Some(status) = self.status_code() {
            line.integer(member!("status_code"), status.into());
        }
        line.word(member!("outcome"), self.outcome().as_str());
        text_if_any(line, member!("error_type"), self.error_type().as_deref());
        if let Some(error) = self.error() {
            line.text(member!("error_message"), error.message());
            if !error.chain().is_empty() {
                line.chain(member!("error_chain"), error.chain());
            }
        }
    }

    #[inline]
    fn times_and_sizes(&self, line: &mut impl WideLine) {
        let shares = self.breakdown().rounded_micros();
        let share = |share: Share| shares[share as usize];

        line.millis(member!("duration_ms"), micros(self.duration()));
        if let Some(first_byte) = self.first_byte() {
            line.millis(member!("first_byte_ms"), micros(first_byte));
        }
        if self.kind() == RecordKind::Request {
            if let Some(bytes) = self.request_bytes() {
                line.integer(member!("request_bytes"), bytes);
            }
            line.integer(member!("response_bytes"), self.response_bytes());
            line.boolean(member!("streaming"), self.is_streaming());
        }

        let database = self.database();
        // A transaction that only began is no query, but it was a call.
        let called = database.count() > 0 || database.errors() > 0 || !database.total().is_zero();
        line.integer(member!("db_queries"), database.count().into());
        line.millis(member!("db_ms"), share(Share::Database));
        if called {
            line.millis(member!("db_total_ms"), micros(database.total()));
        }
        line.millis(member!("db_wait_ms"), share(Share::ConnectionWait));
        if called {
            line.integer(member!("db_rows"), database.rows());
            if database.unknown() == 0 || database.errors() > 0 {
                line.integer(member!("db_errors"), database.errors().into());
            }
            line.millis(member!("db_slowest_ms"), micros(database.slowest()));
            line.integer(member!("db_repeats"), database.repeats().into());
        }

        let external = self.external();
        line.integer(member!("external_calls"), external.count().into());
        line.millis(member!("external_ms"), share(Share::External));
        if external.count() > 0 {
            line.millis(member!("external_total_ms"), micros(external.total()));
            if external.unknown() == 0 || external.errors() > 0 {
                line.integer(member!("external_errors"), external.errors().into());
            }
        }
        line.integer(member!("cache_hits"), self.cache().hits().into());
        line.integer(member!("cache_misses"), self.cache().misses().into());
        line.millis(member!("cache_ms"), share(Share::Cache));
        if self.cache().calls().count() > 0 {
            line.integer(member!("cache_errors"), self.cache().calls().errors().into());
        }
        line.millis(member!("own_ms"), share(Share::Own));
        line.millis(member!("body_ms"), share(Share::Body));
        line.millis(member!("waiting_ms"), share(Share::Waiting));
    }

    #[inline]
    fn reasons(&self, line: &mut impl WideLine) {
        // A stream is not looked at: it lasts as long as it is wanted.
        if !self.is_streaming() {
            line.integer(member!("findings"), self.findings().len() as u64);
        }
        text_if_any(line, member!("verdict"), self.verdict());
    }
}

#[inline]
fn text_if_any(line: &mut impl WideLine, member: Member, text: Option<&str>) {
    if let Some(text) = text {
        line.text(member, text);
    }
}

//! A request that is kept: what a list shows of it, and what is told of it alone.

use std::time::{SystemTime, UNIX_EPOCH};

use tachograph_core::{FindingKind, Level, Outcome, Record, RecordKind, Share, micros};

use crate::detail::Detail;
use crate::json::{self, Object};

/// Why a request is kept; what is given up first is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// It was one of the last.
    Recent,
    /// It is like many others of its endpoint, or the slowest of them.
    Typical,
    /// Something was found.
    Flagged,
    /// It failed.
    Failed,
    /// It was slow.
    Slow,
}

impl Class {
    pub(crate) const ALL: [Class; 5] = [Class::Recent, Class::Typical, Class::Flagged, Class::Failed, Class::Slow];

    pub(crate) fn of(record: &Record) -> Self {
        if record.has_finding(FindingKind::SlowRequest) {
            Class::Slow
        } else if is_error(record) {
            Class::Failed
        } else if record.is_flagged() {
            Class::Flagged
        } else {
            Class::Recent
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Class::Recent => "recent",
            Class::Typical => "typical",
            Class::Flagged => "flagged",
            Class::Failed => "failed",
            Class::Slow => "slow",
        }
    }
}

/// Whether it counts as an error, as it does in metrics.
pub(crate) fn is_error(record: &Record) -> bool {
    let of_a_task = record.kind() == RecordKind::Task && record.error().is_some();
    record.level() >= Level::Error || record.outcome() == Outcome::OpenAtShutdown || of_a_task
}

/// The method and the route that its endpoint is known by: of a task, `task` and its name.
pub(crate) fn endpoint_of(record: &Record) -> (&'static str, &str) {
    match record.task_name() {
        Some(name) => ("task", name),
        None => (record.known_method(), record.route().unwrap_or_default()),
    }
}

/// A request that is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) class: Class,
    /// How many were kept before it.
    pub(crate) number: u64,
    /// Its end, in milliseconds since 1970.
    pub(crate) at: u64,
    /// In microseconds.
    pub(crate) duration: u64,
    pub(crate) status: Option<u16>,
    pub(crate) is_error: bool,
    pub(crate) is_streaming: bool,
    pub(crate) method: &'static str,
    pub(crate) route: Box<str>,
    pub(crate) request_id: Box<str>,
    findings: u32,
    /// Written members, for lists.
    summary: Box<[u8]>,
    detail: Option<Box<Detail>>,
}

impl Kept {
    /// `most` is how many bytes it may take altogether, about.
    pub(crate) fn of(record: &Record, class: Class, number: u64, version: &str, most: usize) -> Self {
        let (method, route) = endpoint_of(record);
        Kept {
            class,
            number,
            at: millis_of(record.ended()),
            duration: micros(record.duration()),
            status: record.status_code(),
            is_error: is_error(record),
            is_streaming: record.is_streaming(),
            method,
            route: route.into(),
            request_id: record.identity().request_id().to_string().into(),
            findings: record.findings().len() as u32,
            summary: summary(record, version).into(),
            detail: Some(Box::new(Detail::of(record, most))),
        }
    }

    pub(crate) fn has_detail(&self) -> bool {
        self.detail.is_some()
    }

    /// Only what a list shows is kept from now on.
    pub(crate) fn forget_detail(&mut self) {
        self.detail = None;
    }

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        /// What an allocation costs beside what is in it, and the part of a queue that is not used.
        const OVERHEAD: usize = 64;
        let detail = self.detail.as_ref().map_or(0, |detail| detail.bytes());
        size_of::<Self>() * 2 + self.route.len() + self.request_id.len() + self.summary.len() + detail + OVERHEAD
    }

    /// What a list shows of it.
    pub(crate) fn write_summary(&self, object: &mut Object<'_>) {
        self.write_common(object);
        object.integer("findings", self.findings.into());
    }

    /// All that is known of it.
    pub(crate) fn write_all(&self, object: &mut Object<'_>) {
        self.write_common(object);
        match &self.detail {
            Some(detail) => detail.write(object),
            None => Detail::write_none(object),
        }
    }

    fn write_common(&self, object: &mut Object<'_>) {
        object.members(&self.summary);
        object.text("kept", self.class.as_str());
        object.boolean("detail", self.has_detail());
    }
}

pub(crate) fn millis_of(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// By the names of the JSON line.
fn summary(record: &Record, version: &str) -> Vec<u8> {
    json::members(|object| {
        let identity = record.identity();
        object.text("request_id", &identity.request_id().to_string());
        object.text("trace_id", &identity.trace_id().to_string());
        object.text("span_id", &identity.span_id().to_string());
        object.integer("at", millis_of(record.ended()));
        object.text("version", version);
        object.text("kind", record.kind().as_str());
        let is_task = record.kind() == RecordKind::Task;
        object.text("method", if is_task { "task" } else { record.method() });
        object.text_or_null("route", record.task_name().or(record.route()));
        object.text("path", record.path());
        object.integer_or_null("status_code", record.status_code().map(u64::from));
        object.text("outcome", record.outcome().as_str());
        object.text_or_null("error_type", record.error_type().as_deref());
        object.text("level", record.level().as_str());
        object.millis("duration_ms", micros(record.duration()));
        object.millis_or_null("first_byte_ms", record.first_byte().map(micros));
        let shares = record.breakdown().rounded_micros();
        for share in Share::ALL {
            object.millis(crate::names::of_share(share), shares[share as usize]);
        }
        object.integer_or_null("request_bytes", record.request_bytes());
        object.integer("response_bytes", record.response_bytes());
        object.boolean("streaming", record.is_streaming());
        object.integer("db_queries", record.database().count().into());
        object.integer("db_rows", record.database().rows());
        object.integer("db_errors", record.database().errors().into());
        object.integer("external_calls", record.external().count().into());
        object.integer("external_errors", record.external().errors().into());
        object.integer("cache_hits", record.cache().hits().into());
        object.integer("cache_misses", record.cache().misses().into());
        object.text_or_null("verdict", record.verdict());
    })
}

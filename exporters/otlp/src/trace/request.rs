//! The record's own span: a server's for a request, an internal one for a task.

use tachograph_core::{ErrorInfo, Outcome, Record, RecordKind, Share, micros};

use super::events;
use super::span::{self, Head, Kind, Status, Trace};
use crate::attributes::Attributes;
use crate::frame::Frame;

/// Appends it. `dropped`: how many others of the record's spans had no room.
pub(super) fn span(trace: &Trace<'_>, dropped: usize, frame: &mut Frame<'_>) {
    let record = trace.record;
    let identity = record.identity();
    let head = Head {
        span_id: identity.span_id(),
        parent: identity.trace().parent_span_id,
        name: name(record),
        kind: match record.kind() {
            RecordKind::Request => Kind::Server,
            RecordKind::Task => Kind::Internal,
        },
        start: 0,
        end: trace.duration(),
    };
    let status = status(record);
    trace.span(&head, frame, |span| {
        span::attributes(span, |attributes| {
            if record.kind() == RecordKind::Request {
                http(record, attributes);
            }
            if let Status::Error(_) = status {
                attributes.text_if_any("error.type", record.error_type().as_deref());
            }
            said(record, attributes);
            measured(record, attributes);
            if dropped > 0 {
                attributes.count("tachograph.spans_dropped", dropped as u64);
            }
            for (name, value) in record.fields() {
                attributes.field(own_prefix(name), name, value);
            }
            for (name, json) in record.metadata() {
                attributes.named_text("metadata.", name, json);
            }
        });
        events::of(trace, span);
        status
    });
}

/// `GET /experiments/{id}`; never the path, of which there is no end.
fn name(record: &Record) -> [&str; 3] {
    let method = match record.known_method() {
        "_OTHER" => "HTTP",
        method => method,
    };
    match (record.task_name(), record.route()) {
        (Some(""), _) => ["task", "", ""],
        (Some(name), _) => [name, "", ""],
        (None, Some(route)) => [method, " ", route],
        (None, None) => [method, "", ""],
    }
}

/// By the conventions for servers of HTTP.
fn http(record: &Record, attributes: &mut Attributes<'_, '_>) {
    attributes.word("http.request.method", record.known_method());
    if record.method() != record.known_method() {
        attributes.text_if_known("http.request.method_original", record.method());
    }
    attributes.text_if_known("url.scheme", record.scheme());
    attributes.text("url.path", record.path());
    attributes.text_if_any("http.route", record.route());
    if let Some(status) = record.status_code() {
        attributes.integer("http.response.status_code", status);
    }
    attributes.text_if_known("network.protocol.version", record.protocol_version());
    if let Some(bytes) = record.request_bytes() {
        attributes.count("http.request.body.size", bytes);
    }
    attributes.count("http.response.body.size", record.response_bytes());
}

/// Whose it is, what for, what became of it, and why it was slow.
fn said(record: &Record, attributes: &mut Attributes<'_, '_>) {
    attributes.text_if_any("enduser.id", record.user_id());
    attributes.word("tachograph.request_id", record.identity().request_id().encode(&mut [0; 36]));
    attributes.text_if_any("tachograph.action", record.action());
    attributes.word("tachograph.outcome", record.outcome().as_str());
    attributes.text_if_any("tachograph.verdict", record.verdict());
    if record.is_streaming() {
        attributes.boolean("tachograph.streaming", true);
    }
}

/// Where the time went, under the names of the JSON line.
fn measured(record: &Record, attributes: &mut Attributes<'_, '_>) {
    let shares = record.breakdown().rounded_micros();
    let mut share = |name: &str, share: Share| attributes.millis(name, shares[share as usize]);
    share("tachograph.own_ms", Share::Own);
    share("tachograph.db_ms", Share::Database);
    share("tachograph.db_wait_ms", Share::ConnectionWait);
    share("tachograph.external_ms", Share::External);
    share("tachograph.cache_ms", Share::Cache);
    share("tachograph.body_ms", Share::Body);
    share("tachograph.waiting_ms", Share::Waiting);
    if let Some(first_byte) = record.first_byte() {
        attributes.millis("tachograph.first_byte_ms", micros(first_byte));
    }
    let mut count = |name: &str, count: u32| {
        if count > 0 {
            attributes.integer(name, count);
        }
    };
    count("tachograph.db_queries", record.database().count());
    count("tachograph.external_calls", record.external().count());
    count("tachograph.cache_hits", record.cache().hits());
    count("tachograph.cache_misses", record.cache().misses());
    count("tachograph.calls_ungrouped", record.calls_ungrouped());
    count("tachograph.findings", record.findings().len() as u32);
}

/// What stands before the names that we need ourselves.
const FIELD: &str = "field.";

/// A field of the application's that is called as an attribute of ours gets another name, for none may come twice.
fn own_prefix(name: &str) -> &'static str {
    let ours = ["http.", "url.", "network.", "error.", "enduser.", "tachograph.", "metadata.", FIELD];
    if ours.iter().any(|ours| name.starts_with(ours)) { FIELD } else { "" }
}

/// A server is not to blame for what its client has asked: 4xx is none of its errors.
fn status(record: &Record) -> Status<'_> {
    let blameless = record.outcome() == Outcome::Completed && matches!(record.status_code(), Some(400..500));
    if blameless || record.error_type().is_none() {
        return Status::Unset;
    }
    Status::Error(record.error().map_or("", ErrorInfo::message))
}

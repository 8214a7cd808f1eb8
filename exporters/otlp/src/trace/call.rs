//! The span of a call: whom it went to, what was asked, what came back.

use tachograph_core::{Call, CallKind, CallOutcome, Callsite, Operation, Yield, micros};

use super::asked::{AWS, Asked};
use super::span::{self, Head, Kind, Status, Trace, nanos};
use crate::attributes::Attributes;
use crate::frame::Frame;

/// Appends the span of the call at this place of the record.
pub(super) fn span(trace: &Trace<'_>, at: usize, frame: &mut Frame<'_>) {
    let call = &trace.record.calls()[at];
    let (start, end) = (nanos(call.start()), nanos(call.end()));
    let asked = Asked::of(call.operation());
    let head = Head {
        span_id: trace.record.call_span_id(at),
        parent: Some(match call.span().filter(|_| !trace.record.spans_elsewhere()) {
            Some(span) => trace.around(Some(span), start, end),
            None => trace.record.call_parent(at),
        }),
        name: asked.name(call.operation()),
        kind: if call.kind() == CallKind::Other { Kind::Internal } else { Kind::Client },
        start,
        end,
    };
    trace.span(&head, frame, |span| {
        span::attributes(span, |attributes| {
            asked.attributes(call.operation(), attributes);
            own(asked, call, attributes);
            answer(asked, call, attributes);
            if let Some(callsite) = call.callsite() {
                place(callsite, attributes);
            }
        });
        if call.is_error() { Status::Error("") } else { Status::Unset }
    });
}

/// What of it is not the same in all calls of its operation.
fn own(asked: Asked, call: &Call, attributes: &mut Attributes<'_, '_>) {
    match asked {
        Asked::Http => {
            attributes.text_if_any("http.request.method_original", call.original_method());
            let operation = call.operation();
            let target = operation.target();
            if let (Some(scheme), Some(path), false) = (operation.scheme(), call.path(), target.is_empty()) {
                attributes.joined("url.full", &[scheme.as_str(), "://", target, path], "");
            }
        }
        Asked::Grpc => {
            if let Some((code, name)) = grpc_status(call) {
                attributes.word("rpc.response.status_code", name);
                attributes.integer("rpc.grpc.status_code", code);
            }
        }
        Asked::Rpc => procedure(call, attributes),
        Asked::Database | Asked::CacheDatabase | Asked::Named => {}
    }
}

/// What came back, and how it ended. What HTTP says of it has the names of its conventions where the call is by them.
fn answer(asked: Asked, call: &Call, attributes: &mut Attributes<'_, '_>) {
    let is_http = matches!(asked, Asked::Http);
    if let Some(status) = call.status_code() {
        attributes.integer(if is_http { "http.response.status_code" } else { "tachograph.status_code" }, status);
    }
    if let Some(attempts) = call.attempts().filter(|attempts| *attempts > 1) {
        attributes.integer("tachograph.attempts", attempts);
    }
    if call.is_error() {
        error_type(call, attributes);
    }
    match call.brought() {
        Yield::Rows(rows) if changes_rows(call.operation()) => attributes.count("tachograph.changed_rows", rows),
        Yield::Rows(rows) => attributes.count("db.response.returned_rows", rows),
        Yield::Bytes(bytes) => {
            attributes.count(if is_http { "http.response.body.size" } else { "tachograph.response_bytes" }, bytes);
        }
        Yield::Lookups { hits, misses } => {
            attributes.integer("tachograph.cache_hits", hits);
            attributes.integer("tachograph.cache_misses", misses);
        }
        Yield::Unknown => {}
    }
    if let Some(first_byte) = call.first_byte() {
        attributes.millis("tachograph.first_byte_ms", micros(first_byte));
    }
    if matches!(call.outcome(), CallOutcome::Cancelled | CallOutcome::Unknown) {
        attributes.word("tachograph.outcome", call.outcome().as_str());
    }
}

/// The status that the answer ended with, which is the error's type where it is not `OK`.
fn grpc_status(call: &Call) -> Option<(i64, &'static str)> {
    let name = match call.outcome() {
        CallOutcome::Completed if !call.is_error() => "OK",
        CallOutcome::Failed => call.error_type()?,
        _ => return None,
    };
    (0..).zip(GRPC_STATUSES).find(|(_, known)| *known == name)
}

/// By their codes.
const GRPC_STATUSES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

fn procedure(call: &Call, attributes: &mut Attributes<'_, '_>) {
    if call.operation().system() == AWS {
        attributes.text_if_any("aws.request_id", call.request_id());
    }
    if let Some(resource) = call.resource() {
        match call.operation().target() {
            "DynamoDB" => attributes.texts("aws.dynamodb.table_names", resource),
            "S3" => attributes.text("aws.s3.bucket", resource),
            "SNS" => attributes.text("aws.sns.topic.arn", resource),
            "SQS" if resource.contains("://") => attributes.text("aws.sqs.queue.url", resource),
            "Kinesis" if !resource.starts_with("arn:") => attributes.text("aws.kinesis.stream_name", resource),
            _ => attributes.text("tachograph.resource", resource),
        }
    }
    attributes.text_if_any("cloud.region", call.region());
}

fn error_type(call: &Call, attributes: &mut Attributes<'_, '_>) {
    match (call.error_type(), call.status_code()) {
        (None, Some(status)) => attributes.word("error.type", itoa::Buffer::new().format(status)),
        (name, _) => attributes.text("error.type", name.filter(|name| !name.is_empty()).unwrap_or("_OTHER")),
    }
}

/// Whether a number of rows is of those that were changed: of other statements they were returned. One that returns what
/// it has changed has a word for that.
fn changes_rows(operation: &Operation) -> bool {
    let returns = |text: &str| text.split(' ').any(|word| word.eq_ignore_ascii_case("returning"));
    operation.summary().split(' ').any(changes)
        && !operation.statement().is_some_and(|statement| returns(statement.text()))
}

fn changes(word: &str) -> bool {
    matches!(word, "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "MERGE" | "COPY")
}

/// Where in the service's own code.
pub(super) fn place(callsite: Callsite, attributes: &mut Attributes<'_, '_>) {
    attributes.text("code.file.path", callsite.file());
    attributes.integer("code.line.number", callsite.line());
}

//! The span of a call: whom it went to, what was asked, what came back.

use tachograph_core::{Call, CallKind, CallOutcome, Callsite, Operation, Yield, known_method, micros};

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
            asked.attributes(call, attributes);
            asked.answer(call, attributes);
            if let Some(callsite) = call.callsite() {
                place(callsite, attributes);
            }
        });
        if call.is_error() { Status::Error("") } else { Status::Unset }
    });
}

/// What kind of question it was, which decides by which conventions it is shown.
#[derive(Clone, Copy)]
enum Asked {
    Database,
    /// A command of a cache that is a database, too.
    CacheDatabase,
    /// By an HTTP method.
    Http,
    /// A method of gRPC, which is named as `service/method`.
    Grpc,
    Rpc,
    /// Something that the application has named.
    Named,
}

impl Asked {
    fn of(operation: &Operation) -> Self {
        let summary = operation.summary();
        match operation.kind() {
            CallKind::Database => Asked::Database,
            CallKind::Cache if !operation.system().is_empty() => Asked::CacheDatabase,
            CallKind::External if operation.is_grpc() => Asked::Grpc,
            CallKind::External if operation.method().is_some() => Asked::Rpc,
            CallKind::External if known_method(summary).is_some() || summary == OTHER_METHOD => Asked::Http,
            _ => Asked::Named,
        }
    }

    /// The span's name, which is never empty.
    fn name(self, operation: &Operation) -> [&str; 3] {
        let (system, target, summary) = (operation.system(), operation.target(), operation.summary());
        match self {
            Asked::Http if summary == OTHER_METHOD => ["HTTP", "", ""],
            Asked::Rpc => {
                let method = operation.method().unwrap_or(summary);
                if system == AWS { [target, ".", method] } else { [method, "", ""] }
            }
            Asked::Named if !summary.is_empty() && !target.is_empty() => [summary, " ", target],
            _ => {
                let known = [summary, system, target].into_iter().find(|name| !name.is_empty());
                [known.unwrap_or(operation.kind().as_str()), "", ""]
            }
        }
    }

    fn attributes(self, call: &Call, attributes: &mut Attributes<'_, '_>) {
        let operation = call.operation();
        let (target, summary) = (operation.target(), operation.summary());
        match self {
            Asked::Database => query(operation, attributes),
            Asked::CacheDatabase => {
                attributes.word("db.system.name", operation.system());
                attributes.text_if_known("db.operation.name", summary);
                attributes.text_if_known("cache.name", target);
            }
            Asked::Http => {
                attributes.text("http.request.method", summary);
                attributes.text_if_any("http.request.method_original", call.original_method());
                server(operation, attributes);
                if let (Some(scheme), Some(path), false) = (operation.scheme(), call.path(), target.is_empty()) {
                    attributes.joined("url.full", &[scheme.as_str(), "://", target, path], "");
                }
            }
            Asked::Grpc => grpc(call, attributes),
            Asked::Rpc => procedure(call, attributes),
            Asked::Named if operation.kind() == CallKind::Cache => attributes.text_if_known("cache.name", target),
            Asked::Named => attributes.text_if_known("tachograph.target", target),
        }
    }

    /// What came back, and how it ended. What HTTP says of it has the names of its conventions where the call is by them.
    fn answer(self, call: &Call, attributes: &mut Attributes<'_, '_>) {
        let is_http = matches!(self, Asked::Http);
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
}

/// What stands for a method that nobody knows.
const OTHER_METHOD: &str = "_OTHER";

/// The `rpc.system` of the AWS SDK.
const AWS: &str = "aws-api";

/// Which database, and what it was asked: also of the events that tell of many calls.
pub(super) fn query(operation: &Operation, attributes: &mut Attributes<'_, '_>) {
    attributes.text_if_known("db.system.name", operation.system());
    attributes.text_if_known("db.namespace", operation.target());
    attributes.text_if_known("db.query.summary", operation.summary());
    attributes.text_if_any("db.query.text", operation.statement().map(|statement| statement.text()));
}

/// Host and port, as far as they are known.
fn server(operation: &Operation, attributes: &mut Attributes<'_, '_>) {
    attributes.text_if_any("server.address", operation.host());
    if let Some(port) = operation.port() {
        attributes.integer("server.port", port);
    }
}

/// The conventions for remote procedures had other names before version 1.38, which is what most receivers still know;
/// either are there.
fn grpc(call: &Call, attributes: &mut Attributes<'_, '_>) {
    let operation = call.operation();
    attributes.word("rpc.system.name", operation.system());
    attributes.word("rpc.system", operation.system());
    attributes.text_if_any("rpc.service", operation.service());
    attributes.text("rpc.method", operation.summary());
    if let Some((code, name)) = grpc_status(call) {
        attributes.word("rpc.response.status_code", name);
        attributes.integer("rpc.grpc.status_code", code);
    }
    server(operation, attributes);
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
    let operation = call.operation();
    let service = operation.target();
    attributes.word("rpc.system", operation.system());
    attributes.text_if_known("rpc.service", service);
    attributes.text_if_any("rpc.method", operation.method());
    if operation.system() == AWS {
        if service == "DynamoDB" {
            attributes.word("db.system.name", "aws.dynamodb");
            attributes.text_if_any("db.operation.name", operation.method());
        }
        attributes.text_if_any("aws.request_id", call.request_id());
    }
    if let Some(resource) = call.resource() {
        match service {
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

//! A subsegment: a call, or one of the application's own spans.

use tachograph_core::{Call, CallKind, CallOutcome, Yield, micros};

use super::asked::Asked;
use super::flags::Flags;
use super::trace::{Part, Trace};
use super::{cause, findings, http};
use crate::name;
use crate::writer::{USUAL, Writer, key};

/// The most characters of a query.
const MOST_OF_QUERY: usize = 2048;

/// How a part stands there: inside the one that it hangs under, or in a document of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Alone,
}

/// Appends all members of a subsegment but those under it; not the brackets.
pub(super) fn members(trace: &Trace<'_>, part: Part, place: Place, writer: &mut Writer<'_>) {
    let call = match part {
        Part::Span(_) => None,
        Part::Call(at) => Some(&trace.record.calls()[at]),
    };
    let asked = call.map(|call| Asked::of(call.operation()));
    let given = match (part, call, asked) {
        (Part::Span(at), ..) => trace.record.spans()[at].name(),
        (_, Some(call), Some(asked)) => asked.name(call.operation()),
        _ => "",
    };
    let id = trace.span_id(part);
    name::write(given, "span", writer);
    writer.id(key!("id"), id);
    if place == Place::Alone {
        writer.word(key!("trace_id"), trace.id());
        writer.id(key!("parent_id"), trace.parent(part));
        writer.word(key!("type"), "subsegment");
    }
    times(trace.times(Some(part)), writer);
    if let (Some(call), Some(asked)) = (call, asked) {
        of_call(asked, id, call, writer);
    }
}

/// When it began, and when it ended unless it is not over.
pub(super) fn times((start, end): (u64, Option<u64>), writer: &mut Writer<'_>) {
    writer.seconds(key!("start_time"), start);
    match end {
        Some(end) => writer.seconds(key!("end_time"), end),
        None => writer.boolean(key!("in_progress"), true),
    }
}

fn of_call(asked: Asked, id: tachograph_core::SpanId, call: &Call, writer: &mut Writer<'_>) {
    let flags = Flags::of_call(call);
    flags.write(writer);
    if let Some(namespace) = asked.namespace() {
        writer.word(key!("namespace"), namespace);
    }
    match asked {
        Asked::Database => sql(call, writer),
        Asked::Aws => aws(call, writer),
        _ => {}
    }
    http::of_call(asked, call, writer);
    if flags.any() {
        cause::of_call(asked, id, call, writer);
    }
    metadata(asked, call, writer);
}

fn sql(call: &Call, writer: &mut Writer<'_>) {
    let operation = call.operation();
    writer.object(key!("sql"), |sql| {
        if !operation.target().is_empty() && !operation.system().is_empty() {
            sql.raw(key!("url"));
            sql.texts(&[operation.system(), "://", operation.target()], USUAL);
        }
        sql.text_if_any(key!("database_type"), Some(operation.system()), USUAL);
        let statement = operation.statement().map(|statement| statement.text());
        sql.text_if_any(key!("sanitized_query"), statement, MOST_OF_QUERY);
    });
}

fn aws(call: &Call, writer: &mut Writer<'_>) {
    let operation = call.operation();
    writer.object(key!("aws"), |aws| {
        aws.text_if_any(key!("operation"), operation.method(), USUAL);
        aws.text_if_any(key!("region"), call.region(), USUAL);
        aws.text_if_any(key!("request_id"), call.request_id(), USUAL);
        if let Some(attempts) = call.attempts() {
            aws.integer(key!("retries"), attempts.saturating_sub(1));
        }
        let Some(resource) = call.resource() else { return };
        let key = match operation.target() {
            "DynamoDB" => key!("table_name"),
            "SQS" if resource.contains("://") => key!("queue_url"),
            "SQS" => key!("queue_name"),
            "SNS" => key!("topic_arn"),
            "S3" => key!("bucket_name"),
            "Kinesis" => key!("stream_name"),
            "Lambda" => key!("function_name"),
            _ => key!("resource"),
        };
        aws.text_if_any(key, Some(resource), USUAL);
    });
}

/// What X-Ray has no place for.
fn metadata(asked: Asked, call: &Call, writer: &mut Writer<'_>) {
    let operation = call.operation();
    writer.object(key!("metadata"), |metadata| {
        metadata.object(key!("tachograph"), |ours| {
            if operation.kind() == CallKind::Cache && !operation.system().is_empty() {
                ours.word(key!("system"), operation.system());
            }
            if !matches!(asked, Asked::Http | Asked::Grpc | Asked::Other) {
                ours.text_if_any(key!("summary"), Some(operation.summary()), USUAL);
            }
            if asked == Asked::Other {
                ours.text_if_any(key!("target"), Some(operation.target()), USUAL);
            }
            if let Some(callsite) = call.callsite() {
                findings::callsite(callsite, ours);
            }
            match call.brought() {
                Yield::Rows(rows) => ours.integer(key!("rows"), rows),
                Yield::Lookups { hits, misses } => {
                    ours.integer(key!("cache_hits"), hits);
                    ours.integer(key!("cache_misses"), misses);
                }
                Yield::Bytes(_) | Yield::Unknown => {}
            }
            if let Some(first_byte) = call.first_byte() {
                ours.millis(key!("first_byte_ms"), micros(first_byte));
            }
            if matches!(call.outcome(), CallOutcome::Cancelled | CallOutcome::Unknown) {
                ours.word(key!("outcome"), call.outcome().as_str());
            }
        });
    });
}

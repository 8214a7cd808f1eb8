//! The wide line: one request, or one task, with all that is known of it.

use tachograph_core::{Database, ErrorInfo, Outcome, Record, RecordKind, Share, micros};

use crate::line::{Line, key};
use crate::number;
use crate::service::ServiceMembers;

/// Appends the line of `record`; true where something was left out for want of room.
pub(crate) fn request_line(record: &Record, service: &ServiceMembers, out: &mut Vec<u8>) -> bool {
    let mut line = Line::object(out, record.ended());
    line.raw(",\"level\":\"");
    line.raw(record.level().as_str());
    let (logger, event) = match record.kind() {
        RecordKind::Request => ("\",\"logger\":\"tachograph.request\",\"message\":\"", "\",\"event\":\"request\""),
        RecordKind::Task => ("\",\"logger\":\"tachograph.task\",\"message\":\"", "\",\"event\":\"task\""),
    };
    line.raw(logger);
    message(record, &mut line);
    line.raw(event);
    line.raw(service.as_str());
    origin(record, &mut line);
    line.text_if_any(key!("action"), record.action());
    place(record, &mut line);
    end(record, &mut line);
    times_and_sizes(record, &mut line);
    for (name, value) in record.fields() {
        line.field(name, value);
    }
    line.metadata(record.metadata());
    line.end_object()
}

/// Whose request it was.
pub(crate) fn origin(record: &Record, line: &mut Line<'_>) {
    line.identity(record.identity());
    line.text_if_any(key!("user_id"), record.user_id());
}

/// For those who read: `GET /experiments/{id} 200 12.34 ms`, `rollup completed 12.34 ms`.
fn message(record: &Record, line: &mut Line<'_>) {
    if record.kind() == RecordKind::Request {
        line.escaped(record.method());
        line.raw(" ");
    }
    line.escaped(record.route().unwrap_or(record.path()));
    line.raw(" ");
    if let Some(status) = record.status_code() {
        number::integer(status, line.out);
        line.raw(" ");
    }
    if record.status_code().is_none() || record.outcome() != Outcome::Completed {
        line.raw(record.outcome().as_str());
        line.raw(" ");
    }
    number::millis(micros(record.duration()), line.out);
    line.raw(" ms");
}

fn place(record: &Record, line: &mut Line<'_>) {
    if let Some(name) = record.task_name() {
        line.text(key!("name"), name);
        return;
    }
    line.text(key!("method"), record.method());
    line.text_if_any(key!("route"), record.route());
    line.text(key!("path"), record.path());
}

fn end(record: &Record, line: &mut Line<'_>) {
    if let Some(status) = record.status_code() {
        line.integer(key!("status_code"), status);
    }
    line.raw(match record.outcome() {
        Outcome::Completed => ",\"outcome\":\"completed\"",
        Outcome::ClientDisconnected => ",\"outcome\":\"client_disconnected\"",
        Outcome::Panicked => ",\"outcome\":\"panicked\"",
        Outcome::BodyFailed => ",\"outcome\":\"body_failed\"",
        Outcome::OpenAtShutdown => ",\"outcome\":\"open_at_shutdown\"",
        Outcome::Cancelled => ",\"outcome\":\"cancelled\"",
    });
    line.text_if_any(key!("error_type"), record.error_type().as_deref());
    if let Some(error) = record.error() {
        error_texts(error, line);
    }
}

fn error_texts(error: &ErrorInfo, line: &mut Line<'_>) {
    line.text(key!("error_message"), error.message());
    let Some((nearest, further)) = error.chain().split_first() else { return };
    line.raw(key!("error_chain"));
    line.raw("\"");
    line.escaped(nearest);
    for source in further {
        line.raw(": ");
        line.escaped(source);
    }
    line.raw("\"");
}

fn times_and_sizes(record: &Record, line: &mut Line<'_>) {
    let shares = record.breakdown().rounded_micros();
    let share = |share: Share| shares[share as usize];

    line.millis(key!("duration_ms"), micros(record.duration()));
    if let Some(first_byte) = record.first_byte() {
        line.millis(key!("first_byte_ms"), micros(first_byte));
    }
    if record.kind() == RecordKind::Request {
        if let Some(bytes) = record.request_bytes() {
            line.integer(key!("request_bytes"), bytes);
        }
        line.integer(key!("response_bytes"), record.response_bytes());
        line.boolean(key!("streaming"), record.is_streaming());
    }

    let database = record.database();
    let called = was_called(&database);
    line.integer(key!("db_queries"), database.count());
    line.millis(key!("db_ms"), share(Share::Database));
    if called {
        line.millis(key!("db_total_ms"), micros(database.total()));
    }
    line.millis(key!("db_wait_ms"), share(Share::ConnectionWait));
    if called {
        line.integer(key!("db_rows"), database.rows());
        if database.unknown() == 0 || database.errors() > 0 {
            line.integer(key!("db_errors"), database.errors());
        }
        line.millis(key!("db_slowest_ms"), micros(database.slowest()));
        line.integer(key!("db_repeats"), database.repeats());
    }

    let external = record.external();
    line.integer(key!("external_calls"), external.count());
    line.millis(key!("external_ms"), share(Share::External));
    if external.count() > 0 {
        line.millis(key!("external_total_ms"), micros(external.total()));
        if external.unknown() == 0 || external.errors() > 0 {
            line.integer(key!("external_errors"), external.errors());
        }
    }
    line.integer(key!("cache_hits"), record.cache().hits());
    line.integer(key!("cache_misses"), record.cache().misses());
    line.millis(key!("cache_ms"), share(Share::Cache));
    if record.cache().calls().count() > 0 {
        line.integer(key!("cache_errors"), record.cache().calls().errors());
    }
    line.millis(key!("own_ms"), share(Share::Own));
    line.millis(key!("body_ms"), share(Share::Body));
    line.millis(key!("waiting_ms"), share(Share::Waiting));
}

/// A transaction that only began is no query, but it was a call.
fn was_called(database: &Database<'_>) -> bool {
    database.count() > 0 || database.errors() > 0 || !database.total().is_zero()
}

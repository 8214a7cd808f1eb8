//! The `cause` of an error or a fault: what is known of it, as exceptions.

use tachograph_core::{Call, Callsite, ErrorInfo, Outcome, Record, SpanId};

use super::asked::Asked;
use crate::writer::{USUAL, Writer, key};

/// The most characters of what an error says.
const MOST_OF_MESSAGE: usize = 1024;

/// Of a request or a task: the error that the application gave, each of its sources as what caused the one before, else how it
/// ended.
pub(super) fn of_record(record: &Record, writer: &mut Writer<'_>) {
    let own = record.identity().span_id();
    match (record.error(), ended(record.outcome())) {
        (Some(error), _) => exceptions(writer, |exceptions| of_error(own, error, exceptions)),
        (None, Some(message)) => exceptions(writer, |exceptions| {
            exceptions.object(",", |exception| {
                exception.id(key!("id"), exception_id(own, 0));
                exception.word(key!("type"), record.outcome().as_str());
                exception.word(key!("message"), message);
            });
        }),
        (None, None) => {}
    }
}

fn exceptions(writer: &mut Writer<'_>, write: impl FnOnce(&mut Writer<'_>)) {
    writer.object(key!("cause"), |cause| cause.array(key!("exceptions"), write));
}

fn of_error(own: SpanId, error: &ErrorInfo, exceptions: &mut Writer<'_>) {
    let chain = error.chain();
    for (at, message) in std::iter::once(error.message()).chain(chain.iter().map(String::as_str)).enumerate() {
        exceptions.object(",", |exception| {
            exception.id(key!("id"), exception_id(own, at));
            if at == 0 {
                exception.text(key!("type"), error.type_name(), USUAL);
            }
            exception.text(key!("message"), message, MOST_OF_MESSAGE);
            if at < chain.len() {
                exception.id(key!("cause"), exception_id(own, at + 1));
            }
            if let Some(callsite) = error.callsite().filter(|_| at == 0) {
                stack(callsite, "", exception);
            }
        });
    }
}

/// Of a call that failed.
pub(super) fn of_call(asked: Asked, span_id: SpanId, call: &Call, writer: &mut Writer<'_>) {
    exceptions(writer, |exceptions| {
        exceptions.object(",", |exception| {
            exception.id(key!("id"), exception_id(span_id, 0));
            match (call.error_type().filter(|name| !name.is_empty()), call.status_code()) {
                (Some(name), _) => exception.text(key!("type"), name, USUAL),
                (None, Some(status)) => exception.word(key!("type"), itoa::Buffer::new().format(status)),
                (None, None) => exception.word(key!("type"), "failed"),
            }
            if asked.namespace().is_some() {
                exception.boolean(key!("remote"), true);
            }
            if let Some(callsite) = call.callsite() {
                stack(callsite, call.operation().summary(), exception);
            }
        });
    });
}

/// The one frame that is known.
fn stack(callsite: Callsite, label: &str, exception: &mut Writer<'_>) {
    exception.array(key!("stack"), |stack| {
        stack.object(",", |frame| {
            frame.text(key!("path"), callsite.file(), USUAL);
            frame.integer(key!("line"), callsite.line());
            frame.text_if_any(key!("label"), Some(label), USUAL);
        });
    });
}

fn ended(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Completed => None,
        Outcome::ClientDisconnected => Some("the client left before the last byte of the answer"),
        Outcome::Panicked => Some("the code that answers it panicked"),
        Outcome::BodyFailed => Some("the body of the answer ended in an error"),
        Outcome::OpenAtShutdown => Some("it was still running when the service shut down"),
        Outcome::Cancelled => Some("it was dropped before it returned"),
    }
}

/// Follows from the id of what failed, so that none is drawn; another one than all ids of spans, as those are mixed otherwise.
fn exception_id(of: SpanId, at: usize) -> SpanId {
    let mixed = (of.get() ^ (at as u64 + 1).wrapping_mul(0xC2B2_AE3D_27D4_EB4F)).wrapping_mul(0x9FB2_1C65_1E98_DF25);
    SpanId::new(mixed ^ (mixed >> 32)).unwrap_or(of)
}

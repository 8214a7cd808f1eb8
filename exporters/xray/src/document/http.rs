//! The `http` block: of a request that came in, and of a call.

use tachograph_core::{Call, FieldValue, Record, Yield};

use super::asked::Asked;
use crate::writer::{USUAL, Writer, key};

/// Of a request.
pub(super) fn of_request(record: &Record, writer: &mut Writer<'_>) {
    writer.object(key!("http"), |http| {
        http.object(key!("request"), |request| {
            request.text_if_any(key!("method"), Some(record.method()), USUAL);
            request.raw(key!("url"));
            match record.host() {
                Some(host) => request.texts(&[record.scheme(), "://", host, record.path()], USUAL),
                None => request.texts(&[record.path()], USUAL),
            }
            request.text_if_any(key!("user_agent"), header(record, "header_user_agent"), USUAL);
            let forwarded = header(record, "header_x_forwarded_for");
            // The first is who asked; the others passed it on.
            let client = forwarded.and_then(|list| list.split(',').next()).map(str::trim);
            if let Some(client) = client.filter(|client| !client.is_empty()) {
                request.text(key!("client_ip"), client, USUAL);
                request.boolean(key!("x_forwarded_for"), true);
            }
        });
        if let Some(status) = record.status_code() {
            response(Some(status), Some(record.response_bytes()), http);
        }
    });
}

/// Of a call by HTTP, or of another that was answered by it.
pub(super) fn of_call(asked: Asked, call: &Call, writer: &mut Writer<'_>) {
    let operation = call.operation();
    let bytes = match call.brought() {
        Yield::Bytes(bytes) => Some(bytes),
        _ => None,
    };
    writer.object(key!("http"), |http| {
        http.object(key!("request"), |request| {
            let (method, path) = match asked {
                Asked::Http => {
                    (call.original_method().unwrap_or(operation.summary()), ["", call.path().unwrap_or_default()])
                }
                Asked::Grpc => ("POST", ["/", operation.summary()]),
                _ => return,
            };
            request.text_if_any(key!("method"), Some(method), USUAL);
            if let (Some(scheme), Some(_)) = (operation.scheme(), operation.host()) {
                request.raw(key!("url"));
                request.texts(&[scheme.as_str(), "://", operation.target(), path[0], path[1]], USUAL);
            }
        });
        if matches!(asked, Asked::Http | Asked::Aws | Asked::Grpc) || call.status_code().is_some() {
            response(call.status_code(), bytes, http);
        }
    });
}

fn response(status: Option<u16>, bytes: Option<u64>, http: &mut Writer<'_>) {
    http.object(key!("response"), |response| {
        if let Some(status) = status {
            response.integer(key!("status"), status);
        }
        if let Some(bytes) = bytes {
            response.integer(key!("content_length"), bytes);
        }
    });
}

/// A header that is captured as a field.
fn header<'r>(record: &'r Record, field: &str) -> Option<&'r str> {
    match record.field(field) {
        Some(FieldValue::String(text)) => Some(text.trim()),
        _ => None,
    }
}

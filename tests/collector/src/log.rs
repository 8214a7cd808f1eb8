//! Log records, as they arrived.

use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::logs::v1 as proto;
use serde_json::Value;

use crate::attributes::{self, Attributes};
use crate::check::Check;
use crate::identifiers;
use crate::rules;

/// A log record that was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// The attributes of the process that it is of.
    pub resource: Arc<Attributes>,
    /// What wrote it.
    pub scope: String,
    /// When it happened, in nanoseconds since 1970.
    pub time: u64,
    /// When it was seen, in nanoseconds since 1970.
    pub observed: u64,
    /// From 1, the finest, to 24.
    pub severity: i32,
    /// As the application calls that.
    pub severity_text: String,
    /// What is said; null where there is only an event's name.
    pub body: Value,
    /// More of it.
    pub attributes: Attributes,
    /// The trace and the span that it was said in, in hexadecimal digits.
    pub span: Option<(String, String)>,
    /// The flags of W3C.
    pub flags: u32,
    /// Of which kind of event it is.
    pub event_name: String,
}

impl Log {
    /// The attribute as a text; empty where it is none.
    pub fn text(&self, name: &str) -> &str {
        attributes::text(&self.attributes, name)
    }

    pub(crate) fn read(
        log: &proto::LogRecord,
        resource: &Arc<Attributes>,
        scope: &str,
        complaints: &mut Vec<String>,
    ) -> Self {
        let mut check = Check::of(what(log));
        let has_body = log.body.is_some() || log.event_name.is_empty();
        let body = if has_body { attributes::read_value(&mut check, "body", log.body.as_ref()) } else { Value::Null };
        check.time("time_unix_nano", log.time_unix_nano);
        check.time("observed_time_unix_nano", log.observed_time_unix_nano);
        check.require(log.flags & !0xff == 0, format_args!("flags has bits that mean nothing: {:#x}", log.flags));
        let read = Log {
            resource: Arc::clone(resource),
            scope: scope.to_owned(),
            time: log.time_unix_nano,
            observed: log.observed_time_unix_nano,
            severity: log.severity_number,
            severity_text: log.severity_text.clone(),
            body,
            attributes: attributes::read(&mut check, &log.attributes),
            span: identifiers::read_span(&mut check, &log.trace_id, &log.span_id),
            flags: log.flags,
            event_name: log.event_name.clone(),
        };
        rules::severity::check(&mut check, &read);
        rules::findings::log(&mut check, &read);
        complaints.append(&mut check.complaints);
        read
    }
}

fn what(log: &proto::LogRecord) -> String {
    match log.body.as_ref().and_then(|body| body.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => format!("log {text:?} {}", log.event_name),
        _ => format!("log {}", log.event_name),
    }
}

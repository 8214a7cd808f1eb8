//! The segment of a record; in Lambda, a subsegment under that of the invocation.

use tachograph_core::{RecordKind, Service};

use super::annotations::Annotations;
use super::flags::Flags;
use super::part::times;
use super::trace::Trace;
use super::{cause, http, metadata};
use crate::error::Error;
use crate::name;
use crate::origin::{Found, Known};
use crate::writer::{USUAL, Writer, key};

/// What is the same in all segments of a service.
#[derive(Debug)]
pub(super) struct Segment {
    /// The member `name`.
    name: Vec<u8>,
    /// The member `service`, where there is one.
    service: Vec<u8>,
    annotations: Annotations,
    found: Found,
}

/// Who wrote the document, of `aws`.
const SDK: &str =
    concat!(",\"xray\":{\"sdk\":\"tachograph for Rust\",\"sdk_version\":\"", env!("CARGO_PKG_VERSION"), "\"}");

impl Segment {
    pub(super) fn new(service: &Service, annotations: &[String], found: Found) -> Result<Self, Error> {
        let mut segment = Segment {
            name: Vec::new(),
            service: Vec::new(),
            annotations: Annotations::new(service, annotations)?,
            found,
        };
        name::write(&service.name, "unknown_service", &mut Writer::new(&mut segment.name, usize::MAX));
        if let Some(version) = &service.version {
            let mut writer = Writer::new(&mut segment.service, usize::MAX);
            writer.object(key!("service"), |service| service.text(key!("version"), version, USUAL));
        }
        Ok(segment)
    }

    /// Appends all members but the subsegments; not the brackets.
    pub(super) fn members(&self, trace: &Trace<'_>, writer: &mut Writer<'_>) {
        let record = trace.record;
        let identity = record.identity();
        let parent = identity.trace().parent_span_id;
        // Lambda has a segment for each invocation already.
        let is_subsegment = self.found.is_lambda() && parent.is_some();
        writer.out.extend_from_slice(&self.name);
        writer.id(key!("id"), identity.span_id());
        writer.word(key!("trace_id"), trace.id());
        if let Some(parent) = parent {
            writer.id(key!("parent_id"), parent);
        }
        if is_subsegment {
            writer.word(key!("type"), "subsegment");
        }
        times(trace.times(None), writer);
        let flags = Flags::of_record(record);
        flags.write(writer);
        // Of a subsegment, it would be what was asked of others.
        if record.kind() == RecordKind::Request && !is_subsegment {
            http::of_request(record, writer);
        }
        if !is_subsegment {
            writer.text_if_any(key!("user"), record.user_id(), USUAL);
            writer.out.extend_from_slice(&self.service);
            let known = self.found.known();
            if let Some(Known { origin, .. }) = known {
                writer.word(key!("origin"), origin);
            }
            writer.object(key!("aws"), |aws| {
                aws.raw(SDK);
                aws.raw(known.map_or("", |known| &known.aws));
            });
        }
        if flags.any() {
            cause::of_record(record, writer);
        }
        self.annotations.write(record, trace.is_underway, writer);
        metadata::write(trace, is_subsegment, &self.annotations, writer);
    }
}

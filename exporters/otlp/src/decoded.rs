//! What a strict receiver makes of what was rendered; for tests.

use std::collections::{BTreeMap, HashMap, HashSet};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tachograph_core::{Record, Service};

use crate::envelope::Envelope;
use crate::resource::Resource;
use crate::settings::Limits;
use crate::{log, trace};

/// The spans of a record, which are valid.
pub(crate) fn spans(record: &Record) -> Vec<Span> {
    spans_within(&Limits::default(), record)
}

pub(crate) fn spans_within(limits: &Limits, record: &Record) -> Vec<Span> {
    let mut frame = b"others".to_vec();
    let (items, _) = trace::spans(record, limits, &mut frame);
    let request: ExportTraceServiceRequest = request(&frame[6..]);
    let [resource] = &request.resource_spans[..] else { panic!("one resource") };
    let [scope] = &resource.scope_spans[..] else { panic!("one scope") };
    assert_eq!(resource.schema_url, "https://opentelemetry.io/schemas/1.44.0");
    assert_eq!(scope.scope.as_ref().unwrap().name, "tachograph");
    assert_eq!(scope.spans.len(), items as usize);
    let caller = record.identity().trace().parent_span_id.map(|caller| caller.get().to_be_bytes().to_vec());
    are_valid(&scope.spans, caller);
    scope.spans.clone()
}

/// The wide line of a record.
pub(crate) fn wide_line(record: &Record) -> LogRecord {
    log_record(|frame| log::wide_line(record, &Limits::default(), frame))
}

pub(crate) fn log_record(render: impl FnOnce(&mut Vec<u8>) -> bool) -> LogRecord {
    let mut frame = Vec::new();
    render(&mut frame);
    let request: ExportLogsServiceRequest = request(&frame);
    let [record] = &request.resource_logs[0].scope_logs[0].log_records[..] else { panic!("one record") };
    attributes(&record.attributes);
    assert!([0, 16].contains(&record.trace_id.len()) && [0, 8].contains(&record.span_id.len()));
    record.clone()
}

/// What is not read is not written again, so that bytes which come out the same have no unknown field.
pub(crate) fn request<M: Message + Default + std::fmt::Debug>(frame: &[u8]) -> M {
    let mut bytes = Vec::new();
    let service = Service::new("experiments-api").version("1.4.2").environment("production");
    Envelope::new(&Resource::of_process(&service)).request([frame].into_iter(), &mut bytes);
    let request = M::decode(&bytes[..]).unwrap();
    assert!(request.encode_to_vec() == bytes, "something is not as generated code writes it: {request:?}");
    request
}

fn are_valid(spans: &[Span], caller: Option<Vec<u8>>) {
    let by_id: HashMap<&[u8], &Span> = spans.iter().map(|span| (&span.span_id[..], span)).collect();
    assert_eq!(by_id.len(), spans.len(), "an id is there twice");
    for span in spans {
        assert!(span.trace_id.len() == 16 && span.trace_id == spans[0].trace_id && span.trace_id != [0; 16]);
        assert!(span.span_id.len() == 8 && span.span_id != [0; 8]);
        assert!(!span.name.is_empty() && span.kind != 0);
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
        attributes(&span.attributes);
        for event in &span.events {
            attributes(&event.attributes);
            assert!((span.start_time_unix_nano..=span.end_time_unix_nano).contains(&event.time_unix_nano));
        }
        let Some(parent) = by_id.get(&span.parent_span_id[..]) else {
            assert!(span.parent_span_id.is_empty() || Some(&span.parent_span_id) == caller.as_ref(), "{span:?}");
            continue;
        };
        assert!(parent.start_time_unix_nano <= span.start_time_unix_nano, "{span:?} in {parent:?}");
        assert!(span.end_time_unix_nano <= parent.end_time_unix_nano, "{span:?} in {parent:?}");
    }
}

/// Attributes by name, each of which is there once and has a value.
pub(crate) fn attributes(attributes: &[KeyValue]) -> BTreeMap<&str, String> {
    let names: HashSet<&str> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(names.len(), attributes.len(), "{attributes:?}");
    attributes.iter().map(|attribute| (attribute.key.as_str(), text(attribute.value.as_ref().unwrap()))).collect()
}

/// A value as it reads in a test: a number as it is, a text in quotes.
pub(crate) fn text(value: &AnyValue) -> String {
    match value.value.as_ref().expect("a value") {
        Value::StringValue(text) => format!("{text:?}"),
        Value::BoolValue(value) => value.to_string(),
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => format!("{number:?}"),
        Value::ArrayValue(array) => format!("[{}]", array.values.iter().map(text).collect::<Vec<_>>().join(", ")),
        Value::KvlistValue(list) => format!("{:?}", attributes(&list.values)),
        other => panic!("{other:?}"),
    }
}

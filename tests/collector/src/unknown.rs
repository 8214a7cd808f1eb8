//! Fields that the protocol does not have, by the descriptors that its own definitions come with.

use std::sync::LazyLock;

use opentelemetry_proto::DESCRIPTORS;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};

use crate::received::Signal;

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("the definitions are whole"));

/// What of these bytes no receiver of this signal knows; an error where they are no such message at all.
pub(crate) fn fields(signal: Signal, bytes: &[u8]) -> Result<Vec<String>, String> {
    let descriptor = POOL.get_message_by_name(signal.message()).expect("the definitions have every signal");
    let message = DynamicMessage::decode(descriptor, bytes).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    in_message(&message, &mut found);
    found.dedup();
    Ok(found)
}

fn in_message(message: &DynamicMessage, found: &mut Vec<String>) {
    let descriptor = message.descriptor();
    for field in message.unknown_fields() {
        found.push(format!("{} has no field {}", descriptor.name(), field.number()));
    }
    for (field, value) in message.fields() {
        in_value(&format!("{}.{}", descriptor.name(), field.name()), &field.kind(), value, found);
    }
}

fn in_value(name: &str, kind: &prost_reflect::Kind, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Message(message) => in_message(message, found),
        Value::List(values) => values.iter().for_each(|value| in_value(name, kind, value, found)),
        Value::EnumNumber(number) => {
            let known = kind.as_enum().is_some_and(|kind| kind.get_value(*number).is_some());
            if !known {
                found.push(format!("{name} has no value {number}"));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use prost::Message;
    use prost::encoding::{WireType, encode_key, encode_varint};

    use crate::received::{Received, Signal};
    use crate::testing::{assert_refused, server_span, traces};

    #[test]
    fn a_field_that_the_protocol_does_not_have_is_refused() {
        let mut bytes = traces(vec![server_span()]).encode_to_vec();
        encode_key(77, WireType::Varint, &mut bytes);
        encode_varint(1, &mut bytes);
        let mut received = Received::default();
        received.take(Signal::Traces, &bytes);
        assert_refused(&received.complaints, "ExportTraceServiceRequest has no field 77");
        assert_eq!(received.spans.len(), 0);
    }

    #[test]
    fn so_is_one_deep_inside() {
        let mut span = server_span().encode_to_vec();
        encode_key(18, WireType::Varint, &mut span);
        encode_varint(1, &mut span);
        // A list of spans in a scope in a resource in a request.
        let wrapped = [2, 2, 1].into_iter().fold(span, |inner, field| {
            let mut outer = Vec::new();
            prost::encoding::bytes::encode(field, &inner, &mut outer);
            outer
        });
        let mut received = Received::default();
        received.take(Signal::Traces, &wrapped);
        assert_refused(&received.complaints, "Span has no field 18");
    }

    #[test]
    fn a_kind_that_the_protocol_does_not_have_is_refused() {
        let mut span = server_span();
        span.kind = 6;
        let mut received = Received::default();
        assert_refused(&received.take_traces(vec![span]).complaints, "Span.kind has no value 6");
    }

    #[test]
    fn bytes_that_are_none_are_refused_and_so_is_nothing() {
        let mut received = Received::default();
        received.take(Signal::Traces, b"\xff\xff");
        received.take(Signal::Traces, &ExportTraceServiceRequest::default().encode_to_vec());
        assert_eq!(received.complaints.len(), 2);
        assert!(received.complaints[1].contains("nothing in it"), "{:?}", received.complaints);
    }
}

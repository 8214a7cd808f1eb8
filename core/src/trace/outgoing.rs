//! Writing the trace headers of a call that is made within a request.

use std::fmt;

use super::TraceContext;
use super::traceparent::{LENGTH, RANDOM_TRACE_ID, SAMPLED};
use crate::ids::{SpanId, hex};

impl TraceContext {
    /// The `traceparent` of a call whose span is `span_id`. Allocates nothing.
    ///
    /// The caller's sampling decision is passed on. Where it made none, the call is said to be sampled, because every
    /// request is recorded.
    pub fn traceparent(&self, span_id: SpanId) -> Traceparent {
        let mut text = *b"00-................................-................-..";
        hex::write(self.trace_id.get(), &mut text[3..35]);
        hex::write(span_id.get().into(), &mut text[36..52]);
        hex::write(self.flags().into(), &mut text[53..]);
        Traceparent(text)
    }

    /// The `X-Amzn-Trace-Id` of a call whose span is `span_id`: `Root=…;Parent=…;Sampled=…`, then the
    /// [other fields](TraceContext::xray_fields) that came in.
    pub fn x_amzn_trace_id(&self, span_id: SpanId) -> String {
        let (separator, fields) = match &self.xray_fields {
            Some(fields) => (";", &**fields),
            None => ("", ""),
        };
        [
            "Root=",
            self.trace_id.write_xray(&mut [0; 35]),
            ";Parent=",
            span_id.write_hex(&mut [0; 16]),
            if self.is_sampled() { ";Sampled=1" } else { ";Sampled=0" },
            separator,
            fields,
        ]
        .concat()
    }

    fn flags(&self) -> u8 {
        let sampled = if self.is_sampled() { SAMPLED } else { 0 };
        let random_trace_id = if self.random_trace_id { RANDOM_TRACE_ID } else { 0 };
        sampled | random_trace_id
    }

    fn is_sampled(&self) -> bool {
        self.sampled.unwrap_or(true)
    }
}

/// The value of a `traceparent` header: 55 ASCII characters, kept in place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Traceparent([u8; LENGTH]);

impl Traceparent {
    /// The value as text.
    pub fn as_str(&self) -> &str {
        hex::as_text(&self.0)
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Traceparent({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TraceId;

    fn context() -> TraceContext {
        TraceContext::new(TraceId::new(0x6789_1233_abcd_ef01_2345_6789_1234_5678).unwrap())
    }

    fn span_id() -> SpanId {
        SpanId::new(0xab).unwrap()
    }

    #[test]
    fn a_trace_that_begins_here_is_sampled() {
        assert_eq!(
            context().traceparent(span_id()).as_str(),
            "00-67891233abcdef012345678912345678-00000000000000ab-01"
        );
        assert_eq!(
            context().x_amzn_trace_id(span_id()),
            "Root=1-67891233-abcdef012345678912345678;Parent=00000000000000ab;Sampled=1"
        );
    }

    #[test]
    fn the_callers_decision_is_passed_on() {
        for (sampled, flags, field) in [(true, "-01", "Sampled=1"), (false, "-00", "Sampled=0")] {
            let context = TraceContext { sampled: Some(sampled), ..context() };
            assert!(context.traceparent(span_id()).as_str().ends_with(flags));
            assert!(context.x_amzn_trace_id(span_id()).ends_with(field));
        }
    }

    #[test]
    fn the_random_flag_is_passed_on_beside_the_decision() {
        for (sampled, flags) in [(true, "-03"), (false, "-02")] {
            let context = TraceContext { sampled: Some(sampled), random_trace_id: true, ..context() };
            assert!(context.traceparent(span_id()).as_str().ends_with(flags));
        }
    }

    #[test]
    fn the_other_fields_of_xray_follow() {
        let context = TraceContext { xray_fields: Some("Lineage=1:a|2:b;CalledFrom=app".into()), ..context() };
        assert!(context.x_amzn_trace_id(span_id()).ends_with(";Sampled=1;Lineage=1:a|2:b;CalledFrom=app"));
    }
}

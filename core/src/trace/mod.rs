//! The trace that a request belongs to: read from its headers, written on the calls it makes.
//!
//! Two forms are understood, W3C Trace Context (`traceparent` and `tracestate`, level 2) and AWS X-Ray
//! (`X-Amzn-Trace-Id`), and both are written. Header values come and go as bytes and text; which HTTP library carries
//! them does not matter here.

mod outgoing;
mod traceparent;
mod tracestate;
#[cfg(test)]
mod w3c_suite;
mod xray;

pub use outgoing::Traceparent;

use crate::ids::{SpanId, TraceId};

/// A request's place in a trace: which trace it is, who called, and what the caller wants passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The id that all parts of the trace share.
    pub trace_id: TraceId,
    /// The caller's span, under which this request hangs; `None` where the trace begins here, or where only a load
    /// balancer named it.
    pub parent_span_id: Option<SpanId>,
    /// Whether the caller records the trace; `None` if it decided nothing (X-Ray: `Sampled=?` or no `Sampled`).
    pub sampled: Option<bool>,
    /// Whether the caller vouches that the lowest 56 bits of the trace id are random (W3C's `random-trace-id` flag).
    pub random_trace_id: bool,
    /// The list of W3C's `tracestate`, valid and without empty members, at most 512 characters.
    pub tracestate: Option<Box<str>>,
    /// The fields of `X-Amzn-Trace-Id` other than `Root`, `Parent`, `Sampled` and `Self`, joined by `;`: `Lineage` and
    /// the applications' own. At most 512 characters.
    pub xray_fields: Option<Box<str>>,
}

impl TraceContext {
    /// The beginning of a trace: no caller, no decision, nothing to pass on.
    pub fn new(trace_id: TraceId) -> Self {
        TraceContext {
            trace_id,
            parent_span_id: None,
            sampled: None,
            random_trace_id: false,
            tracestate: None,
            xray_fields: None,
        }
    }
}

/// What the headers of a request said about its trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extracted {
    /// The caller's trace; `None` if no header named one that is valid, so that a trace begins here.
    pub context: Option<TraceContext>,
    /// Whether something was ignored because it breaks its format, be it a whole header or a part of one. The request
    /// is none the worse for it, but whoever counts can tell that a caller sends rubbish.
    pub malformed: bool,
    /// Whether valid parts were dropped because they exceed what is passed on.
    pub shortened: bool,
}

/// Reads a request's place in a trace from all the values of its three trace headers, in the order they came.
///
/// A valid `traceparent` decides the ids and the sampling; `X-Amzn-Trace-Id` does where there is none. That matters
/// behind an AWS load balancer, which adds a `Root` of its own to requests that already belong to a trace. The other
/// fields of `X-Amzn-Trace-Id` are kept in either case; `tracestate` belongs to `traceparent` and is ignored without it.
///
/// `traceparent` and `X-Amzn-Trace-Id` are malformed if they have several values, for nobody can tell which is right.
pub fn extract<'a>(
    traceparent: impl IntoIterator<Item = &'a [u8]>,
    tracestate: impl IntoIterator<Item = &'a [u8]>,
    x_amzn_trace_id: impl IntoIterator<Item = &'a [u8]>,
) -> Extracted {
    let mut extracted = Extracted::default();
    let parent = extracted.valid(single(traceparent).and_then(|value| value.map(traceparent::parse).transpose()));
    let xray = extracted.valid(single(x_amzn_trace_id).and_then(|value| value.map(xray::parse).transpose()));
    let mut context = parent.map(|parent| TraceContext {
        parent_span_id: Some(parent.parent_span_id),
        sampled: Some(parent.sampled),
        random_trace_id: parent.random_trace_id,
        ..TraceContext::new(parent.trace_id)
    });
    if let Some(context) = &mut context
        && let Some(state) = extracted.valid(tracestate::parse(tracestate))
    {
        context.tracestate = state.list;
        extracted.shortened |= state.shortened;
    }
    if let Some(xray) = xray {
        extracted.malformed |= xray.malformed;
        extracted.shortened |= xray.shortened;
        let context = context.get_or_insert_with(|| TraceContext {
            parent_span_id: xray.parent_span_id,
            sampled: xray.sampled,
            ..TraceContext::new(xray.trace_id)
        });
        context.xray_fields = xray.fields;
    }
    extracted.context = context;
    extracted
}

impl Extracted {
    /// What could be read, if it was there at all; notes it if it was there and could not be read.
    fn valid<T>(&mut self, read: Result<Option<T>, Malformed>) -> Option<T> {
        read.unwrap_or_else(|Malformed| {
            self.malformed = true;
            None
        })
    }
}

/// A header is there, but means nothing.
#[derive(Debug, PartialEq, Eq)]
struct Malformed;

fn single<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<&'a [u8]>, Malformed> {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(Malformed),
    }
}

/// Without the optional white space that HTTP allows around a value: spaces and tabs.
fn trim(value: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    match (value.iter().position(is_text), value.iter().rposition(is_text)) {
        (Some(first), Some(last)) => &value[first..=last],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const W3C: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    const XRAY: &[u8] = b"Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1;Lineage=1:a|2:b";

    #[test]
    fn without_headers_there_is_no_context_and_nothing_to_complain_of() {
        assert_eq!(extract([], [], []), Extracted::default());
    }

    #[test]
    fn traceparent_wins_over_xray_whose_other_fields_are_kept() {
        let both = extract([W3C], [], [XRAY]);
        let context = both.context.unwrap();
        assert_eq!(context.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.parent_span_id.unwrap().to_string(), "00f067aa0ba902b7");
        assert_eq!(context.sampled, Some(false));
        assert_eq!(context.xray_fields.as_deref(), Some("Lineage=1:a|2:b"));
        assert!(!both.malformed);
    }

    #[test]
    fn xray_counts_where_traceparent_is_missing_or_malformed() {
        let alone = extract([], [], [XRAY]);
        let context = alone.context.as_ref().unwrap();
        assert_eq!(context.trace_id.to_string(), "67891233abcdef012345678912345678");
        assert_eq!(context.parent_span_id.unwrap().to_string(), "463ac35c9f6413ad");
        assert_eq!(context.sampled, Some(true));
        assert!(!alone.malformed);
        let beside_rubbish = extract([b"rubbish".as_slice()], [b"foo=1".as_slice()], [XRAY]);
        assert_eq!(beside_rubbish.context, alone.context);
        assert!(beside_rubbish.malformed);
    }

    #[test]
    fn a_malformed_xray_header_leaves_traceparent_alone() {
        let extracted = extract([W3C], [], [b"Root=;".as_slice()]);
        assert_eq!(extracted.context, extract([W3C], [], []).context);
        assert!(extracted.malformed);
    }

    #[test]
    fn parts_that_are_ignored_or_dropped_are_noted_beside_the_context() {
        let long_list = "a=1,".repeat(2) + &format!("b={0},c={0},d={0}", "x".repeat(200));
        let shortened = extract([W3C], [long_list.as_bytes()], []);
        assert_eq!(shortened.context.as_ref().unwrap().tracestate.as_deref(), Some("a=1,a=1"));
        assert!(shortened.shortened && !shortened.malformed);
        let long_field = extract([], [], [[XRAY, b";a=", &[b'x'; 600]].concat().as_slice()]);
        assert_eq!(long_field, Extracted { shortened: true, ..extract([], [], [XRAY]) });
        let broken_field = extract([], [], [[XRAY, b";a b=c"].concat().as_slice()]);
        assert_eq!(broken_field, Extracted { malformed: true, ..extract([], [], [XRAY]) });
    }

    #[test]
    fn several_xray_headers_are_ambiguous() {
        let extracted = extract([], [], [XRAY, XRAY]);
        assert_eq!(extracted.context, None);
        assert!(extracted.malformed);
    }

    #[test]
    fn rubbish_of_any_size_is_ignored_and_noted() {
        let long = vec![b'a'; 100_000];
        let spaces = vec![b' '; 100_000];
        for rubbish in [&long, &spaces, b"".as_slice(), b"\0\x01\x7f", b"\xff\xfe\xfd", "ü".as_bytes(), b"\r\nx: y"] {
            assert_eq!(extract([rubbish], [], []), Extracted { malformed: true, ..Default::default() });
            assert_eq!(extract([], [], [rubbish]), Extracted { malformed: true, ..Default::default() });
        }
        for rubbish in [&long, b"\0\x01\x7f".as_slice(), b"\xff\xfe\xfd", "ü=1".as_bytes(), b"a=1\r\nx: y"] {
            let extracted = extract([W3C], [rubbish], []);
            assert_eq!(extracted.context, extract([W3C], [], []).context);
            assert!(extracted.malformed);
        }
    }

    /// Pieces of the formats, so that the shuffled values get past the first check.
    fn nearly_valid() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(W3C.to_vec()),
            Just(XRAY.to_vec()),
            Just(b"Root=1-67891233-abcdef012345678912345678".to_vec()),
            Just(b"Self=1".to_vec()),
            Just(b"foo=1".to_vec()),
            prop::collection::vec(prop::sample::select(b" \t;,=-@1a\xff\0".to_vec()), 0..4),
            any::<Vec<u8>>(),
        ];
        prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn whatever_arrives_only_valid_headers_go_out(
            traceparent in prop::collection::vec(nearly_valid(), 0..2),
            tracestate in prop::collection::vec(nearly_valid(), 0..3),
            xray in prop::collection::vec(nearly_valid(), 0..2),
        ) {
            fn bytes(values: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
                values.iter().map(Vec::as_slice)
            }
            let extracted = extract(bytes(&traceparent), bytes(&tracestate), bytes(&xray));
            let Some(context) = extracted.context else { return Ok(()) };
            let span_id = SpanId::new(1).unwrap();
            let (parent, root) = (context.traceparent(span_id), context.x_amzn_trace_id(span_id));
            let state = context.tracestate.as_deref();
            prop_assert!(state.is_none_or(|list| !list.is_empty() && list.len() <= 512));
            prop_assert!(root.len() <= 600 && root.bytes().all(|byte| byte.is_ascii_graphic()));
            let read_again = extract([parent.as_str().as_bytes()], state.map(str::as_bytes), [root.as_bytes()]);
            let expected = TraceContext {
                parent_span_id: Some(span_id),
                sampled: Some(context.sampled.unwrap_or(true)),
                ..context
            };
            prop_assert_eq!(
                read_again,
                Extracted { context: Some(expected), malformed: false, shortened: false }
            );
        }
    }
}

//! Ids and the header `X-Amzn-Trace-Id`, as OpenTelemetry's users of X-Ray write and read them.

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags, TraceState};
use opentelemetry::{Context, SpanId as OtherSpanId, TraceId as OtherTraceId};
use opentelemetry_aws::trace::{XrayIdGenerator, XrayPropagator};
use opentelemetry_sdk::trace::IdGenerator;
use proptest::prelude::*;
use tachograph_core::trace::{Extracted, extract};
use tachograph_core::{IdSource, RandomIds, SpanId, TraceContext, TraceId};

const HEADER: &str = "x-amzn-trace-id";

/// What their propagator makes of a header of ours.
fn read_by_them(header: String) -> SpanContext {
    let headers = HashMap::from([(HEADER.to_owned(), header)]);
    XrayPropagator::default().extract_with_context(&Context::new(), &headers).span().span_context().clone()
}

/// What we make of a header of theirs.
fn read_by_us(context: SpanContext) -> Extracted {
    let mut headers = HashMap::new();
    XrayPropagator::default().inject_context(&Context::new().with_remote_span_context(context), &mut headers);
    extract([], [], [headers[HEADER].as_bytes()])
}

fn same_ids(theirs: &SpanContext, trace_id: TraceId, span_id: SpanId) -> bool {
    theirs.trace_id() == OtherTraceId::from(trace_id.get()) && theirs.span_id() == OtherSpanId::from(span_id.get())
}

fn trace_ids() -> impl Strategy<Value = TraceId> {
    // With zeros in front, too, which a number that is written without them would lose.
    (any::<u128>(), 0..128_u32).prop_filter_map("not zero", |(id, shift)| TraceId::new(id >> shift))
}

fn span_ids() -> impl Strategy<Value = SpanId> {
    (any::<u64>(), 0..64_u32).prop_filter_map("not zero", |(id, shift)| SpanId::new(id >> shift))
}

/// A field that somebody on the way has added: `Lineage`, and those of applications.
fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::hash_map("[A-Z][a-z]{0,8}", "[a-zA-Z0-9:|/.]{1,20}", 0..4)
        .prop_map(|fields| fields.into_iter().filter(|(name, _)| !is_ours(name)).collect())
}

fn is_ours(name: &str) -> bool {
    ["Root", "Parent", "Sampled", "Self"].contains(&name)
}

fn joined(fields: &[(String, String)]) -> Option<Box<str>> {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!fields.is_empty()).then(|| fields.join(";").into())
}

proptest! {
    #[test]
    fn they_read_what_we_write(
        trace_id in trace_ids(),
        span_id in span_ids(),
        sampled in prop::option::of(any::<bool>()),
        fields in fields(),
    ) {
        let ours = TraceContext { sampled, xray_fields: joined(&fields), ..TraceContext::new(trace_id) };
        let theirs = read_by_them(ours.x_amzn_trace_id(span_id));
        prop_assert!(theirs.is_valid() && theirs.is_remote());
        prop_assert!(same_ids(&theirs, trace_id, span_id), "{:?}", theirs);
        let decided = if sampled.unwrap_or(true) { TraceFlags::SAMPLED } else { TraceFlags::default() };
        prop_assert_eq!(theirs.trace_flags(), decided);
        for (name, value) in &fields {
            prop_assert_eq!(theirs.trace_state().get(&name.to_lowercase()), Some(value.as_str()));
        }
    }

    #[test]
    fn we_read_what_they_write(
        trace_id in trace_ids(),
        span_id in span_ids(),
        decision in prop::sample::select(vec![(0, Some(false)), (1, Some(true)), (2, None)]),
        fields in fields(),
    ) {
        let (flags, sampled) = decision;
        let state = TraceState::from_key_value(fields.iter().map(|(name, value)| (name.to_lowercase(), value.clone())));
        let ids = (OtherTraceId::from(trace_id.get()), OtherSpanId::from(span_id.get()));
        let theirs = SpanContext::new(ids.0, ids.1, TraceFlags::new(flags), true, state.unwrap());
        let ours = read_by_us(theirs);
        prop_assert!(!ours.malformed && !ours.shortened);
        let ours = ours.context.unwrap();
        prop_assert_eq!((ours.trace_id, ours.parent_span_id, ours.sampled), (trace_id, Some(span_id), sampled));
        let mut kept: Vec<_> = ours.xray_fields.as_deref().unwrap_or_default().split_terminator(';').collect();
        let mut sent: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        kept.sort_unstable();
        sent.sort_unstable();
        prop_assert_eq!(kept, sent);
    }
}

#[test]
fn ids_of_either_are_ids_of_the_other() {
    let theirs = XrayIdGenerator::default();
    for _ in 0..1000 {
        let (trace_id, span_id) = (theirs.new_trace_id(), theirs.new_span_id());
        let ours = TraceId::new(u128::from_be_bytes(trace_id.to_bytes())).unwrap();
        assert_eq!(ours.to_string(), trace_id.to_string());
        let digits = trace_id.to_string();
        assert_eq!(ours.write_xray(&mut [0; 35]), format!("1-{}-{}", &digits[..8], &digits[8..]));
        assert_eq!(SpanId::new(u64::from_be_bytes(span_id.to_bytes())).unwrap().to_string(), span_id.to_string());

        let (trace_id, span_id) = (RandomIds.trace_id(), RandomIds.span_id());
        let theirs = read_by_them(TraceContext::new(trace_id).x_amzn_trace_id(span_id));
        assert!(same_ids(&theirs, trace_id, span_id));
    }
}

#[test]
fn a_trace_id_of_w3c_is_split_after_its_eighth_digit() {
    let id = TraceId::new(0x4efa_af4d_1e87_2098_2bd7_c3bb_8cba_4bb1).unwrap();
    assert_eq!(id.write_xray(&mut [0; 35]), "1-4efaaf4d-1e8720982bd7c3bb8cba4bb1");
    let header = format!("Root={};Parent=53995c3f42cd8ad8;Sampled=1", id.write_xray(&mut [0; 35]));
    assert_eq!(read_by_them(header.clone()).trace_id().to_string(), id.to_string());
    assert_eq!(extract([], [], [header.as_bytes()]).context.unwrap().trace_id, id);
}

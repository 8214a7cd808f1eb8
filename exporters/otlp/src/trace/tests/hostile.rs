//! Whatever is in the data, what is sent is valid, bounded, and says what is missing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;
use tachograph_core::testing::Instance;
use tachograph_core::{
    Clock, FieldValue, Limits, OpenRequest, Operation, RequestHead, Scheme, request, start_call, trace as headers,
};

use super::{Bench, own};
use crate::decoded::{attributes, spans, spans_within};
use crate::frame::MOST_BYTES;
use crate::{Limits as SpanLimits, trace};

fn text() -> impl Strategy<Value = String> {
    let nasty = ["", "\0", "\u{1b}[31m", "\r\n", "\u{2028}", "\u{feff}", "http.route", "tachograph.outcome", "field."];
    prop_oneof![any::<String>(), prop::sample::select(nasty.to_vec()).prop_map(str::to_owned)]
}

fn value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        text().prop_map(FieldValue::from),
        any::<i64>().prop_map(FieldValue::from),
        any::<f64>().prop_filter("it would not equal itself", |number| !number.is_nan()).prop_map(FieldValue::from),
        any::<bool>().prop_map(FieldValue::from),
    ]
}

proptest! {
    #[test]
    fn any_text_anywhere(
        texts in prop::array::uniform12(text()),
        fields in prop::collection::vec((text(), value()), 0..8),
        status in any::<u16>(),
        header in any::<Vec<u8>>(),
    ) {
        let bench = Bench::new();
        let [method, path, route, user, action, error, span, target, summary, sql, failure, system] = &texts;
        let trace = headers::extract([header.as_slice()], [header.as_slice()], [header.as_slice()]);
        let mut open = bench.open(RequestHead { method, path, route: Some(route), trace, ..RequestHead::default() });
        let recording = open.recording().clone();
        open.poll(|| {
            recording.start_span(span.clone(), None);
            start_call(Operation::database("sqlite", target, sql), None).failed(failure);
            start_call(Operation::external(target, summary), None).failed(failure);
            let mut call = start_call(Operation::http(Scheme::Https, target, summary), None);
            call.set_path(path);
            call.set_original_method(method);
            call.failed(failure);
            start_call(Operation::grpc(None, target, summary), None).failed(failure);
            start_call(Operation::cache_of("redis", target, summary), None).completed();
            start_call(Operation::other(target, summary), None).completed();
            let mut call = start_call(Operation::rpc("aws-api", target, summary, Some(system)), None);
            call.set_resource(sql);
            call.set_region(system);
            call.set_request_id(failure);
            call.completed();
            request().user(user).action(action).error(&std::io::Error::other(error.clone()));
            fields.iter().for_each(|(name, value)| _ = request().field(name.clone(), value.clone()));
            fields.iter().for_each(|(name, _)| _ = request().metadata(name.clone(), name.clone()));
        });
        open.respond(status, None, false);
        drop(open);
        prop_assert_eq!(spans(&bench.record()).len(), 9);
    }
}

#[test]
fn texts_of_20_megabytes_are_cut_and_the_request_is_still_told() {
    let limits = {
        let mut limits = Limits::default();
        (limits.path_bytes, limits.field_bytes, limits.user_bytes) = (30 << 20, 30 << 20, 30 << 20);
        (limits.field_name_bytes, limits.metadata_bytes) = (30 << 20, 30 << 20);
        limits
    };
    let instance = Instance::build(|builder| builder.limits(limits));
    let huge = "ü".repeat(10 << 20);
    let head = RequestHead { method: "GET", path: &huge, route: Some(&huge), ..RequestHead::default() };
    let mut open = OpenRequest::open(instance.handle(), head).unwrap();
    let recording = open.recording().clone();
    open.poll(|| {
        recording.start_span("before", None);
        recording.start_span(huge.clone(), None);
        recording.start_span("behind", None);
        start_call(Operation::external("partner", "GET"), None).completed();
        request().user(&huge).field("huge", huge.as_str()).field("small", 1).field(huge.clone(), 1);
        request().metadata("huge", huge.as_str()).error(&std::io::Error::other(huge.clone()));
    });
    open.respond(500, None, false);
    drop(open);
    let record = instance.take().remove(0);
    let mut frame = Vec::new();
    let (items, cut) = trace::spans(&record, &SpanLimits::default(), &mut frame);
    assert!(cut && frame.len() <= MOST_BYTES, "{} bytes", frame.len());
    assert_eq!(items, 5);
    let spans = spans(&record);
    let [before, long, behind, _, own] = &spans[..] else { panic!("five spans") };
    assert_eq!((before.name.as_str(), behind.name.as_str()), ("before", "behind"));
    assert!(long.name.ends_with("ü…"));
    let attributes = attributes(&own.attributes);
    assert_eq!(attributes["small"], "1");
    assert_eq!(attributes["http.response.status_code"], "500");
    assert_eq!(attributes["http.request.method"], "\"GET\"");
    assert!(own.dropped_attributes_count >= 1, "a name that has no room is counted");
    assert_eq!(own.events[0].name, "exception");
}

#[test]
fn many_calls_are_bounded_and_those_left_out_are_counted() {
    let mut limits = Limits::default();
    limits.calls = 20_000;
    let instance = Instance::build(|builder| builder.limits(limits));
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.poll(|| {
        (0..20_000).for_each(|_| start_call(Operation::external("partner.example:8080", "GET"), None).completed());
    });
    drop(open);
    let record = instance.take().remove(0);
    let spans = spans(&record);
    let dropped = &attributes(&spans.last().unwrap().attributes)["tachograph.spans_dropped"];
    assert_eq!(spans.len() + dropped.parse::<usize>().unwrap(), 20_001);
    assert!(spans.len() > 1_000);
}

#[test]
fn bounds_that_were_set_are_kept_and_what_is_beyond_is_counted() {
    let limits = SpanLimits { attributes: 3, attribute_length: Some(2), events: 1, ..SpanLimits::default() };
    let bench = Bench::new();
    let record = bench.request(200, || {
        request().error(&std::io::Error::other("no"));
        (0..5).for_each(|_| super::query("SELECT 1", None).completed());
    });
    let all = own(&record);
    let spans = spans_within(&limits, &record);
    let bounded = spans.last().unwrap();
    let expected = [("http.request.method", "\"GE\""), ("url.path", "\"/a\""), ("url.scheme", "\"ht\"")];
    assert_eq!(attributes(&bounded.attributes), expected.map(|(name, value)| (name, value.to_owned())).into());
    assert_eq!(bounded.dropped_attributes_count as usize, all.attributes.len() - 3);
    assert_eq!((all.events.len(), bounded.events.len(), bounded.dropped_events_count), (2, 1, 1));
    assert_eq!(bounded.name, all.name);
    let limits = SpanLimits { event_attributes: 1, ..SpanLimits::default() };
    let event = &spans_within(&limits, &record).pop().unwrap().events[0];
    assert_eq!((event.attributes.len(), event.dropped_attributes_count), (1, 1));
}

/// A wall clock that shows one time.
#[derive(Debug)]
struct Stopped(SystemTime);

impl Clock for Stopped {
    fn monotonic(&self) -> u64 {
        0
    }

    fn wall(&self) -> SystemTime {
        self.0
    }
}

#[test]
fn times_that_have_no_number_are_held_at_the_nearest() {
    let ended = |wall| {
        let instance = Instance::with_clock(Stopped(wall));
        drop(OpenRequest::open(instance.handle(), RequestHead::default()));
        let own = own(&instance.take().remove(0));
        (own.start_time_unix_nano, own.end_time_unix_nano)
    };
    assert_eq!(ended(UNIX_EPOCH - Duration::from_secs(86_400)), (0, 0));
    assert_eq!(ended(UNIX_EPOCH + Duration::from_secs(1 << 40)), (u64::MAX, u64::MAX));
}

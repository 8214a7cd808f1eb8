//! The situations of W3C's own test suite, `test/test.py` in github.com/w3c/trace-context at acab820 (Level 2).
//!
//! That suite sends a request to a service and looks at the headers of a call that the service makes meanwhile; so do these
//! tests, without the network. Each case is named after the suite's test without its `test_`. Not carried over are the four
//! about the names of headers, which are the business of an HTTP library.

use super::*;
use crate::ids::{IdSource, SequentialIds};

const TRACE_ID: &str = "12345678901234567890123456789012";
const PARENT: &str = "00-12345678901234567890123456789012-1234567890123456-00";

/// What the service sends on, for the headers that it received.
fn call(traceparent: &[&str], tracestate: &[&str], ids: &SequentialIds) -> (String, Option<String>) {
    fn bytes<'a>(values: &'a [&str]) -> impl Iterator<Item = &'a [u8]> {
        values.iter().map(|value| value.as_bytes())
    }
    let extracted = extract(bytes(traceparent), bytes(tracestate), []);
    let context = extracted.context.unwrap_or_else(|| TraceContext::new(ids.trace_id()));
    (context.traceparent(ids.span_id()).to_string(), context.tracestate.map(String::from))
}

#[test]
fn traceparent_that_continues_the_trace() {
    for (name, value) in [
        ("traceparent_included_tracestate_missing", "00-12345678901234567890123456789012-1234567890123456-01"),
        ("traceparent_version_0xcc", "cc-12345678901234567890123456789012-1234567890123456-01"),
        (
            "traceparent_version_0xcc",
            "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
        ),
        ("traceparent_ows_handling", " 00-12345678901234567890123456789012-1234567890123456-01"),
        ("traceparent_ows_handling", "\t00-12345678901234567890123456789012-1234567890123456-01"),
        ("traceparent_ows_handling", "00-12345678901234567890123456789012-1234567890123456-01 "),
        ("traceparent_ows_handling", "00-12345678901234567890123456789012-1234567890123456-01\t"),
        ("traceparent_ows_handling", "\t 00-12345678901234567890123456789012-1234567890123456-01 \t"),
    ] {
        let (traceparent, tracestate) = call(&[value], &[], &SequentialIds::new());
        assert_eq!(traceparent, format!("00-{TRACE_ID}-0000000000000001-01"), "{name}: {value}");
        assert_eq!(tracestate, None, "{name}: {value}");
    }
}

#[test]
fn traceparent_that_restarts_the_trace() {
    let cases: &[(&str, &[&str])] = &[
        ("both_traceparent_and_tracestate_missing", &[]),
        (
            "traceparent_duplicated",
            &[
                "00-12345678901234567890123456789011-1234567890123456-01",
                "00-12345678901234567890123456789012-1234567890123456-01",
            ],
        ),
        ("traceparent_version_0x00", &["00-12345678901234567890123456789012-1234567890123456-01."]),
        (
            "traceparent_version_0x00",
            &["00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like"],
        ),
        (
            "traceparent_version_0xcc",
            &["cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like"],
        ),
        ("traceparent_version_0xff", &["ff-12345678901234567890123456789012-1234567890123456-01"]),
        ("traceparent_version_illegal_characters", &[".0-12345678901234567890123456789012-1234567890123456-01"]),
        ("traceparent_version_illegal_characters", &["0.-12345678901234567890123456789012-1234567890123456-01"]),
        ("traceparent_version_too_long", &["000-12345678901234567890123456789012-1234567890123456-01"]),
        ("traceparent_version_too_long", &["0000-12345678901234567890123456789012-1234567890123456-01"]),
        ("traceparent_version_too_short", &["0-12345678901234567890123456789012-1234567890123456-01"]),
        ("traceparent_trace_id_all_zero", &["00-00000000000000000000000000000000-1234567890123456-01"]),
        ("traceparent_trace_id_illegal_characters", &["00-.2345678901234567890123456789012-1234567890123456-01"]),
        ("traceparent_trace_id_illegal_characters", &["00-1234567890123456789012345678901.-1234567890123456-01"]),
        ("traceparent_trace_id_too_long", &["00-123456789012345678901234567890123-1234567890123456-01"]),
        ("traceparent_trace_id_too_short", &["00-1234567890123456789012345678901-1234567890123456-01"]),
        ("traceparent_parent_id_all_zero", &["00-12345678901234567890123456789012-0000000000000000-01"]),
        ("traceparent_parent_id_illegal_characters", &["00-12345678901234567890123456789012-.234567890123456-01"]),
        ("traceparent_parent_id_illegal_characters", &["00-12345678901234567890123456789012-123456789012345.-01"]),
        ("traceparent_parent_id_too_long", &["00-12345678901234567890123456789012-12345678901234567-01"]),
        ("traceparent_parent_id_too_short", &["00-12345678901234567890123456789012-123456789012345-01"]),
        ("traceparent_trace_flags_illegal_characters", &["00-12345678901234567890123456789012-1234567890123456-.0"]),
        ("traceparent_trace_flags_illegal_characters", &["00-12345678901234567890123456789012-1234567890123456-0."]),
        ("traceparent_trace_flags_too_long", &["00-12345678901234567890123456789012-1234567890123456-001"]),
        ("traceparent_trace_flags_too_short", &["00-12345678901234567890123456789012-1234567890123456-1"]),
    ];
    for (name, values) in cases {
        // tracestate_included_traceparent_missing: whatever else came, it does not survive a new trace.
        for tracestate in [&[][..], &["foo=1"], &["foo=1,bar=2"]] {
            let (traceparent, tracestate) = call(values, tracestate, &SequentialIds::new());
            let begun = "00-00000000000000000000000000000001-0000000000000001-01";
            assert_eq!(traceparent, begun, "{name}: {values:?}");
            assert_eq!(tracestate, None, "{name}: {values:?}");
        }
    }
}

/// Calls with `tracestate` and gives back what is passed on; the trace goes on whatever it holds.
fn passed_on(name: &str, tracestate: &[&str]) -> Option<String> {
    let (traceparent, passed_on) = call(&[PARENT], tracestate, &SequentialIds::new());
    assert_eq!(traceparent, format!("00-{TRACE_ID}-0000000000000001-00"), "{name}: {tracestate:?}");
    passed_on
}

#[test]
fn tracestate_that_is_inherited() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("tracestate_included_traceparent_included", &["foo=1,bar=2"], "foo=1,bar=2"),
        ("tracestate_empty_header", &["foo=1", ""], "foo=1"),
        ("tracestate_empty_header", &["", "foo=1"], "foo=1"),
        (
            "tracestate_multiple_headers_different_keys",
            &["foo=1,bar=2", "rojo=1,congo=2", "baz=3"],
            "foo=1,bar=2,rojo=1,congo=2,baz=3",
        ),
        ("tracestate_duplicated_keys", &["foo=1,foo=1"], "foo=1,foo=1"),
        ("tracestate_duplicated_keys", &["foo=1,foo=2"], "foo=1,foo=2"),
        ("tracestate_duplicated_keys", &["foo=1", "foo=1"], "foo=1,foo=1"),
        ("tracestate_duplicated_keys", &["foo=1", "foo=2"], "foo=1,foo=2"),
        ("tracestate_ows_handling", &["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3"),
        ("tracestate_ows_handling", &["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], "foo=1,bar=2,baz=3"),
        ("tracestate_ows_handling", &[" foo=1"], "foo=1"),
        ("tracestate_ows_handling", &["\tfoo=1"], "foo=1"),
        ("tracestate_ows_handling", &["foo=1 "], "foo=1"),
        ("tracestate_ows_handling", &["foo=1\t"], "foo=1"),
        ("tracestate_ows_handling", &["\t foo=1 \t"], "foo=1"),
        ("tracestate_key_illegal_vendor_format", &["foo@=1,bar=2"], "foo@=1,bar=2"),
        ("tracestate_key_illegal_vendor_format", &["foo@@bar=1,bar=2"], "foo@@bar=1,bar=2"),
        ("tracestate_key_illegal_vendor_format", &["foo@bar@baz=1,bar=2"], "foo@bar@baz=1,bar=2"),
    ];
    for (name, tracestate, expected) in cases {
        assert_eq!(passed_on(name, tracestate).as_deref(), Some(*expected), "{name}: {tracestate:?}");
    }
}

#[test]
fn tracestate_that_is_discarded() {
    for (name, tracestate) in [
        ("tracestate_empty_header", ""),
        ("tracestate_key_illegal_characters", "foo =1"),
        ("tracestate_key_illegal_characters", "FOO=1"),
        ("tracestate_key_illegal_characters", "foo.bar=1"),
        ("tracestate_key_illegal_vendor_format", "@foo=1,bar=2"),
        ("tracestate_value_illegal_characters", "foo=bar=baz"),
        ("tracestate_value_illegal_characters", "foo=,bar=3"),
    ] {
        assert_eq!(passed_on(name, &[tracestate]), None, "{name}: {tracestate}");
    }
}

#[test]
fn tracestate_all_allowed_characters() {
    let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
    let value: String = (' '..='~').filter(|character| !matches!(character, ',' | '=')).collect();
    for member in [format!("{key}={value}"), format!("{key}@a-z0-9_-*/={value}")] {
        assert_eq!(passed_on("tracestate_all_allowed_characters", &[&member]), Some(member));
    }
}

#[test]
fn tracestate_member_count_limit() {
    let members: Vec<String> = (1..=33).map(|n| format!("bar{n:02}={n:02}")).collect();
    let headers = |count: usize| members[..count].chunks(10).map(|members| members.join(",")).collect::<Vec<_>>();
    let send = |headers: Vec<String>| {
        passed_on("tracestate_member_count_limit", &headers.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(send(headers(32)), Some(members[..32].join(",")));
    assert_eq!(send(headers(33)), None);
}

#[test]
fn tracestate_key_length_limit() {
    let (z, t, v) = ("z".repeat(256), "t".repeat(241), "v".repeat(15));
    for key in [z.clone(), format!("{t}@{}", &v[..14]), format!("{t}t@v"), format!("t@{v}")] {
        let member = format!("{key}=1");
        assert_eq!(passed_on("tracestate_key_length_limit", &["foo=1", &member]), Some(format!("foo=1,{member}")));
    }
    assert_eq!(passed_on("tracestate_key_length_limit", &["foo=1", &format!("z{z}=1")]), None);
}

#[test]
fn several_calls_in_one_request() {
    for (name, traceparent, trace_id) in [
        ("multiple_requests_with_valid_traceparent", &[PARENT][..], TRACE_ID),
        ("multiple_requests_without_traceparent", &[], "00000000000000000000000000000001"),
        (
            "multiple_requests_with_illegal_traceparent",
            &["00-00000000000000000000000000000000-1234567890123456-01"],
            "00000000000000000000000000000001",
        ),
    ] {
        let ids = SequentialIds::new();
        let extracted = extract(traceparent.iter().map(|value| value.as_bytes()), [], []);
        let context = extracted.context.unwrap_or_else(|| TraceContext::new(ids.trace_id()));
        for call in 1..=3 {
            let sent = context.traceparent(ids.span_id()).to_string();
            assert!(sent.starts_with(&format!("00-{trace_id}-000000000000000{call}-")), "{name}: {sent}");
        }
    }
}

#[test]
fn propagates_random_flag() {
    let incoming = "00-12345678901234567890123456789012-1234567890123456-02";
    let (traceparent, _) = call(&[incoming], &[], &SequentialIds::new());
    assert_eq!(traceparent, format!("00-{TRACE_ID}-0000000000000001-02"));
}

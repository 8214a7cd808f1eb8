//! How the spans of a trace hang together.

use crate::check::Check;
use crate::received::Received;
use crate::span::{Kind, Span};

/// Looks at a span beside those that were there before.
pub(crate) fn check(check: &mut Check, span: &Span, before: &Received) {
    for other in before.trace(&span.trace_id) {
        check.require(
            other.span_id != span.span_id,
            format_args!("there is a span of this id already: {:?}", other.name),
        );
        if other.resource != span.resource {
            continue;
        }
        let are_roots = other.parent_id.is_none() && span.parent_id.is_none();
        check.require(!are_roots, format_args!("its trace has a root already: {:?}", other.name));
        if is_parent(other, span) {
            pair(check, other, span);
        } else if is_parent(span, other) {
            pair(check, span, other);
        }
    }
}

/// What is only to be known at the end: whose parents never came.
pub(crate) fn whole(received: &Received) -> Vec<String> {
    let mut found = Vec::new();
    for span in received.spans.iter().filter(|span| span.has_local_parent()) {
        if !received.trace(&span.trace_id).any(|other| is_parent(other, span)) {
            let parent = span.parent_id.as_deref().unwrap_or_default();
            found.push(format!("{}: its parent {parent} never arrived", span.what()));
        }
    }
    found
}

fn is_parent(parent: &Span, child: &Span) -> bool {
    child.has_local_parent()
        && parent.trace_id == child.trace_id
        && Some(&parent.span_id) == child.parent_id.as_ref()
        && parent.resource == child.resource
}

fn pair(check: &mut Check, parent: &Span, child: &Span) {
    let is_within = parent.start <= child.start && child.end <= parent.end;
    check.require(
        is_within,
        format_args!(
            "{:?} ({}..{}) is outside the time of its parent {:?} ({}..{})",
            child.name, child.start, child.end, parent.name, parent.start, parent.end
        ),
    );
    let is_one_request = child.kind == Kind::Server && !matches!(parent.kind, Kind::Client | Kind::Producer);
    check.require(!is_one_request, format_args!("the request has two spans: {:?} and {:?}", parent.name, child.name));
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::trace::v1::Span;

    use super::*;
    use crate::testing::{assert_refused, client_span, database_span, refused, server_span};

    #[test]
    fn a_span_is_there_once() {
        refused(client_span, "there is a span of this id already", |span| {
            span.span_id = server_span().span_id;
            span.parent_span_id = vec![5; 8];
        });
    }

    #[test]
    fn a_trace_has_one_root() {
        let mut received = Received::default();
        let other = Span { span_id: vec![9; 8], ..server_span() };
        received.take_traces(vec![server_span(), other]);
        assert_refused(&received.complaints, "its trace has a root already");
    }

    #[test]
    fn a_request_has_one_span() {
        refused(database_span, "the request has two spans", |span| {
            let parent = std::mem::take(&mut span.parent_span_id);
            *span = Span { span_id: vec![9; 8], parent_span_id: parent, flags: SAYS_WHETHER_REMOTE, ..server_span() };
            (span.start_time_unix_nano, span.end_time_unix_nano) = times(span);
        });
    }

    const SAYS_WHETHER_REMOTE: u32 = 0x100;

    fn times(span: &Span) -> (u64, u64) {
        (span.end_time_unix_nano - 1_000_000, span.end_time_unix_nano - 1_000_000)
    }

    #[test]
    fn a_child_is_within_the_time_of_its_parent_whichever_comes_first() {
        refused(client_span, "is outside the time of its parent", |span| span.end_time_unix_nano += 1);
        let parent = server_span();
        let mut child = client_span(&parent);
        child.start_time_unix_nano -= 1;
        let mut received = Received::default();
        assert_eq!(received.take_traces(vec![child]).complaints, [""; 0]);
        assert_refused(&received.take_traces(vec![parent]).complaints, "is outside the time of its parent");
    }

    #[test]
    fn a_parent_of_the_same_process_arrives_sooner_or_later() {
        let parent = server_span();
        let mut received = Received::default();
        received.take_traces(vec![client_span(&parent)]);
        assert_refused(&whole(&received), "its parent 0101010101010101 never arrived");
        received.take_traces(vec![parent]);
        assert_eq!(whole(&received), [""; 0]);
    }

    #[test]
    fn a_parent_of_another_process_need_not() {
        let mut received = Received::default();
        let of_kind = Span { parent_span_id: vec![5; 8], ..server_span() };
        let of_flags =
            Span { flags: 0x301, parent_span_id: vec![5; 8], trace_id: vec![8; 16], ..client_span(&of_kind) };
        assert_eq!(received.take_traces(vec![of_kind, of_flags]).complaints, [""; 0]);
        assert_eq!(whole(&received), [""; 0]);
    }
}

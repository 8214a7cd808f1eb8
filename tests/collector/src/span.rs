//! Spans, as they arrived.

use std::sync::Arc;

use opentelemetry_proto::tonic::trace::v1::{self as proto, status::StatusCode};

use crate::attributes::{self, Attributes};
use crate::check::Check;
use crate::identifiers;

const FLAGS_KNOWN: u32 = 0x3ff;
const SAYS_WHETHER_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// What a span stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the protocol's names")]
pub enum Kind {
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the protocol's names")]
pub enum Code {
    Unset,
    Ok,
    Error,
}

/// How a span ended, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How.
    pub code: Code,
    /// What is said of an error.
    pub message: String,
}

/// Something that happened in the time of a span.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What.
    pub name: String,
    /// When, in nanoseconds since 1970.
    pub time: u64,
    /// More of it.
    pub attributes: Attributes,
}

/// Another span that one has to do with.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its trace, in hexadecimal digits.
    pub trace_id: String,
    /// The span, in hexadecimal digits.
    pub span_id: String,
    /// What they have to do with each other.
    pub attributes: Attributes,
}

/// A span that was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The attributes of the process that it is of.
    pub resource: Arc<Attributes>,
    /// What measured it.
    pub scope: String,
    /// Its trace, in hexadecimal digits.
    pub trace_id: String,
    /// Its id, in hexadecimal digits.
    pub span_id: String,
    /// The id of its parent; none at the root of a trace.
    pub parent_id: Option<String>,
    /// The `tracestate` of W3C.
    pub trace_state: String,
    /// The flags of W3C in the lowest eight bits, and whether the parent is of another process in the next two.
    pub flags: u32,
    /// What it is called.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// When it began, in nanoseconds since 1970.
    pub start: u64,
    /// When it ended, in nanoseconds since 1970.
    pub end: u64,
    /// What is known of it.
    pub attributes: Attributes,
    /// What happened in its time.
    pub events: Vec<Event>,
    /// How much more did, as it says.
    pub dropped_events: u32,
    /// What else it has to do with.
    pub links: Vec<Link>,
    /// How it ended.
    pub status: Status,
}

impl Span {
    /// Whether its parent is of the same process, and so has to arrive, too: as the span says, or as its kind does.
    pub fn has_local_parent(&self) -> bool {
        let is_remote = match self.flags & SAYS_WHETHER_REMOTE {
            0 => matches!(self.kind, Kind::Server | Kind::Consumer),
            _ => self.flags & IS_REMOTE != 0,
        };
        self.parent_id.is_some() && !is_remote
    }

    /// Whether W3C's flags say that the trace is sampled.
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// The attribute as a text; empty where it is none.
    pub fn text(&self, name: &str) -> &str {
        attributes::text(&self.attributes, name)
    }

    /// The attribute as a whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.attributes.get(name)?.as_i64()
    }

    pub(crate) fn what(&self) -> String {
        format!("span {:?} ({} {})", self.name, self.trace_id, self.span_id)
    }

    pub(crate) fn read(
        span: &proto::Span,
        resource: &Arc<Attributes>,
        scope: &str,
        complaints: &mut Vec<String>,
    ) -> Self {
        let ids = format!("{} {}", identifiers::hex(&span.trace_id), identifiers::hex(&span.span_id));
        let mut check = Check::of(format!("span {:?} ({ids})", span.name));
        check.require(
            span.flags & !FLAGS_KNOWN == 0,
            format_args!("flags has bits that mean nothing: {:#x}", span.flags),
        );
        check.require(!span.name.is_empty(), "it has no name");
        check.time("start_time_unix_nano", span.start_time_unix_nano);
        check.time("end_time_unix_nano", span.end_time_unix_nano);
        check.require(span.end_time_unix_nano >= span.start_time_unix_nano, "it ends before it starts");
        let read = Span {
            resource: Arc::clone(resource),
            scope: scope.to_owned(),
            trace_id: identifiers::read(&mut check, "trace_id", &span.trace_id, identifiers::TRACE),
            span_id: identifiers::read(&mut check, "span_id", &span.span_id, identifiers::SPAN),
            parent_id: identifiers::read_if_any(&mut check, "parent_span_id", &span.parent_span_id, identifiers::SPAN),
            trace_state: span.trace_state.clone(),
            flags: span.flags,
            name: span.name.clone(),
            kind: kind(span.kind()),
            start: span.start_time_unix_nano,
            end: span.end_time_unix_nano,
            attributes: attributes::read(&mut check, &span.attributes),
            events: span.events.iter().map(|event| read_event(&mut check, event)).collect(),
            dropped_events: span.dropped_events_count,
            links: span.links.iter().map(|link| read_link(&mut check, link)).collect(),
            status: read_status(span.status.as_ref()),
        };
        check.require(read.kind != Kind::Unspecified, "it has no kind");
        check.require(read.parent_id.as_ref() != Some(&read.span_id), "it is its own parent");
        for event in &read.events {
            let within = (read.start..=read.end).contains(&event.time);
            check.require(within, format_args!("the event {:?} is outside the time of its span", event.name));
        }
        complaints.append(&mut check.complaints);
        read
    }
}

fn read_event(check: &mut Check, event: &proto::span::Event) -> Event {
    check.require(!event.name.is_empty(), "an event has no name");
    let attributes = attributes::read(check, &event.attributes);
    Event { name: event.name.clone(), time: event.time_unix_nano, attributes }
}

fn read_link(check: &mut Check, link: &proto::span::Link) -> Link {
    Link {
        trace_id: identifiers::read(check, "the trace_id of a link", &link.trace_id, identifiers::TRACE),
        span_id: identifiers::read(check, "the span_id of a link", &link.span_id, identifiers::SPAN),
        attributes: attributes::read(check, &link.attributes),
    }
}

fn read_status(status: Option<&proto::Status>) -> Status {
    let code = match status.map(proto::Status::code) {
        None | Some(StatusCode::Unset) => Code::Unset,
        Some(StatusCode::Ok) => Code::Ok,
        Some(StatusCode::Error) => Code::Error,
    };
    Status { code, message: status.map(|status| status.message.clone()).unwrap_or_default() }
}

fn kind(kind: proto::span::SpanKind) -> Kind {
    match kind {
        proto::span::SpanKind::Unspecified => Kind::Unspecified,
        proto::span::SpanKind::Internal => Kind::Internal,
        proto::span::SpanKind::Server => Kind::Server,
        proto::span::SpanKind::Client => Kind::Client,
        proto::span::SpanKind::Producer => Kind::Producer,
        proto::span::SpanKind::Consumer => Kind::Consumer,
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::KeyValue;
    use opentelemetry_proto::tonic::trace::v1::span::Event;

    use crate::testing::{int, now, refused, server_span, set, text};

    const DAY: u64 = 24 * 60 * 60 * 1_000_000_000;

    fn server(of: &str, spoil: impl FnOnce(&mut super::proto::Span)) {
        refused(|_| server_span(), of, spoil);
    }

    #[test]
    fn ids_have_their_length_and_are_not_zero() {
        server("trace_id has 15 bytes", |span| span.trace_id.truncate(15));
        server("trace_id is all zeroes", |span| span.trace_id.fill(0));
        server("span_id has 0 bytes", |span| span.span_id.clear());
        server("span_id is all zeroes", |span| span.span_id.fill(0));
        server("parent_span_id has 4 bytes", |span| span.parent_span_id = vec![1; 4]);
        server("parent_span_id is all zeroes", |span| span.parent_span_id = vec![0; 8]);
        server("its own parent", |span| span.parent_span_id = span.span_id.clone());
    }

    #[test]
    fn times_are_of_this_day_and_in_order() {
        server("start_time_unix_nano is 0", |span| span.start_time_unix_nano = 0);
        server("start_time_unix_nano is more than a day ago", |span| span.start_time_unix_nano -= 2 * DAY);
        server("end_time_unix_nano is more than a day ahead", |span| span.end_time_unix_nano += 2 * DAY);
        server("ends before it starts", |span| span.end_time_unix_nano = span.start_time_unix_nano - 1);
        server("outside the time of its span", |span| {
            span.events = vec![Event { time_unix_nano: 1, name: "n+1".to_owned(), ..Event::default() }];
        });
    }

    #[test]
    fn names_kinds_and_flags_say_something() {
        refused(
            |_| super::proto::Span { attributes: vec![], kind: 1, ..server_span() },
            "it has no name",
            |span| {
                span.name.clear();
            },
        );
        refused(
            |_| super::proto::Span { attributes: vec![], kind: 1, ..server_span() },
            "it has no kind",
            |span| {
                span.kind = 0;
            },
        );
        server("an event has no name", |span| {
            span.events = vec![Event { time_unix_nano: now(), ..Event::default() }];
        });
        server("flags has bits that mean nothing", |span| span.flags = 0x400);
    }

    #[test]
    fn attributes_are_there_once_with_a_name_and_a_value() {
        server("the attribute url.path is there twice", |span| span.attributes.push(text("url.path", "/")));
        server("an attribute has no name", |span| span.attributes.push(text("", "value")));
        server("which has no value", |span| {
            span.attributes.push(KeyValue { value: None, ..text("which", "") });
        });
        server("http.response.status_code is no whole number", |span| {
            set(&mut span.attributes, text("http.response.status_code", "200"));
        });
        server("url.query is empty", |span| span.attributes.push(text("url.query", "")));
        server("error.message is no text", |span| span.attributes.push(int("error.message", 1)));
        server("before the conventions were stable", |span| span.attributes.push(text("http.target", "/")));
        server("the conventions have no http.colour", |span| span.attributes.push(text("http.colour", "red")));
    }
}

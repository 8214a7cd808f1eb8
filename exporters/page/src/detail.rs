//! What is told of one request alone: its calls, the application's spans, its findings.

use tachograph_core::{
    Call, CallGroup, CallOutcome, Callsite, FieldValue, Finding, Operation, Record, SpanId, Yield, micros,
};

use crate::json::{self, Object};

/// What is told of one request alone.
///
/// Calls that asked the same from the same place share what they asked: a loop of a hundred queries has one statement.
#[derive(Debug)]
pub(crate) struct Detail {
    /// Written members: user, fields, error, spans, findings.
    members: Box<[u8]>,
    asked: Vec<Asked>,
    calls: Vec<KeptCall>,
    calls_left_out: u64,
}

/// What was asked, and from where: written members.
type Asked = Box<[u8]>;

#[derive(Debug)]
struct KeptCall {
    span_id: SpanId,
    parent: Option<SpanId>,
    /// Microseconds from the beginning of the request.
    start: u64,
    duration: u64,
    asked: u32,
    status: Option<u16>,
    outcome: CallOutcome,
    brought: Yield,
    texts: Option<Texts>,
}

impl Detail {
    /// Of no more than so many bytes, about: calls and texts beyond are left out, and counted.
    pub(crate) fn of(record: &Record, most: usize) -> Self {
        let mut members = Bounded { most: most / 2 };
        let members = members.write(record);
        let mut detail = Detail { members: members.into(), asked: Vec::new(), calls: Vec::new(), calls_left_out: 0 };
        let mut bytes = detail.bytes();
        let places = Places::of(record);
        let mut known: Vec<(&Call, Option<Callsite>, u32)> = Vec::new();
        let own = record.identity().span_id();
        for (at, call) in record.calls().iter().enumerate() {
            let callsite = places.of_call(call);
            let same = known
                .iter()
                .find(|(other, place, _)| *place == callsite && is_same(other.operation(), call.operation()));
            let (place, new) = match same {
                Some((.., place)) => (*place, None),
                None => (detail.asked.len() as u32, Some(asked(call, callsite))),
            };
            let kept = KeptCall {
                span_id: record.call_span_id(at),
                parent: Some(record.call_parent(at)).filter(|parent| *parent != own),
                start: micros(call.start()),
                duration: micros(call.duration()),
                asked: place,
                status: call.status_code(),
                outcome: call.outcome(),
                brought: call.brought(),
                texts: texts(call),
            };
            let size = kept.bytes() + new.as_ref().map_or(0, |asked| asked.len() + size_of::<Asked>());
            if bytes + size > most {
                detail.calls_left_out += 1;
                continue;
            }
            bytes += size;
            if let Some(asked) = new {
                detail.asked.push(asked.into());
                known.push((call, callsite, place));
            }
            detail.calls.push(kept);
        }
        let grouped = record.calls_grouped().iter().map(|group| u64::from(group.count())).sum::<u64>();
        detail.calls_left_out += grouped + u64::from(record.calls_ungrouped());
        detail.asked.shrink_to_fit();
        detail.calls.shrink_to_fit();
        detail
    }

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let asked: usize = self.asked.iter().map(|asked| asked.len() + size_of::<Asked>() + 16).sum();
        let calls: usize = self.calls.iter().map(KeptCall::bytes).sum();
        size_of::<Self>() + self.members.len() + asked + calls + 64
    }

    /// Where nothing of it is kept.
    pub(crate) fn write_none(object: &mut Object<'_>) {
        ["findings", "spans", "calls"].into_iter().for_each(|name| object.array(name, |_| {}));
        object.object("fields", |_| {});
        object.null("error");
    }

    pub(crate) fn write(&self, object: &mut Object<'_>) {
        object.members(&self.members);
        object.array("calls", |calls| {
            for call in &self.calls {
                calls.object(|object| call.write(&self.asked[call.asked as usize], object));
            }
        });
        object.integer("calls_left_out", self.calls_left_out);
    }
}

/// Where calls were made that were not asked for it themselves: only some of a loop are.
struct Places(Vec<CallGroup>);

impl Places {
    fn of(record: &Record) -> Self {
        let is_lost = record.calls().iter().any(|call| call.callsite().is_none());
        Places(if is_lost { record.call_groups() } else { Vec::new() })
    }

    fn of_call(&self, call: &Call) -> Option<Callsite> {
        let of_group = || {
            let mut same = self.0.iter().filter(|group| is_same(group.operation(), call.operation()));
            same.find_map(CallGroup::callsite)
        };
        call.callsite().or_else(of_group)
    }
}

/// Each thread has one of each, mostly.
fn is_same(one: &Operation, other: &Operation) -> bool {
    std::ptr::eq(one, other) || one == other
}

fn asked(call: &Call, callsite: Option<Callsite>) -> Vec<u8> {
    let operation = call.operation();
    json::members(|object| {
        object.text("kind", operation.kind().as_str());
        object.text("target", operation.target());
        object.text("summary", operation.summary());
        object.text_or_null("statement", operation.statement().map(|statement| statement.text()));
        object.text_or_null("callsite", callsite.map(|callsite| callsite.to_string()).as_deref());
    })
}

/// The error's type, and the path that was asked for; few calls have either.
type Texts = Box<(Text, Text)>;
type Text = Option<Box<str>>;

fn texts(call: &Call) -> Option<Texts> {
    match (call.error_type(), call.path()) {
        (None, None) => None,
        (error, path) => Some(Box::new((error.map(Into::into), path.map(Into::into)))),
    }
}

impl KeptCall {
    fn bytes(&self) -> usize {
        let text = |text: &Text| text.as_ref().map_or(0, |text| text.len() + 16);
        size_of::<Self>() + self.texts.as_ref().map_or(0, |texts| 48 + text(&texts.0) + text(&texts.1))
    }

    fn write(&self, asked: &[u8], object: &mut Object<'_>) {
        object.text("span_id", &self.span_id.to_string());
        object.text_or_null("parent_id", self.parent.map(|parent| parent.to_string()).as_deref());
        object.members(asked);
        object.millis("start_ms", self.start);
        object.millis("duration_ms", self.duration);
        object.text("outcome", self.outcome.as_str());
        let (error, path) =
            self.texts.as_deref().map_or((None, None), |(error, path)| (error.as_deref(), path.as_deref()));
        object.text_or_null("error_type", error);
        object.text_or_null("path", path);
        object.integer_or_null("status_code", self.status.map(u64::from));
        match self.brought {
            Yield::Rows(rows) => object.integer("rows", rows),
            Yield::Bytes(bytes) => object.integer("bytes", bytes),
            Yield::Lookups { hits, misses } => {
                object.integer("hits", hits.into());
                object.integer("misses", misses.into());
            }
            Yield::Unknown => object.null("rows"),
        }
    }
}

/// Writes what is no call, as much as there is room for.
struct Bounded {
    most: usize,
}

impl Bounded {
    fn write(&mut self, record: &Record) -> Vec<u8> {
        let mut left_out = 0;
        json::members(|object| {
            object.text_or_null("user_id", record.user_id());
            object.text_or_null("action", record.action());
            match record.error() {
                None => object.null("error"),
                Some(error) => object.object("error", |object| {
                    object.text("type", error.type_name());
                    object.text("message", error.message());
                    object.array("chain", |chain| error.chain().iter().for_each(|text| chain.text(text)));
                    object.text_or_null("callsite", error.callsite().map(|callsite| callsite.to_string()).as_deref());
                }),
            }
            object.array("findings", |findings| {
                for finding in record.findings() {
                    if findings.length() < self.most {
                        findings.object(|object| write_finding(finding, object));
                    } else {
                        left_out += 1;
                    }
                }
            });
            object.array("spans", |spans| {
                let own = record.identity().span_id();
                for (at, span) in record.spans().iter().enumerate() {
                    if spans.length() >= self.most {
                        left_out += 1;
                        continue;
                    }
                    spans.object(|object| {
                        object.text("span_id", &record.span_span_id(at).to_string());
                        let parent = Some(record.span_parent(at)).filter(|parent| *parent != own);
                        object.text_or_null("parent_id", parent.map(|parent| parent.to_string()).as_deref());
                        object.text("name", span.name());
                        object.millis("start_ms", micros(span.start()));
                        let end = span.end().unwrap_or(record.duration());
                        object.millis("duration_ms", micros(end.saturating_sub(span.start())));
                    });
                }
            });
            object.object("fields", |object| {
                for (name, value) in record.fields() {
                    if object.length() >= self.most {
                        left_out += 1;
                        continue;
                    }
                    match value {
                        FieldValue::String(text) => object.text(name, text),
                        FieldValue::Integer(number) => object.signed(name, *number),
                        FieldValue::Float(number) => object.float(name, *number),
                        FieldValue::Bool(value) => object.boolean(name, *value),
                    }
                }
            });
            object.integer("more", left_out);
        })
    }
}

fn write_finding(finding: &Finding, object: &mut Object<'_>) {
    let operation = finding.operation();
    object.text("finding", finding.kind().as_str());
    object.text_or_null("summary", operation.map(|operation| operation.summary()));
    object.text_or_null("target", operation.map(|operation| operation.target()));
    let statement = operation.and_then(|operation| operation.statement()).map(|statement| statement.text());
    object.text_or_null("statement", statement);
    object.text_or_null("callsite", finding.callsite().map(|callsite| callsite.to_string()).as_deref());
    object.text_or_null("span", finding.span());
    object.text_or_null("pool", finding.pool().map(|pool| pool.as_str()));
    object.integer("count", finding.count().into());
    object.integer("limit", finding.limit());
    object.integer_or_null("distinct_parameters", finding.distinct_parameters().map(u64::from));
    object.integer_or_null("bytes", finding.bytes());
    object.millis("cost_ms", micros(finding.cost()));
    object.millis("total_ms", micros(finding.total()));
    object.millis("slowest_ms", micros(finding.slowest()));
    object.millis_or_null("saves_ms", finding.saves().map(micros));
    object.text("hint", finding.hint());
}

//! Metadata: all else that is known of a request, to be read and not to be searched.

use tachograph_core::{CallGroup, FieldValue, Identity, Member, Record, WideLine, micros};

use super::annotations::{Annotations, MOST_OF_VALUE};
use super::findings;
use super::trace::Trace;
use crate::writer::{USUAL, Writer, key};

/// What has to be left of a document's room for one more group of calls: what may be long of it, and what stands around that.
const OF_A_GROUP: usize = 2_000;

/// How deep JSON of the application's may be. Many readers give up at 128, and around it there is some.
const DEEPEST: usize = 100;

/// What is said of a record. Of one that is a subsegment, that is also what only segments have a place for.
pub(super) fn write(trace: &Trace<'_>, is_subsegment: bool, annotations: &Annotations, writer: &mut Writer<'_>) {
    let record = trace.record;
    writer.object(key!("metadata"), |metadata| {
        metadata.object(key!("tachograph"), |ours| {
            ours.word(key!("event"), record.kind().as_str());
            match trace.is_underway {
                // It has no breakdown yet, and what it did may be half of it.
                true => ours.millis(key!("underway_ms"), micros(record.duration())),
                false => {
                    record.each_member(&mut Members { ours, is_subsegment });
                    findings::write(record, ours);
                }
            }
            groups(record, ours);
        });
        metadata.object(key!("application"), |theirs| application(record, annotations, theirs));
    });
}

/// Calls that are not shown one by one.
fn groups(record: &Record, ours: &mut Writer<'_>) {
    let mut left = record.calls_ungrouped();
    ours.array(key!("calls_grouped"), |groups| {
        for of_calls in record.calls_grouped() {
            if groups.room() < OF_A_GROUP {
                groups.cut();
                left = left.saturating_add(of_calls.count());
                continue;
            }
            groups.object(",", |members| group(of_calls, members));
        }
    });
    if left > 0 {
        ours.integer(key!("calls_ungrouped"), left);
    }
}

/// Under the names of the JSON line of such calls.
fn group(calls: &CallGroup, group: &mut Writer<'_>) {
    let operation = calls.operation();
    group.word(key!("kind"), operation.kind().as_str());
    group.text_if_any(key!("target"), Some(operation.target()), USUAL);
    group.text_if_any(key!("summary"), Some(operation.summary()), USUAL);
    if let Some(callsite) = calls.callsite() {
        findings::callsite(callsite, group);
    }
    group.integer(key!("count"), calls.count());
    group.integer(key!("errors"), calls.errors());
    group.text_if_any(key!("error_type"), calls.error_type(), USUAL);
    group.millis(key!("total_ms"), micros(calls.total()));
    group.millis(key!("slowest_ms"), micros(calls.slowest()));
}

/// The application's own fields but those that are annotations, and its metadata. One text takes a quarter of the room that is
/// left, so that a long one leaves some to the others; of metadata, what has no room is left out, for half of it is no JSON.
fn application(record: &Record, annotations: &Annotations, theirs: &mut Writer<'_>) {
    for (name, value) in record.fields().filter(|(name, _)| !annotations.has_field(name)) {
        if theirs.room() > name.len() + LEAST && theirs.key(name) {
            theirs.value(value, usize::MAX, (theirs.room() / 4).max(LEAST));
        } else {
            theirs.cut();
        }
    }
    theirs.object(key!("metadata"), |metadata| {
        for (name, json) in record.metadata() {
            let fits = metadata.room() > name.len() + json.len() && !is_deeper(json, DEEPEST);
            if fits && metadata.key(name) {
                metadata.raw(json);
            } else {
                metadata.cut();
            }
        }
    });
}

/// So much room is needed for a value at all.
const LEAST: usize = 40;

/// Whether brackets in this JSON stand inside of more than so many others.
fn is_deeper(json: &str, most: usize) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            return true;
        }
    }
    false
}

/// The members of the wide line that have no other place.
struct Members<'a, 'o> {
    ours: &'a mut Writer<'o>,
    is_subsegment: bool,
}

impl WideLine for Members<'_, '_> {
    fn identity(&mut self, identity: &Identity) {
        self.ours.word(key!("request_id"), identity.request_id().encode(&mut [0; 36]));
    }

    fn text(&mut self, member: Member, text: &str) {
        let most = match member.name() {
            "name" | "action" | "route" | "error_type" => USUAL,
            "method" | "path" | "user_id" if self.is_subsegment => USUAL,
            "verdict" => MOST_OF_VALUE,
            _ => return,
        };
        self.ours.text(member.json_key(), text, most);
    }

    fn word(&mut self, member: Member, word: &'static str) {
        self.ours.word(member.json_key(), word);
    }

    fn chain(&mut self, _: Member, _: &[String]) {}

    fn integer(&mut self, member: Member, number: u64) {
        // There is a list of them.
        if member.name() != "findings" {
            self.ours.integer(member.json_key(), number);
        }
    }

    fn millis(&mut self, member: Member, micros: u64) {
        self.ours.millis(member.json_key(), micros);
    }

    fn boolean(&mut self, member: Member, value: bool) {
        self.ours.boolean(member.json_key(), value);
    }

    fn field(&mut self, _: &str, _: &FieldValue) {}

    fn metadata<'t>(&mut self, _: impl ExactSizeIterator<Item = (&'t str, &'t str)>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_are_no_depth() {
        assert!(!is_deeper(r#"[["[[\"[[{","\\"],{"a":{}}]"#, 3));
        assert!(is_deeper(r#"["\\",[[[]]]]"#, 3));
    }
}

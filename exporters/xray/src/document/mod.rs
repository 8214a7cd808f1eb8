//! The documents of a record: its segment with what hangs under it, and beside that what finds no room there.

mod annotations;
mod asked;
mod cause;
mod findings;
mod flags;
mod http;
mod metadata;
mod part;
mod segment;
mod trace;
mod tree;

use std::collections::VecDeque;

use tachograph_core::{Record, Service};

use crate::error::Error;
use crate::origin::Found;
use crate::writer::Writer;
use part::Place;
use segment::Segment;
use trace::{Part, Trace};

/// What the documents of a service have in common.
#[derive(Debug)]
pub(crate) struct Documents {
    segment: Segment,
    /// How many bytes one may have.
    most: usize,
    /// How many bytes all of one record may have.
    most_together: usize,
}

/// What was written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// How many documents.
    pub(crate) documents: u32,
    /// How many segments and subsegments had something left out, or a text cut.
    pub(crate) cut: u32,
    /// Subsegments that are in none, for together they would be too much.
    pub(crate) left_out: u32,
}

/// Subsegments inside of each other: what is deeper is sent alone. Many readers of JSON give up at 128 brackets, and each takes
/// two.
const DEEPEST: usize = 40;

/// What it takes to close all that is open.
const CLOSING_BYTES: usize = (DEEPEST + 2) * "]}".len();

impl Documents {
    pub(crate) fn new(
        service: &Service,
        annotations: &[String],
        found: Found,
        most: usize,
        most_together: usize,
    ) -> Result<Self, Error> {
        Ok(Documents { segment: Segment::new(service, annotations, found)?, most, most_together })
    }

    /// Appends the documents of a record, each with a `\n` behind it. What is sent beside its segment goes before it: with the
    /// segment, X-Ray takes a trace for complete.
    pub(crate) fn write(&self, record: &Record, is_underway: bool, out: &mut Vec<u8>) -> Written {
        let start = out.len();
        let trace = Trace::of(record, is_underway);
        let mut writing = Writing {
            trace: &trace,
            writer: Writer::new(out, self.most),
            most: self.most,
            end: 0,
            alone: VecDeque::new(),
            written: Written::default(),
        };
        writing.document(None, |writer| self.segment.members(&trace, writer));
        let segment = writing.writer.out.len() - start;
        if is_underway && !writing.alone.is_empty() {
            // What is sent beside it now would be sent beside it again, with nothing new, whenever it is shown; or be inside of it
            // in the end, and so be there twice.
            writing.alone.clear();
            writing.written.cut += 1;
        }
        while let Some(part) = writing.alone.pop_front() {
            let (before, waiting, written) = (writing.writer.out.len(), writing.alone.len(), writing.written);
            writing.document(Some(part), |writer| part::members(&trace, part, Place::Alone, writer));
            if writing.writer.out.len() - start > self.most_together {
                writing.writer.out.truncate(before);
                writing.alone.truncate(waiting);
                writing.written = written;
                writing.leave_out(part);
            }
        }
        let written = writing.written;
        out[start..].rotate_left(segment);
        written
    }
}

/// The documents of one record while they are written.
struct Writing<'a, 'o> {
    trace: &'a Trace<'a>,
    writer: Writer<'o>,
    most: usize,
    /// Where the document has to end.
    end: usize,
    /// What found no room, in a document of its own.
    alone: VecDeque<Part>,
    written: Written,
}

impl Writing<'_, '_> {
    /// Writes a document: of this part, or the segment.
    fn document(&mut self, of: Option<Part>, members: impl FnOnce(&mut Writer<'_>)) {
        self.end = self.writer.out.len() + self.most - CLOSING_BYTES;
        self.writer.begin();
        self.writer.open_object(members);
        self.written.documents += 1;
        self.written.cut += u32::from(self.writer.was_cut());
        self.children(of, 1);
        self.writer.raw("}\n");
    }

    /// Writes what hangs under this, as far as there is room for it.
    fn children(&mut self, of: Option<Part>, depth: usize) {
        let trace = self.trace;
        let mut before = ",\"subsegments\":[";
        for part in trace.children(of) {
            if depth < DEEPEST && self.child(before, part, depth) {
                before = ",";
            } else {
                self.alone.push_back(part);
            }
        }
        if before == "," {
            self.writer.raw("]");
        }
    }

    /// Writes one of them, with what hangs under it; false where it finds no room.
    fn child(&mut self, before: &str, part: Part, depth: usize) -> bool {
        let start = self.writer.out.len();
        self.writer.raw(before);
        self.writer.begin();
        self.writer.open_object(|writer| part::members(self.trace, part, Place::Inside, writer));
        let was_cut = self.writer.was_cut();
        if self.writer.out.len() > self.end {
            self.writer.out.truncate(start);
            return false;
        }
        self.written.cut += u32::from(was_cut);
        self.children(Some(part), depth + 1);
        self.writer.raw("}");
        true
    }

    /// There is no room for this one, nor for what hangs under it.
    fn leave_out(&mut self, part: Part) {
        self.written.left_out += 1;
        let mut under: Vec<Part> = self.trace.children(Some(part)).collect();
        while let Some(part) = under.pop() {
            self.written.left_out += 1;
            under.extend(self.trace.children(Some(part)));
        }
    }
}

#[cfg(test)]
mod tests;

//! The wide line as metrics.

use std::borrow::Cow;

use tachograph_core::Record;

use super::Shape;
use super::dimensions::{Dimension, status_class};
use super::samples::{self, each_sample};
use crate::beside::Beside;
use crate::line::{Line, key};

/// What makes the line of a request or a task metrics.
#[derive(Debug)]
pub(crate) struct LineOfMetrics<'a> {
    shape: &'a Shape,
    record: &'a Record,
    /// There was no room for all of the route or the name, so that the line has another value than its metrics would.
    place_is_cut: bool,
}

impl<'a> LineOfMetrics<'a> {
    pub(crate) fn new(shape: &'a Shape, record: &'a Record) -> Self {
        LineOfMetrics { shape, record, place_is_cut: false }
    }

    fn has(&self, dimension: Dimension) -> bool {
        let is_cut = self.place_is_cut && matches!(dimension, Dimension::Route | Dimension::Name);
        !is_cut && dimension.of(self.record).is_some()
    }
}

impl Beside for LineOfMetrics<'_> {
    #[inline(always)]
    fn text(&mut self, line: &mut Line<'_>, name: &'static str, key: &'static str, text: &str) {
        match name {
            // Whoever sends requests can make up methods, and would decide how many metrics there are.
            "method" => {
                line.word(key, self.record.known_method());
                if self.record.known_method() != text {
                    line.text(key!("method_original"), text);
                }
            }
            "route" | "name" => {
                self.place_is_cut |= text.len() > line.room();
                line.text(key, text);
            }
            _ => line.text(key, text),
        }
    }

    #[inline(always)]
    fn behind_own(&mut self, line: &mut Line<'_>) {
        let is_asked_for = self.shape.sets.of_records().contains(&Dimension::StatusClass);
        if let Some(class) = status_class(self.record).filter(|_| is_asked_for) {
            line.word(key!("status_class"), class);
        }
        each_sample(self.record, self.shape.naming, |metric, number| {
            if !metric.is_member {
                line.raw(metric.json_key);
                number.write(line.out);
            }
        });
    }

    /// A name that the metrics use gets underscores until it is free.
    #[inline(always)]
    fn field<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if !samples::is_taken(name, self.shape.naming) {
            return Cow::Borrowed(name);
        }
        let mut free = format!("{name}_");
        while self.record.field(&free).is_some() {
            free.push('_');
        }
        Cow::Owned(free)
    }

    fn metrics(&mut self, line: &mut Line<'_>) -> bool {
        let sets = &self.shape.sets;
        let bit = |dimension: Dimension| 1_u16 << dimension as u16;
        let is_there = |dimension: &&Dimension| self.has(**dimension);
        let there = sets.of_records().iter().filter(is_there).fold(0, |there, dimension| there | bit(*dimension));
        let mut sets = sets.with(move |dimension| there & bit(dimension) != 0).peekable();
        let applies = sets.peek().is_some();
        if applies {
            self.shape.members.write_record(self.record, sets, line.out);
        }
        applies
    }
}

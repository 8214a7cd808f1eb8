//! The events of one round, as they are written.

use std::time::SystemTime;

use tachograph_core::Service;

use super::numbers::{Labels, Number, Numbers, Shown};
use crate::emf::{LOGGER, Shape};
use crate::line::{Line, key};
use crate::{escape, number};

/// Digits of a value that stands for others: the rest would say nothing.
const DIGITS: usize = 9;

/// Writes lines.
#[derive(Debug)]
pub(super) struct Writer {
    /// The dimensions of the service's own, to which labels are added: each set without its last bracket.
    sets: Vec<String>,
}

impl Writer {
    pub(super) fn new(service: &Service, shape: &Shape) -> Self {
        let render = |members: Vec<&str>| {
            let quoted: Vec<String> = members.iter().map(|name| format!("\"{name}\"")).collect();
            format!("[{}", quoted.join(","))
        };
        Writer { sets: shape.sets.members_of_service(service).into_iter().map(render).collect() }
    }

    /// How many lines there are.
    pub(super) fn write(&self, shape: &Shape, numbers: &Numbers, time: SystemTime, out: &mut Vec<u8>) -> u32 {
        let mut lines = 0;
        for (labels, events) in &numbers.events {
            let sets: Vec<String> = self.sets.iter().map(|set| with_labels(set, labels)).collect();
            for event in events {
                write_event(shape, labels, &sets, event, time, out);
                lines += 1;
            }
        }
        lines
    }
}

fn with_labels(set: &str, labels: &Labels) -> String {
    let mut out = set.as_bytes().to_vec();
    for (name, _) in &labels.0 {
        out.extend_from_slice(if out.ends_with(b"[") { b"\"" } else { b",\"" });
        escape::json_string(name, &mut out);
        out.push(b'"');
    }
    out.push(b']');
    String::from_utf8(out).unwrap_or_default()
}

/// There is room for all of it, as labels and values are bounded.
fn write_event(shape: &Shape, labels: &Labels, sets: &[String], event: &[Number], time: SystemTime, out: &mut Vec<u8>) {
    let mut line = Line::object(out, time);
    line.raw(",\"level\":\"info\"");
    line.text(key!("logger"), LOGGER);
    line.raw(",\"message\":\"metrics\"");
    line.raw(shape.service.as_str());
    for (name, value) in &labels.0 {
        member(name, &mut line);
        line.text("", value);
    }
    for Number { name, shown, .. } in event {
        member(name, &mut line);
        write_shown(shown, line.out);
    }
    let sets = sets.iter().map(String::as_str);
    let define = |number: &Number| (number.name.clone(), number.unit);
    shape.members.write(
        time,
        sets,
        |definitions| event.iter().map(define).for_each(|(name, unit)| definitions.named(&name, unit)),
        line.out,
    );
    line.end_object();
}

fn member(name: &str, line: &mut Line<'_>) {
    line.raw(",\"");
    escape::json_string(name, line.out);
    line.raw("\":");
}

fn write_shown(shown: &Shown, out: &mut Vec<u8>) {
    match shown {
        Shown::Whole(whole) => number::integer(*whole, out),
        Shown::Float(float) => number::float(*float, out),
        Shown::Values(values) => {
            out.push(b'[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                number::float(rounded(*value), out);
            }
            out.push(b']');
        }
    }
}

fn rounded(number: f64) -> f64 {
    format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number)
}

//! Lines that are metrics of CloudWatch, too.

mod aggregate;
mod catalogue;
mod check;
mod dimensions;
mod failing;
mod findings;
mod hostile;
mod lines;
mod periodic;
mod plain;
mod receiver;
mod setup;

use serde_json::{Map, Value};
use tachograph_json::{Calls, Event, Filter, Format, Settings};

use crate::bench::Bench;

/// Without the events of what no request carries.
fn settings() -> Settings {
    let filter =
        Filter { events: Some(vec![Event::Request, Event::Task, Event::Call, Event::Log]), ..Filter::default() };
    Settings { format: Format::Emf, calls: Calls::None, filter, ..Settings::default() }
}

/// Without the events that are no request's.
fn of_requests() -> Settings {
    let events = Some(vec![Event::Request, Event::Task, Event::Call, Event::Log]);
    Settings { filter: Filter { events, ..Filter::default() }, ..settings() }
}

/// The lines, each of which CloudWatch takes.
fn checked(bench: &Bench) -> Vec<Map<String, Value>> {
    bench.lines().iter().map(|line| check::line(line)).collect()
}

/// The one line that there is.
fn only(bench: &Bench) -> Map<String, Value> {
    let mut lines = checked(bench);
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

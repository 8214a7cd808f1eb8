//! What is found, and what is not, by the clock of a test.

mod places;
mod repeats;
mod sequential;
mod silence;
mod verdict;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use super::{Finding, FindingKind};
use crate::callsite::Found;
use crate::capture::Capture;
use crate::clock::ManualClock;
use crate::handle::HandleBuilder;
use crate::open_call::{OpenCall, start_call};
use crate::open_request::{OpenRequest, RequestHead};
use crate::operation::Operation;
use crate::prepared_call::prepare_call;
use crate::record::Record;
use crate::server::Scheme;
use crate::testing::Instance;

const MS: Duration = Duration::from_millis(1);

struct Case {
    clock: ManualClock,
    instance: Instance,
}

impl Case {
    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(configure: impl FnOnce(HandleBuilder) -> HandleBuilder) -> Self {
        let clock = ManualClock::new();
        let instance = Instance::build(|builder| configure(builder.clock(clock.clone())));
        Case { clock, instance }
    }

    fn capturing(change: impl FnOnce(&mut Capture)) -> Self {
        let mut capture = Capture::default();
        change(&mut capture);
        Self::with(|builder| builder.capture(capture))
    }

    /// The record of a request that does this in one poll, and of whose polls none is blocking.
    fn record(&self, work: impl FnOnce(&Self, &mut OpenRequest)) -> Record {
        let head = RequestHead { method: "GET", path: "/orders", route: Some("/orders"), ..RequestHead::default() };
        let mut open = OpenRequest::open(self.instance.handle(), head).unwrap();
        open.pause();
        let recording = open.recording().clone();
        {
            let _scope = crate::context::Scope::enter(Some(recording));
            work(self, &mut open);
        }
        open.respond(200, Some(0), false);
        open.complete();
        self.instance.take().remove(0)
    }

    fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// A query with this parameter.
    fn query(&self, sql: &str, parameter: u64, time: Duration) {
        let mut prepared = prepare_call(Operation::database("postgresql", "main", sql), None);
        prepared.parameters(|hasher| hasher.write_u64(parameter));
        let call = prepared.start();
        self.pass(time);
        call.completed();
    }

    fn get(&self, target: &str, path: &str, time: Duration) {
        let mut call = start_call(Operation::http(Scheme::Https, target, "GET"), None);
        call.set_path(path);
        self.pass(time);
        call.completed();
    }
}

/// A call of this place, or of none that anybody knows.
fn start_at(operation: Arc<Operation>, place: Option<Found>) -> OpenCall {
    let mut prepared = prepare_call(operation, None);
    prepared.known.found = place;
    prepared.start()
}

fn kinds(record: &Record) -> Vec<FindingKind> {
    record.findings().iter().map(Finding::kind).collect()
}

const USER: &str = "SELECT name FROM users WHERE id = $1";

fn start_and_end(case: &Case, sql: &str, time: Duration) {
    let call = start_call(Operation::database("postgresql", "main", sql), None);
    case.pass(time);
    call.completed();
}

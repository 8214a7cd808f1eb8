//! One record, sent through every exporter.

use std::time::Duration;

use tachograph::core::trace::{Extracted, TraceContext};
use tachograph::core::{
    Exporter, Handle, IdSource, Level, LogEvent, OpenRequest, RandomIds, RequestHead, TraceId, current,
};
use tachograph::{FieldValue, Tachograph, request};

use super::outcome::{Failures, Fate, Outcome};

/// By what the record is known wherever it arrives.
pub(super) const ROUTE: &str = "/_tachograph/check";

const ACTION: &str = "tachograph.check";

/// Records a request, and says what it was and what became of it in each exporter.
pub(super) fn run(guard: &Tachograph, failures: &Failures, deadline: Duration) -> (String, Vec<(String, Outcome)>) {
    let recorded = record(guard.handle());
    let name = |described: &str| described.split(' ').next().unwrap_or_default().to_owned();
    let outcomes = std::thread::scope(|scope| {
        let mut sending = Vec::new();
        for described in guard.exporters() {
            let name = name(described);
            // What is served is asked later.
            let of_name = |exporter: &&dyn Exporter| exporter.name() == name && name != "page";
            let Some(exporter) = guard.handle().exporters().find(of_name) else { continue };
            let sent = scope.spawn(move || send(exporter, deadline));
            sending.push((described.clone(), name, sent));
        }
        let outcome = |(described, name, sent): (String, String, std::thread::ScopedJoinHandle<'_, Fate>)| {
            let fate = sent.join().unwrap_or_else(|_| Fate::Lost(vec![("panicked", 1)]));
            (described, Outcome { fate, said: failures.of(&name) })
        };
        sending.into_iter().map(outcome).collect()
    });
    (recorded, outcomes)
}

/// The record of a request, and a line of the application's log; in one sentence, by what it is found.
fn record(handle: &Handle) -> String {
    let head = RequestHead {
        method: "GET",
        path: ROUTE,
        route: Some(ROUTE),
        trace: Extracted { context: Some(in_every_sample()), ..Extracted::default() },
        ..RequestHead::default()
    };
    let Some(mut open) = OpenRequest::open(handle, head) else {
        return format!("no record: requests of GET {ROUTE} pass unmeasured, by capture.ignore");
    };
    let mut known = String::new();
    open.poll(|| {
        request().action(ACTION).field(ACTION, true);
        let Some(recording) = current() else { return };
        let identity = recording.identity();
        known = format!("sent: GET {ROUTE}, request_id {}, trace_id {}", identity.request_id(), identity.trace_id());
        if identity.trace().sampled == Some(false) {
            known.push_str("; its trace is not sampled, so that there is none");
        }
        let fields = [(ACTION, FieldValue::from(true))];
        let message = "a line of the application's log, from tachograph check";
        let (time, target) = (handle.now(), ACTION);
        let recording = Some(&*recording);
        handle.log(&LogEvent { time, level: Level::Info, target, message, fields: &fields, recording });
    });
    open.respond(200, Some(0), false);
    open.complete();
    known
}

/// A trace that its caller wants sampled, and that is in every sample by ratio, too: those with the smallest last half are.
fn in_every_sample() -> TraceContext {
    let id = RandomIds.trace_id().get();
    let id = TraceId::new(id & !u128::from(u64::MAX) | 1).unwrap_or_else(|| RandomIds.trace_id());
    TraceContext { sampled: Some(true), ..TraceContext::new(id) }
}

fn send(exporter: &dyn Exporter, deadline: Duration) -> Fate {
    let is_sent = exporter.flush(deadline);
    let mut lost = exporter.dropped();
    lost.retain(|(_, count)| *count > 0);
    match exporter.name() {
        _ if !lost.is_empty() => Fate::Lost(lost),
        _ if !is_sent => Fate::Late(deadline.as_secs()),
        "json" => Fate::Written,
        "xray" => Fate::Unanswered,
        _ => Fate::Delivered,
    }
}

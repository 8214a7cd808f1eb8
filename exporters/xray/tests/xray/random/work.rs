//! What a request does, at random.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tachograph_core::{
    CallOutcome, Callsite, FieldValue, Innermost, ManualClock, OpenCall, Operation, PoolName, Recording, Scheme, Yield,
    current, request, start_call, start_connection_wait,
};

use super::texts;

/// What is open of one request.
#[derive(Debug, Default)]
pub(super) struct Underway {
    calls: Vec<OpenCall>,
    spans: Vec<u32>,
}

/// An error with as many sources as it has lines.
#[derive(Debug)]
struct Failure(Vec<String>);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0[0])
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // A chain of one type needs an owner for each link; these few are never freed.
        let rest = self.0[1..].to_vec();
        if rest.is_empty() { None } else { Some(Box::leak(Box::new(Failure(rest)))) }
    }
}

pub(super) fn pass(rng: &mut Rng, clock: &ManualClock) {
    clock.advance(match rng.u8(..10) {
        0..3 => Duration::ZERO,
        3..6 => Duration::from_nanos(rng.u64(1..2_000)),
        6..9 => Duration::from_micros(rng.u64(1..50_000)),
        _ => Duration::from_millis(rng.u64(1..5_000)),
    });
}

/// Does something in the request that is current.
pub(super) fn step(rng: &mut Rng, clock: &ManualClock, underway: &mut Underway) {
    let Some(recording) = current() else { return };
    pass(rng, clock);
    match rng.u8(..24) {
        0 => _ = request().user(texts::any(rng)),
        1 => _ = request().action(texts::any(rng)),
        2..5 => _ = request().field(texts::any(rng), value(rng)),
        5 => _ = request().metadata(texts::any(rng), texts::json(rng)),
        6 => fail(rng),
        7..10 => open_span(rng, &recording, underway),
        10..12 => close_span(rng, &recording, underway),
        12..17 => underway.calls.push(open_call(rng)),
        17..20 if !underway.calls.is_empty() => {
            let call = underway.calls.swap_remove(rng.usize(..underway.calls.len()));
            end_call(rng, clock, call);
        }
        20 => report(rng, &recording),
        21 => wait(rng, clock),
        22 if rng.bool() => _ = request().cache_hit(texts::word(rng)).cache_miss(&texts::any(rng)),
        23 if rng.u8(..20) == 0 => many_calls(rng, clock),
        _ => {}
    }
}

fn value(rng: &mut Rng) -> FieldValue {
    match rng.u8(..10) {
        0 => rng.i64(..).into(),
        1 => rng.u64(..).into(),
        2 => rng.bool().into(),
        3 => rng.choice([f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, -0.0, 1e300, 0.1]).unwrap_or_default().into(),
        4 => rng.f64().into(),
        _ => texts::any(rng).into(),
    }
}

fn fail(rng: &mut Rng) {
    let links = rng.usize(1..12);
    request().error(&Failure((0..links).map(|_| texts::any(rng)).collect()));
}

fn open_span(rng: &mut Rng, recording: &Arc<Recording>, underway: &mut Underway) {
    // Now and then a flight of stairs.
    let count = if rng.u8(..30) == 0 { rng.usize(1..140) } else { 1 };
    for _ in 0..count {
        let parent = underway.spans.last().copied().filter(|_| rng.u8(..8) > 0);
        underway.spans.extend(recording.start_span(texts::any(rng), parent));
    }
    Innermost::of(recording, underway.spans.last().copied()).set();
}

fn close_span(rng: &mut Rng, recording: &Arc<Recording>, underway: &mut Underway) {
    // Spans of tasks that run side by side end in any order, and what was begun in them may go on.
    if !underway.spans.is_empty() {
        let at = if rng.u8(..4) > 0 { underway.spans.len() - 1 } else { rng.usize(..underway.spans.len()) };
        recording.end_span(underway.spans.remove(at));
    }
    Innermost::of(recording, underway.spans.last().copied()).set();
}

fn operation(rng: &mut Rng) -> Arc<Operation> {
    let scheme = if rng.bool() { Scheme::Http } else { Scheme::Https };
    let target = if rng.bool() { texts::word(rng).to_owned() } else { texts::any(rng) };
    match rng.u8(..14) {
        0..5 => {
            let system = rng.choice(["postgresql", "sqlite", "mysql", ""]).unwrap_or_default();
            Operation::database(system, &target, &texts::sql(rng))
        }
        5 | 6 => Operation::http(scheme, &target, rng.choice(["GET", "POST", "_OTHER"]).unwrap_or_default()),
        7 => Operation::external(&target, &texts::any(rng)),
        8 => Operation::grpc(Some(scheme).filter(|_| rng.bool()), &target, &texts::any(rng)),
        9 | 10 => {
            let services = ["DynamoDB", "SQS", "SNS", "S3", "Kinesis", "Lambda", "", "Bedrock Runtime"];
            let subject = Some(texts::any(rng)).filter(|_| rng.bool());
            let service = rng.choice(services).unwrap_or_default();
            Operation::rpc("aws-api", service, if rng.bool() { "GetItem" } else { "Publish" }, subject.as_deref())
        }
        11 => Operation::cache(&target, &texts::any(rng)),
        12 => Operation::cache_of("redis", &target, "GET"),
        _ => Operation::other(&target, &texts::any(rng)),
    }
}

fn open_call(rng: &mut Rng) -> OpenCall {
    let mut call = start_call(operation(rng), rng.bool().then(Callsite::caller));
    if rng.bool() {
        call.span_id();
    }
    call
}

fn brought(rng: &mut Rng) -> Yield {
    match rng.u8(..4) {
        0 => Yield::Unknown,
        1 => Yield::Rows(rng.u64(..)),
        2 => Yield::Bytes(rng.u64(..)),
        _ => Yield::Lookups { hits: rng.u32(..), misses: rng.u32(..) },
    }
}

/// A status of a working server, of a failing one, or none that there is.
pub(super) fn status(rng: &mut Rng) -> u16 {
    match rng.u8(..10) {
        0..5 => rng.u16(200..400),
        5 | 6 => rng.choice([400, 401, 404, 409, 429]).unwrap_or_default(),
        7 | 8 => rng.u16(500..600),
        _ => rng.choice([100, 101, 204, 304, 599]).unwrap_or_default(),
    }
}

fn end_call(rng: &mut Rng, clock: &ManualClock, mut call: OpenCall) {
    for attempt in 1..=rng.u32(0..3) {
        call.attempt(attempt);
    }
    for set in [OpenCall::set_resource, OpenCall::set_region, OpenCall::set_request_id, OpenCall::set_path] {
        if rng.bool() {
            set(&mut call, &texts::any(rng));
        }
    }
    if rng.u8(..5) == 0 {
        call.set_original_method(&texts::any(rng));
    }
    if rng.bool() {
        call.responded(status(rng));
        pass(rng, clock);
    }
    if rng.bool() {
        call.brought(brought(rng));
    }
    match rng.u8(..8) {
        0 => call.failed(&texts::any(rng)),
        1 => {
            let names = ["timeout", "ThrottlingException", "RESOURCE_EXHAUSTED", "NOT_FOUND", "23505"];
            call.failed(rng.choice(names).unwrap_or_default());
        }
        2 => call.ended(),
        3 => drop(call),
        4 if rng.u8(..4) == 0 => call.withdraw(),
        _ => call.completed(),
    }
}

fn many_calls(rng: &mut Rng, clock: &ManualClock) {
    let (count, same) = (rng.usize(1..400), operation(rng));
    for _ in 0..count {
        let operation = if rng.u8(..4) == 0 { operation(rng) } else { Arc::clone(&same) };
        let call = start_call(operation, None);
        clock.advance(Duration::from_micros(rng.u64(1..500)));
        if rng.u8(..20) == 0 { end_call(rng, clock, call) } else { call.completed() }
    }
}

fn report(rng: &mut Rng, recording: &Arc<Recording>) {
    let outcomes = [CallOutcome::Completed, CallOutcome::Failed, CallOutcome::Cancelled, CallOutcome::Unknown];
    let outcome = rng.choice(outcomes).unwrap_or(CallOutcome::Completed);
    let duration = Duration::from_micros(rng.u64(..10_000_000));
    recording.report_call(operation(rng), duration, outcome, brought(rng));
    recording.report_connection_wait(PoolName::default(), Duration::from_micros(rng.u64(..1000)));
}

fn wait(rng: &mut Rng, clock: &ManualClock) {
    let waiting = start_connection_wait();
    pass(rng, clock);
    drop(waiting);
}

//! What it costs to find where a call is made: `cargo bench -p tachograph-core`.
//!
//! The calls of a request are told their places, or are not and have them found: those of the repeats. Here the
//! code that calls is the nearest on the stack. Each frame of a library between adds what one frame takes.

use std::time::{Duration, Instant};

use tachograph_core::testing::instance;
use tachograph_core::{Callsite, Handle, OpenRequest, Operation, RequestHead, start_call};

const ROUNDS: usize = 201;
const A_ROUND: usize = 200;
const CALLS: usize = 9;

fn main() {
    let handle = Handle::builder().build();
    // Until the thread that looks places up knows these.
    let (started, mut places, mut known) = (Instant::now(), 0, Duration::ZERO);
    while started.elapsed() < Duration::from_secs(1) {
        let now = places_found();
        if now > places {
            (places, known) = (now, started.elapsed());
        }
    }
    println!("{places} of {CALLS} calls have their places after {} ms", known.as_millis());

    let [told, found] = [|| Some(Callsite::caller()), || None];
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let [told, found] = [told, found].map(|callsite| {
                let started = Instant::now();
                (0..A_ROUND).for_each(|_| request(&handle, callsite));
                started.elapsed().as_nanos() as f64
            });
            (found - told) / (A_ROUND * places) as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    let [low, median, high] = [1, 2, 3].map(|quarter| rounds[ROUNDS * quarter / 4]);
    println!("a place that is known: {median:.0} ns ({low:.0} to {high:.0})");
}

fn request(handle: &Handle, callsite: fn() -> Option<Callsite>) {
    let mut request = OpenRequest::open(handle, RequestHead::default()).unwrap();
    request.poll(|| {
        for _ in 0..CALLS {
            start_call(Operation::database("sqlite", "main", "SELECT name FROM users WHERE id = ?"), callsite())
                .completed();
        }
    });
    request.respond(200, Some(0), false);
    request.complete();
}

/// In one request.
fn places_found() -> usize {
    let instance = instance();
    request(instance.handle(), || None);
    let record = instance.take().remove(0);
    record.calls().iter().filter(|call| call.callsite().is_some()).count()
}

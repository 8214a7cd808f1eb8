//! What counting a record costs, on one thread and on two: `cargo bench -p tachograph-metrics`.
//!
//! Two cores are not always two: they can share what computes, or be lent to somebody else. So work that shares nothing at
//! all is measured in the same run, round by round, and what counting loses beyond it is its own.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use tachograph_core::testing::Instance;
use tachograph_core::{
    Exporter, Handle, ManualClock, OpenRequest, Operation, Record, RequestHead, Service, Yield, start_call,
};
use tachograph_metrics::{Metrics, Settings};

const ROUNDS: usize = 61;
const A_ROUND: usize = 4_000;

fn main() {
    let (plain, calls) = (records(0), records(4));
    let mut one = Vec::new();
    for (name, records) in [("a request", &plain), ("a request with 4 queries, a call and a cache", &calls)] {
        let metrics = Metrics::new(&Service::default(), Settings::default()).unwrap();
        let count = |_| records.iter().cycle().take(A_ROUND).for_each(|record| metrics.record(black_box(record)));
        let control = |_| (0..A_ROUND / 2).for_each(|seed| compute(seed as u64));
        let rounds: Vec<[f64; 4]> = (0..ROUNDS)
            .map(|_| {
                [(1, true), (2, true), (1, false), (2, false)].map(|(threads, counts)| {
                    let took = if counts { run(threads, count) } else { run(threads, control) };
                    took.as_nanos() as f64 / A_ROUND as f64
                })
            })
            .collect();
        let of = |value: fn(&[f64; 4]) -> f64| median(rounds.iter().map(value).collect());
        let alone = of(|round| round[0]);
        one.push(alone);
        println!("{name}: {alone:.0} ns");
        println!("  with two threads {:.2} times as much", of(|round| round[1] / round[0]));
        println!("  work that shares nothing {:.2} times as much", of(|round| round[3] / round[2]));
        println!("  so by counting {:.2} times", of(|round| round[1] / round[0] / (round[3] / round[2])));
    }
    println!("six calls: {:.0} ns", one[1] - one[0]);
}

/// Finished requests of a few routes, as they are handed to an exporter.
fn records(queries: usize) -> Vec<Record> {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    for number in 0..64_u64 {
        let route = format!("/experiments/{{id}}/{}", number % 8);
        let head = RequestHead { method: "GET", path: "/experiments/7", route: Some(&route), ..head() };
        one_request(instance.handle(), head, &clock, number, queries);
    }
    instance.take()
}

fn head() -> RequestHead<'static> {
    RequestHead { scheme: "http", protocol_version: "1.1", ..RequestHead::default() }
}

fn one_request(handle: &Handle, head: RequestHead<'_>, clock: &ManualClock, number: u64, queries: usize) {
    let mut request = OpenRequest::open(handle, head).unwrap();
    request.poll(|| {
        clock.advance(Duration::from_micros(50 + number));
        for table in 0..queries {
            let sql = format!("SELECT * FROM table_{table} WHERE id = 7");
            let call = start_call(Operation::database("sqlite", "experiments", &sql), None);
            clock.advance(Duration::from_micros(200));
            call.completed();
        }
        if queries > 0 {
            start_call(Operation::external("partner:8080", "GET"), None).completed();
            let mut call = start_call(Operation::cache("flags", "GET"), None);
            call.brought(Yield::Lookups { hits: 1, misses: 0 });
            call.completed();
        }
    });
    request.respond(200, Some(0), false);
    request.complete();
}

/// How long it takes until as many threads have each done the work, which they begin at the same time.
fn run(threads: usize, work: impl Fn(usize) + Sync) -> Duration {
    let barrier = Barrier::new(threads);
    let times: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|number| {
                let (barrier, work) = (&barrier, &work);
                scope.spawn(move || {
                    // The first time is for what is new to a thread.
                    work(number);
                    barrier.wait();
                    let started = Instant::now();
                    work(number);
                    started.elapsed()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    times.iter().sum::<Duration>() / threads as u32
}

/// A third of a microsecond in registers.
fn compute(seed: u64) {
    let mut state = black_box(seed | 1);
    for _ in 0..160 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

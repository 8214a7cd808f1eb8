//! What rendering a record costs, beside its line of JSON: `cargo bench -p tachograph-xray`.
//!
//! Everything is measured round by round in one run, and what is told is how they compare: a machine that is busy slows all
//! of them. Nothing is sent while it counts: what was rendered is flushed, to nobody, in between.

use std::hint::black_box;
use std::time::{Duration, Instant};

use tachograph_core::testing::Instance;
use tachograph_core::{
    Callsite, Exporter, ManualClock, OpenRequest, Operation, Record, RequestHead, Sampler, Scheme, Service, Yield,
    start_call,
};
use tachograph_delivery::{SendError, Sink};
use tachograph_json::{Calls, Json};
use tachograph_xray::{Origin, Platform, Settings, XRay};

const ROUNDS: usize = 401;
/// So few that the buffers do not grow: what is measured is rendering, not the system's making of memory.
const A_ROUND: usize = 200;
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let service = Service::new("experiments-api").version("1.4.2").environment("production");
    let json = {
        let settings = tachograph_json::Settings { calls: Calls::None, ..Default::default() };
        Json::with_sink(&service, settings, Box::new(Unread)).unwrap()
    };
    let xray = {
        let mut settings = Settings::default();
        settings.origin = Origin::new(Platform::None, []);
        XRay::with_sink(&service, settings, Box::new(Unread)).unwrap()
    };
    let exporters: [(&str, &dyn Exporter); 2] = [("a line of JSON", &json), ("its document", &xray)];
    for (name, queries, sampled) in [
        ("a request", 0, true),
        ("with 1 query", 1, true),
        ("with 10 queries and a call", 10, true),
        ("with 10 queries and a call, not sampled", 10, false),
    ] {
        let records = records(queries, sampled);
        let rounds: Vec<[f64; 2]> = (0..ROUNDS)
            .map(|_| {
                exporters.map(|(_, exporter)| {
                    let started = Instant::now();
                    records.iter().cycle().take(A_ROUND).for_each(|record| exporter.record(black_box(record)));
                    let took = started.elapsed().as_nanos() as f64 / A_ROUND as f64;
                    assert!(exporter.flush(PATIENCE));
                    took
                })
            })
            .collect();
        println!("{name}:");
        for (at, (name, _)) in exporters.iter().enumerate() {
            let nanos = median(rounds.iter().map(|round| round[at]).collect());
            let least = rounds.iter().map(|round| round[at]).fold(f64::MAX, f64::min);
            let ratio = median(rounds.iter().map(|round| round[at] / round[0]).collect());
            println!("  {name}: {nanos:.0} ns (at least {least:.0}), {ratio:.2} times the line");
        }
    }
    for (_, exporter) in exporters {
        let lost: Vec<_> = exporter.dropped().into_iter().filter(|(_, count)| *count > 0).collect();
        assert!(lost.is_empty(), "{} lost {lost:?}", exporter.name());
    }
}

/// Finished requests of a few routes, as they are handed to an exporter.
fn records(queries: usize, sampled: bool) -> Vec<Record> {
    let clock = ManualClock::new();
    let sampler = || if sampled { Sampler::always_on() } else { Sampler::always_off() };
    let instance = Instance::build(|builder| builder.clock(clock.clone()).sampler(sampler().asking_for_host()));
    for number in 0..16_u64 {
        let (path, route) = (format!("/experiments/7/{number}"), format!("/experiments/{{id}}/{number}"));
        let head = RequestHead { method: "GET", path: &path, route: Some(&route), ..head() };
        let mut request = OpenRequest::open(instance.handle(), head).unwrap();
        request.poll(|| {
            clock.advance(Duration::from_micros(50 + number));
            for table in 0..queries {
                let sql = format!("SELECT id, name FROM table_{table} WHERE id = 7");
                let mut call = start_call(Operation::database("sqlite", "experiments", &sql), Some(Callsite::caller()));
                clock.advance(Duration::from_micros(200));
                call.brought(Yield::Rows(1));
                call.completed();
            }
            if queries > 1 {
                let operation = Operation::http(Scheme::Http, "partner:8080", "GET");
                let mut call = start_call(operation, Some(Callsite::caller()));
                call.set_path("/benchmarks/7");
                clock.advance(Duration::from_micros(1_700));
                call.responded(200);
                call.completed();
            }
        });
        request.respond(200, Some(512), false);
        request.sent(512);
        request.complete();
    }
    instance.take()
}

fn head() -> RequestHead<'static> {
    RequestHead {
        scheme: "http",
        host: Some(b"experiments.example"),
        protocol_version: "1.1",
        ..RequestHead::default()
    }
}

struct Unread;

impl Sink for Unread {
    fn describe(&self) -> String {
        "nobody".to_owned()
    }

    fn send(&mut self, _: &[u8]) -> Result<(), SendError> {
        Ok(())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

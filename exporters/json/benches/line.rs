//! What a line costs in each format, on the thread that closes the request: `cargo bench -p tachograph-json --features emf`.
//!
//! The formats take turns, round by round, so that what else the machine does hits them alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

use tachograph_core::testing::Instance;
use tachograph_core::{
    Exporter, Handle, ManualClock, OpenRequest, Operation, Record, RequestHead, Service, Yield, start_call,
};
use tachograph_json::delivery::{SendError, Sink};
use tachograph_json::metrics::Naming;
use tachograph_json::{Calls, EmfSettings, Format, Json, Settings};

const ROUNDS: usize = 1_001;

/// So few that the buffer stays small: the delivery empties it every 5 ms.
const A_ROUND: usize = 200;

struct Nowhere;

impl Sink for Nowhere {
    fn describe(&self) -> String {
        "nowhere".to_owned()
    }

    fn send(&mut self, _: &[u8]) -> Result<(), SendError> {
        Ok(())
    }
}

fn main() {
    let aggregated = EmfSettings { aggregate: Some(Duration::from_secs(3600)), ..EmfSettings::default() };
    let exporters = [
        ("structured", Settings::default()),
        ("emf", Settings { format: Format::Emf, ..Settings::default() }),
        ("emf, plain names", Settings { format: Format::Emf, naming: Naming::Plain, ..Settings::default() }),
        ("emf, aggregated", Settings { format: Format::Emf, emf: aggregated, ..Settings::default() }),
    ]
    .map(|(name, settings)| (name, exporter(settings)));
    for (what, queries) in [("a request", 0), ("a request with 4 queries, a call and a cache", 4)] {
        let records = records(queries);
        let rounds: Vec<[f64; 4]> =
            (0..ROUNDS).map(|_| exporters.each_ref().map(|(_, json)| round(json, &records))).collect();
        println!("{what}");
        for (place, (name, json)) in exporters.iter().enumerate() {
            let cost = median(rounds.iter().map(|round| round[place]).collect());
            let ratio = median(rounds.iter().map(|round| round[place] / round[0]).collect());
            println!("  {name}: {cost:.0} ns, {ratio:.2} times the structured line");
            assert!(json.dropped().iter().all(|(_, count)| *count == 0), "{:?}", json.dropped());
        }
    }
}

fn exporter(settings: Settings) -> Json {
    let service = Service::new("experiments-api").version("1.4.2").environment("production");
    Json::with_sink(&service, Settings { calls: Calls::None, ..settings }, Box::new(Nowhere)).unwrap()
}

/// Nanoseconds for each record. What was written before is gone from the buffers.
fn round(json: &Json, records: &[Record]) -> f64 {
    assert!(json.flush(Duration::from_secs(10)));
    let started = Instant::now();
    records.iter().cycle().take(A_ROUND).for_each(|record| json.record(black_box(record)));
    started.elapsed().as_nanos() as f64 / A_ROUND as f64
}

/// Finished requests, as they are handed to an exporter.
fn records(queries: usize) -> Vec<Record> {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    (0..64).for_each(|number| one_request(instance.handle(), &clock, number, queries));
    instance.take()
}

fn one_request(handle: &Handle, clock: &ManualClock, number: u64, queries: usize) {
    let head = RequestHead {
        method: "GET",
        path: "/experiments/7",
        route: Some("/experiments/{id}"),
        scheme: "http",
        protocol_version: "1.1",
        ..RequestHead::default()
    };
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

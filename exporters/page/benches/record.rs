//! What a request costs on the thread that closes it, against its JSON line: `cargo bench -p tachograph-page`.
//!
//! Both take turns, round by round, so that what else the machine does hits them alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

use tachograph_core::testing::Instance;
use tachograph_core::{
    Exporter, Handle, ManualClock, OpenRequest, Operation, Record, RequestHead, Service, start_call,
};
use tachograph_json::delivery::{SendError, Sink};
use tachograph_json::{Calls, Json};
use tachograph_page::{Page, Settings};

const ROUNDS: usize = 1_001;

/// So few that the buffer of the lines stays small.
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
    let service = Service::new("experiments-api").version("1.4.2").environment("production");
    let settings = tachograph_json::Settings { calls: Calls::None, ..Default::default() };
    let json = Json::with_sink(&service, settings, Box::new(Nowhere)).unwrap();
    let page = Page::new(&service, Settings::default()).unwrap();
    for (what, queries, same) in [
        ("a request", 0, false),
        ("a request with a query", 1, false),
        ("a request with 10 queries", 10, false),
        ("a request with 10 queries, 4 of them alike", 10, true),
    ] {
        let records = records(queries, same);
        let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (round(&json, &records), round(&page, &records))).collect();
        let line = median(rounds.iter().map(|round| round.0).collect());
        let counted = median(rounds.iter().map(|round| round.1).collect());
        let ratio = median(rounds.iter().map(|round| round.1 / round.0).collect());
        println!("{what}: line {line:.0} ns, page {counted:.0} ns, {ratio:.2} times the line");
    }
}

/// Nanoseconds for each record.
fn round(exporter: &impl Exporter, records: &[Record]) -> f64 {
    assert!(exporter.flush(Duration::from_secs(10)));
    let started = Instant::now();
    records.iter().cycle().take(A_ROUND).for_each(|record| exporter.record(black_box(record)));
    started.elapsed().as_nanos() as f64 / A_ROUND as f64
}

/// Finished requests, as they are handed to an exporter.
fn records(queries: usize, same: bool) -> Vec<Record> {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    (0..64).for_each(|number| one_request(instance.handle(), &clock, number, queries, same));
    instance.take()
}

fn one_request(handle: &Handle, clock: &ManualClock, number: u64, queries: usize, same: bool) {
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
            let table = if same && table < 4 { 0 } else { table };
            let sql =
                format!("SELECT id, name, owner, created_at FROM table_{table} WHERE id = 7 AND deleted_at IS NULL");
            let call = start_call(Operation::database("sqlite", "experiments", &sql), None);
            clock.advance(Duration::from_micros(200));
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

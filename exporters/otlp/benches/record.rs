//! What rendering a record costs, beside its line of JSON: `cargo bench -p tachograph-otlp`.
//!
//! Everything is measured round by round in one run, and what is told is how they compare: a machine that is busy slows all
//! of them. Nothing is sent while it counts: what was rendered is flushed, to a receiver that takes it unread, in between.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use tachograph_core::testing::Instance;
use tachograph_core::{
    Callsite, Exporter, ManualClock, OpenRequest, Operation, Record, RequestHead, Scheme, Service, Yield, start_call,
};
use tachograph_delivery::{SendError, Sink};
use tachograph_json::{Calls, Json};
use tachograph_otlp::{Otlp, Settings, Signal};

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
    let endpoint = receiver();
    let otlp = |signal| {
        let mut settings = Settings::default();
        settings.signals = vec![signal];
        settings.connection.endpoint = Some(endpoint.clone());
        Otlp::builder(&service, settings).build().unwrap()
    };
    let (traces, logs) = (otlp(Signal::Traces), otlp(Signal::Logs));
    let exporters: [(&str, &dyn Exporter); 3] = [("a line of JSON", &json), ("its span", &traces), ("its log", &logs)];
    for (name, queries) in [("a request", 0), ("with 1 query", 1), ("with 10 queries and a call", 10)] {
        let records = records(queries);
        let rounds: Vec<[f64; 3]> = (0..ROUNDS)
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
fn records(queries: usize) -> Vec<Record> {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
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
    RequestHead { scheme: "http", protocol_version: "1.1", ..RequestHead::default() }
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

/// Takes requests of HTTP without looking into them.
fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    endpoint
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            let header = line.to_ascii_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            line.clear();
        }
        if line.is_empty() {
            return Ok(());
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n")?;
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! Writes lines as a service would, to try the report on, or to measure it: `lines COUNT [VERSION [SLOWER]]`.
//!
//! The lines are those of the real exporter, of requests that a clock of our own says how long they took. They are always
//! the same. `SLOWER` is by how much the database takes longer, 1.0 by default.

use std::env;
use std::io::{self, Write};
use std::time::Duration;

use tachograph_core::{
    Callsite, Handle, ManualClock, OpenRequest, Operation, RequestHead, SequentialIds, Service, Yield, request,
    start_call, start_connection_wait,
};
use tachograph_json::delivery::{SendError, Sink};
use tachograph_json::{Json, Settings};

/// As many are rendered before they are written, so that none is dropped for want of room.
const AT_ONCE: u64 = 500;

/// How far apart requests are: a hundred thousand of them take a week.
const APART: Duration = Duration::from_millis(6100);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let count = arguments.next().map_or(Ok(100_000), |count| count.parse::<u64>())?;
    let version = arguments.next().unwrap_or_else(|| "1.4.2".to_owned());
    let slower = arguments.next().map_or(Ok(1.0), |slower| slower.parse::<f64>())?;

    let service = Service::new("experiments-api").version(version).environment("production");
    let json = Json::with_sink(&service, Settings::default(), Box::new(Stdout))?;
    let clock = ManualClock::new();
    let handle = Handle::builder().clock(clock.clone()).ids(SequentialIds::default()).exporter(json).build();
    let mut traffic = Traffic { random: fastrand::Rng::with_seed(7), handle, clock, slower };
    for number in 0..count {
        traffic.request(number);
        if number % AT_ONCE == 0 {
            traffic.handle.flush(Duration::from_secs(60));
        }
    }
    traffic.handle.shutdown(Duration::from_secs(60));
    Ok(())
}

struct Traffic {
    random: fastrand::Rng,
    handle: Handle,
    clock: ManualClock,
    slower: f64,
}

impl Traffic {
    fn request(&mut self, number: u64) {
        self.clock.advance(APART);
        let id = number % 5000;
        let (method, route, path) = match self.random.u8(..100) {
            0..60 => ("GET", "/experiments/{id}", format!("/experiments/{id}")),
            60..75 => ("GET", "/flags/{key}", "/flags/dark-mode".to_owned()),
            75..85 => ("POST", "/events", "/events".to_owned()),
            85..92 => ("GET", "/experiments/{id}/report", format!("/experiments/{id}/report")),
            92..98 => ("POST", "/experiments/{id}/assignments", format!("/experiments/{id}/assignments")),
            _ => ("GET", "/experiments", "/experiments".to_owned()),
        };
        let head = RequestHead { method, path: &path, route: Some(route), ..RequestHead::default() };
        let Some(mut open) = OpenRequest::open(&self.handle, head) else { return };
        // At noon, others are busy, too.
        let hour = APART.as_secs_f64() * number as f64 / 3600.0 % 24.0;
        let busy = if (11.0..14.0).contains(&hour) { 1.6 } else { 1.0 };
        open.poll(|| self.take(0.3));
        self.work(&mut open, route, busy);
        open.poll(|| self.take(0.2));
        let status = if self.random.u16(..1000) == 0 { 503 } else { 200 };
        let size = self.random.usize(200..4000);
        open.respond(status, Some(size as u64), false);
        open.sent(size);
        self.take(0.02);
        open.complete();
    }

    fn work(&mut self, open: &mut OpenRequest, route: &str, busy: f64) {
        match route {
            "/flags/{key}" => {
                let call = open.poll(|| start_call(Operation::cache("flags", "GET"), None));
                self.take(0.1);
                open.poll(|| call.completed());
                open.poll(|| {
                    request().cache_hit("flags");
                });
            }
            "/experiments" => {
                let here = Callsite::caller();
                for id in 0..12 {
                    let statement = format!("SELECT * FROM variants WHERE experiment_id = {id}");
                    self.query(open, &statement, Some(here), 4.0);
                }
            }
            "/experiments/{id}/report" => {
                self.query(open, "SELECT COUNT(*) FROM events WHERE experiment_id = 7", None, 30.0);
                let partner = open.poll(|| start_call(Operation::external("partner.example", "GET"), None));
                self.take(40.0 * busy);
                open.poll(|| partner.completed());
            }
            "/events" => self.query(open, "INSERT INTO events (experiment_id, name) VALUES (7, 'shown')", None, 2.0),
            _ => {
                let wait = open.poll(start_connection_wait);
                self.take(0.1 * busy);
                open.poll(|| drop(wait));
                self.query(open, "SELECT * FROM experiments WHERE id = 7", None, 1.5);
            }
        }
    }

    fn query(&mut self, open: &mut OpenRequest, statement: &str, callsite: Option<Callsite>, millis: f64) {
        let mut call = open.poll(|| start_call(Operation::database("postgresql", "experiments", statement), callsite));
        self.take(millis * self.slower);
        call.brought(Yield::Rows(1));
        open.poll(|| call.completed());
    }

    /// About so long, as such times are: most a little less, some a lot more.
    fn take(&mut self, millis: f64) {
        let spread = -(1.0 - self.random.f64()).ln();
        self.clock.advance(Duration::from_secs_f64(millis / 1000.0 * (0.5 + 0.5 * spread)));
    }
}

struct Stdout;

impl Sink for Stdout {
    fn describe(&self) -> String {
        "stdout".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        io::stdout().lock().write_all(batch).map_err(|error| SendError::permanent(0, error))
    }
}

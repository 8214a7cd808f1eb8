//! Ten thousand requests of all kinds at once: none is lost, none is counted twice, none stays open.

use std::collections::BTreeSet;
use std::fs::{File, read_to_string};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::case::Case;
use crate::client::{Connection, Request};
use crate::differences::RUNS_ON;
use crate::expected::{COUNT, SOME, and};
use crate::lines::Lines;
#[cfg(target_os = "linux")]
use crate::memory::resident_kib;
use crate::service::{Demo, LONG, eventually};

const REQUESTS: usize = 10_000;
const WARM_UP: usize = 2_000;
const ROUND: usize = 1_000;
const CLIENTS: usize = 64;

/// How much larger the process may get after the warm-up. Half a kilobyte kept of each request would be as much.
#[cfg(target_os = "linux")]
const MARGIN_KIB: u64 = 4 * 1024;

pub(super) fn each_of_many_requests_has_its_line(case: &Case) {
    let setup = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "file:requests.log");
    // What the page remembers, it has all of after the warm-up.
    let demo = setup.env("TACHOGRAPH_EXPORTERS__PAGE__MEMORY_BYTES", (1024 * 1024).to_string()).start();
    let file = demo.path("requests.log");
    let mut clients: Vec<Client<'_>> = (0..CLIENTS).map(|_| Client::new(case, &demo)).collect();

    // From now on, the cache has it.
    clients[0].act(0);
    #[cfg(target_os = "linux")]
    let mut resident = 0;
    for start in (0..REQUESTS).step_by(ROUND) {
        #[cfg(target_os = "linux")]
        if start == WARM_UP {
            resident = resident_kib(&demo);
        }
        run(&mut clients, start.max(1)..start + ROUND);
        wait_for_lines(&file, start + ROUND - waiting(&clients));
    }
    #[cfg(target_os = "linux")]
    {
        let now = resident_kib(&demo);
        assert!(now < resident + MARGIN_KIB, "{resident} KiB after {WARM_UP} requests, {now} KiB after {REQUESTS}");
    }
    clients.into_iter().flat_map(|client| client.waiting).for_each(Connection::reset);
    wait_for_lines(&file, REQUESTS);

    // What were still in flight would now be written as open at shutdown.
    let file = File::open(file).unwrap();
    demo.signal("TERM");
    demo.ended_within(LONG);
    let lines = Lines::read(case, &io::read_to_string(file).unwrap());
    assert_eq!(lines.requests().len(), REQUESTS);
    let mut numbers = BTreeSet::new();
    for line in lines.requests() {
        let number: usize = line.text("request_id").parse().unwrap();
        match Kind::of(case, number).record() {
            _ if number == 0 => {}
            Some(record) => lines.compare(line, None, &record),
            None => assert!(["completed", "client_disconnected"].contains(&line.text("outcome")), "{line:?}"),
        }
        numbers.insert(number);
    }
    assert!(numbers.into_iter().eq(0..REQUESTS));
}

/// What a client can do.
#[derive(Clone, Copy)]
enum Kind {
    /// Asks for this path, and reads the answer of this status to its end.
    Stay(&'static str, u16),
    /// Asks for what panics, and so gets no answer.
    Panic,
    /// Leaves while the handler waits.
    LeaveHandler,
    /// Leaves as soon as the handler has all it needs for a query, which may be the faster one.
    LeaveQuery,
    /// Leaves in the middle of the answer.
    LeaveBody,
}

const MIX: [Kind; 20] = [
    Kind::Stay("/flags/dark-mode", 200),
    Kind::LeaveHandler,
    Kind::Stay("/experiments", 200),
    Kind::Stay("/experiments/7", 200),
    Kind::Stay("/work?queries=2&rows=3&hits=1&misses=1", 200),
    Kind::Stay("/export?rows=500", 200),
    Kind::Panic,
    Kind::Stay("/experiments/999", 404),
    Kind::Stay("/experiments/1", 200),
    Kind::Stay("/experiments/2/report", 200),
    Kind::LeaveQuery,
    Kind::Stay("/experiments?joined=true", 200),
    Kind::Stay("/fail?status=503", 503),
    Kind::Stay("/experiments/3", 200),
    Kind::LeaveBody,
    Kind::Stay("/nothing", 404),
    Kind::Stay("/export?rows=250", 200),
    Kind::Stay("/experiments/12", 200),
    Kind::Stay("/experiments", 200),
    Kind::Stay("/fail?status=204", 204),
];

impl Kind {
    fn of(case: &Case, number: usize) -> Self {
        match MIX[number % MIX.len()] {
            // To leave it would be of no effect.
            Kind::LeaveHandler if case.is_known(RUNS_ON) => Kind::Stay("/slow?ms=3", 200),
            kind => kind,
        }
    }

    /// What its record is; none where that is not to be known.
    fn record(self) -> Option<Value> {
        let left = |path: &str| json!({ "path": path, "route": path, "outcome": "client_disconnected" });
        match self {
            Kind::Stay(asked, status) => Some(answered(asked, status)),
            Kind::Panic => Some(json!({ "path": "/panic", "route": "/panic", "outcome": "panicked" })),
            Kind::LeaveHandler => Some(left("/slow")),
            Kind::LeaveQuery => None,
            Kind::LeaveBody => Some(and(&left("/export"), json!({ "status_code": 200, "response_bytes": SOME }))),
        }
    }
}

fn answered(asked: &str, status: u16) -> Value {
    let path = asked.split('?').next().unwrap_or_default();
    let queries = |queries: u32, rows: u32| json!({ "db_queries": queries, "db_rows": rows });
    let (route, more) = match asked {
        "/nothing" => (Value::Null, json!({})),
        "/experiments" => (json!(path), and(&queries(13, 24), json!({ "db_repeats": 12 }))),
        "/experiments?joined=true" => (json!(path), queries(1, 12)),
        "/experiments/999" => (json!("/experiments/{id}"), queries(1, 0)),
        "/experiments/2/report" => {
            (json!("/experiments/{id}/report"), and(&queries(2, 2), json!({ "external_calls": 1 })))
        }
        "/flags/dark-mode" => (json!("/flags/{key}"), json!({ "cache_hits": 1 })),
        _ if path.starts_with("/experiments/") => (json!("/experiments/{id}"), queries(1, 1)),
        _ if path == "/work" => {
            let lookups = json!({ "db_repeats": 2, "cache_hits": 1, "cache_misses": 1 });
            (json!(path), and(&queries(2, 6), lookups))
        }
        _ => (json!(path), json!({})),
    };
    and(&json!({ "path": path, "route": route, "status_code": status, "response_bytes": COUNT }), more)
}

struct Client<'a> {
    case: &'a Case,
    demo: &'a Demo,
    connection: Connection,
    /// These wait for answers that do not come. A server that sees its client gone before it has looked at the request
    /// does not call the service at all; so they stay until a round is over, and leave in the course of the next.
    waiting: Vec<Connection>,
}

impl<'a> Client<'a> {
    fn new(case: &'a Case, demo: &'a Demo) -> Self {
        Client { case, demo, connection: demo.connect(), waiting: Vec::new() }
    }

    /// The connection, with a new one in its place.
    fn leave(&mut self) -> Connection {
        std::mem::replace(&mut self.connection, self.demo.connect())
    }

    fn act(&mut self, number: usize) {
        let request = |method, path| Request::new(method, path).header("x-request-id", number.to_string());
        match Kind::of(self.case, number) {
            Kind::Stay(path, status) => {
                let response = self.connection.ask(&request("GET", path)).expect("the service answers");
                assert_eq!(response.status, status, "{path}");
            }
            Kind::Panic => drop(self.leave().ask(&request("GET", "/panic"))),
            Kind::LeaveHandler => {
                self.connection.send(request("GET", "/slow?ms=600000").to_bytes());
                let connection = self.leave();
                self.waiting.push(connection);
            }
            Kind::LeaveQuery => {
                let body = r#"{"experiment_id":1,"user_id":"ada","name":"click"}"#;
                let announced = request("POST", "/events").header("content-type", "application/json");
                let announced =
                    announced.header("content-length", body.len().to_string()).header("expect", "100-continue");
                let mut connection = self.leave();
                connection.send(announced.to_bytes());
                assert_eq!(connection.head().expect("the handler asks for the body").status, 100);
                connection.send(body);
            }
            Kind::LeaveBody => {
                let mut connection = self.leave();
                connection.send(request("GET", "/export?rows=100000000").to_bytes());
                assert_eq!(connection.head().expect("the body begins").status, 200);
                connection.chunk().expect("the body goes on");
            }
        }
    }
}

/// Has the clients make the requests of these numbers.
fn run(clients: &mut [Client<'_>], numbers: Range<usize>) {
    let next = AtomicUsize::new(numbers.start);
    thread::scope(|scope| {
        for client in clients {
            scope.spawn(|| {
                let mut leaving = std::mem::take(&mut client.waiting);
                let taken = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
                for number in taken.take_while(|number| *number < numbers.end) {
                    if let Some(connection) = leaving.pop() {
                        connection.reset();
                    }
                    client.act(number);
                }
            });
        }
    });
}

fn waiting(clients: &[Client<'_>]) -> usize {
    clients.iter().map(|client| client.waiting.len()).sum()
}

fn wait_for_lines(file: &Path, count: usize) {
    let mut found = 0;
    eventually(LONG, "each request has its line", || {
        found = read_to_string(file).unwrap().matches(r#","event":"request","#).count();
        found >= count
    });
    assert_eq!(found, count);
}

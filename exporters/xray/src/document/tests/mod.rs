//! The documents of records, as a strict receiver reads them.

mod calls;
mod findings;
mod golden;
mod hostile;
mod large;
mod requests;
mod spans;

use std::time::Duration;

use serde_json::Value;
use tachograph_core::testing::Instance;
use tachograph_core::{
    ManualClock, OpenRequest, Operation, Record, RequestHead, Sampler, SequentialIds, Service, start_call,
};

use super::{Documents, Written};
use crate::origin::{Found, Origin, Platform};
use crate::settings::Settings;

struct Bench {
    instance: Instance,
    clock: ManualClock,
    documents: Documents,
}

impl Bench {
    fn new() -> Self {
        Self::bounded(64_000, 500_000)
    }

    fn bounded(most: usize, most_together: usize) -> Self {
        let clock = ManualClock::new();
        let instance = Instance::build(|builder| {
            let sampler = Sampler::always_on().asking_for_host();
            builder.clock(clock.clone()).ids(SequentialIds::default()).sampler(sampler)
        });
        let service = Service::new("experiments-api").version("1.4.2").environment("production");
        Bench { instance, clock, documents: documents(&service, nowhere(), most, most_together) }
    }

    fn advance(&self, micros: u64) {
        self.clock.advance(Duration::from_micros(micros));
    }

    fn open(&self, head: RequestHead<'_>) -> OpenRequest {
        OpenRequest::open(self.instance.handle(), head).unwrap()
    }

    /// The record that was last made.
    fn record(&self) -> Record {
        self.instance.take().pop().unwrap()
    }

    /// A request that is answered with this status, and an empty body.
    fn request(&self, status: u16, work: impl FnOnce()) -> Record {
        let mut open = self.open(get("/a/7"));
        open.poll(work);
        open.respond(status, Some(0), false);
        open.complete();
        self.record()
    }

    fn written(&self, record: &Record) -> (Vec<Value>, Written) {
        written(&self.documents, record)
    }

    /// The only document of a record.
    fn segment(&self, record: &Record) -> Value {
        let (mut documents, written) = self.written(record);
        assert_eq!((documents.len(), written), (1, Written { documents: 1, ..Written::default() }));
        documents.remove(0)
    }

    /// The subsegment of the only call of a request.
    fn call(&self, make: impl FnOnce()) -> Value {
        let mut segment = self.segment(&self.request(200, make));
        let Some([call]) = segment["subsegments"].as_array_mut().map(Vec::as_mut_slice) else { panic!("{segment:#}") };
        call.take()
    }
}

fn nowhere() -> Found {
    Origin::new(Platform::None, []).start()
}

fn documents(service: &Service, found: Found, most: usize, most_together: usize) -> Documents {
    Documents::new(service, &Settings::default().annotations, found, most, most_together).unwrap()
}

fn get(path: &str) -> RequestHead<'_> {
    RequestHead { method: "GET", path, route: Some("/a/{id}"), scheme: "http", ..RequestHead::default() }
}

fn query() {
    start_call(Operation::database("sqlite", "main", "SELECT 1"), None).completed();
}

/// The documents of a record, none of which a strict receiver complains of.
fn written(documents: &Documents, record: &Record) -> (Vec<Value>, Written) {
    let mut out = b"what was there already\n".to_vec();
    let before = out.len();
    let written = documents.write(record, false, &mut out);
    let read: Vec<Value> = out[before..]
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| {
            let document = line.strip_suffix(b"\n").unwrap();
            assert_eq!(tachograph_xray_daemon::check(document), [""; 0], "{}", String::from_utf8_lossy(document));
            serde_json::from_slice(document).unwrap()
        })
        .collect();
    assert_eq!(read.len(), written.documents as usize);
    (read, written)
}

/// Names of the subsegments of a segment or subsegment, with those of what is under them in brackets.
fn names(of: &Value) -> String {
    let names = |part: &Value| format!("{}{}", part["name"].as_str().unwrap(), names(part));
    match of["subsegments"].as_array() {
        Some(parts) => format!("[{}]", parts.iter().map(names).collect::<Vec<_>>().join(" ")),
        None => String::new(),
    }
}

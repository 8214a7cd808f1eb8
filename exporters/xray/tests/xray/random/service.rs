//! A service whose requests and tasks come, do and end what chance says, some of them at once.

use std::sync::Mutex;
use std::task::{Context, Waker};

use fastrand::Rng;
use tachograph_core::testing::Instance;
use tachograph_core::trace::{Extracted, extract};
use tachograph_core::{Exporter, IdSource, Innermost, ManualClock, OpenRequest, RequestHead, Sampler, SpanId, TraceId};

use super::texts;
use super::work::{Underway, pass, status, step};

/// As many requests are open at once.
const AT_ONCE: usize = 4;

pub(super) struct Service {
    pub(super) instance: Instance,
    clock: ManualClock,
    rng: Rng,
    open: Vec<(OpenRequest, Underway)>,
    /// The header of a call that was made, for a request that is the called one.
    header: Option<String>,
}

/// Ids that are the same each time.
#[derive(Debug)]
struct Seeded(Mutex<Rng>);

impl IdSource for Seeded {
    fn trace_id(&self) -> TraceId {
        TraceId::new(self.0.lock().unwrap().u128(1..)).unwrap()
    }

    fn span_id(&self) -> SpanId {
        SpanId::new(self.0.lock().unwrap().u64(1..)).unwrap()
    }

    fn request_id(&self) -> u128 {
        self.0.lock().unwrap().u128(..)
    }
}

impl Service {
    pub(super) fn new(seed: u64, exporter: impl Exporter) -> Self {
        let clock = ManualClock::new();
        let sampler = Sampler::asking(|trace_id, _| trace_id.get() % 16 > 0).asking_for_host().heeding_caller();
        let instance = Instance::build(|builder| {
            let ids = Seeded(Mutex::new(Rng::with_seed(seed)));
            builder.clock(clock.clone()).ids(ids).sampler(sampler).exporter(exporter)
        });
        instance.handle().expect_reported_calls();
        Service { instance, clock, rng: Rng::with_seed(seed), open: Vec::new(), header: None }
    }

    /// Opens a request or works on one, and ends one where enough are open.
    pub(super) fn turn(&mut self) {
        if self.rng.u8(..8) == 0 {
            self.task();
        }
        self.open_request();
        for _ in 0..self.rng.usize(..6) {
            let at = self.rng.usize(..self.open.len());
            self.work(at);
        }
        if self.open.len() >= AT_ONCE {
            let (request, underway) = self.open.swap_remove(self.rng.usize(..AT_ONCE));
            self.end(request, underway);
        }
    }

    /// Ends all that is open.
    pub(super) fn end_all(&mut self) {
        while let Some((request, underway)) = self.open.pop() {
            self.end(request, underway);
        }
    }

    fn trace(&mut self) -> Extracted {
        let rng = &mut self.rng;
        let header = match rng.u8(..6) {
            0 => self.header.take(),
            1 => Some(format!(
                "Root=1-{:08x}-{:024x};Parent={:016x};Sampled={}{}",
                rng.u32(..),
                rng.u128(1..1 << 96),
                rng.u64(1..),
                rng.choice(["0", "1", "1", "1", "?"]).unwrap_or("1"),
                rng.choice(["", ";Lineage=1:a|2:b", ";Self=1"]).unwrap_or_default(),
            )),
            2 => Some(format!("Root=1-{:08x}-{:024x}", rng.u32(..), rng.u128(1..1 << 96))),
            3 => Some(texts::any(rng)),
            _ => None,
        };
        match header {
            Some(header) => extract([], [], [header.as_bytes()]),
            None => Extracted::default(),
        }
    }

    fn open_request(&mut self) {
        let trace = self.trace();
        let rng = &mut self.rng;
        let method = if rng.u8(..6) == 0 { texts::any(rng) } else { "GET".to_owned() };
        let path = if rng.u8(..3) == 0 { texts::any(rng) } else { format!("/experiments/{}", rng.u8(..)) };
        let route = rng.bool().then(|| if rng.u8(..6) == 0 { texts::any(rng) } else { "/experiments/{id}".to_owned() });
        let host = rng.bool().then(|| texts::any(rng));
        let request_id = rng.bool().then(|| texts::any(rng));
        let head = RequestHead {
            method: &method,
            path: &path,
            route: route.as_deref(),
            scheme: rng.choice(["", "http", "https"]).unwrap_or_default(),
            protocol_version: rng.choice(["", "1.1", "2"]).unwrap_or_default(),
            host: host.as_deref().map(str::as_bytes),
            request_id: request_id.as_deref().map(str::as_bytes),
            trace,
            body_bytes: rng.bool().then(|| rng.u64(..)),
        };
        let request = OpenRequest::open(self.instance.handle(), head).expect("nothing is ignored at random");
        for name in ["user-agent", "x-forwarded-for"] {
            if rng.u8(..4) == 0 {
                request.header(name, texts::any(rng).as_bytes());
            }
        }
        self.open.push((request, Underway::default()));
    }

    fn work(&mut self, at: usize) {
        let (request, underway) = &mut self.open[at];
        let identity = request.recording().identity();
        // Who calls itself is in the same trace.
        self.header.get_or_insert_with(|| identity.trace().x_amzn_trace_id(identity.span_id()));
        request.poll(|| {
            for _ in 0..self.rng.usize(1..8) {
                step(&mut self.rng, &self.clock, underway);
            }
            Innermost::default().set();
        });
    }

    fn end(&mut self, mut request: OpenRequest, underway: Underway) {
        let rng = &mut self.rng;
        let early = rng.bool().then_some(underway);
        if rng.u8(..10) > 0 {
            let size = rng.usize(..1 << 20);
            request.respond(status(rng), rng.bool().then_some(size as u64), rng.u8(..10) == 0);
            pass(rng, &self.clock);
            request.sent(size);
        }
        match rng.u8(..10) {
            0 => request.body_failed(),
            1 => request.service_failed("tower::BoxError"),
            2 => drop(request),
            3 => {
                let panicking =
                    std::panic::AssertUnwindSafe(|| request.call(|| std::panic::resume_unwind(Box::new(()))));
                assert!(std::panic::catch_unwind(panicking).is_err());
                drop(request);
            }
            4 => {
                request.recording().panicked();
                request.complete();
            }
            _ => request.complete(),
        }
        // Calls that go on after the end of their request are late.
        drop(early);
    }

    fn task(&mut self) {
        let (name, ends) = (texts::any(&mut self.rng), self.rng.u8(..4) > 0);
        let handle = self.instance.handle().clone();
        let (rng, clock) = (&mut self.rng, &self.clock);
        let task = handle.task(&name, async {
            let mut underway = Underway::default();
            for _ in 0..rng.usize(1..20) {
                step(rng, clock, &mut underway);
            }
            Innermost::default().set();
            if !ends {
                std::future::pending::<()>().await;
            }
        });
        let polled = std::pin::pin!(handle.scope(task)).as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled.is_ready(), ends);
    }
}

//! How much memory the page takes, whatever happens: counted by the allocator of the process, so apart from other tests.

use std::alloc::System;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tachograph_core::endpoint::{Endpoint, Request};
use tachograph_core::{Exporter, Handle, ManualClock, OpenRequest, Operation, RequestHead, Service, start_call};
use tachograph_page::{Page, Settings};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MIB: usize = 1024 * 1024;
const LONG: Duration = Duration::from_secs(60);

fn allocated() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// An instance, with a page or without one, that is asked all kinds of things by everybody.
struct Hostile {
    handle: Handle,
    clock: ManualClock,
    random: fastrand::Rng,
    /// What is escaped takes more room in an answer than in memory.
    nasty: String,
}

impl Hostile {
    fn new(page: Option<&Page>) -> Self {
        let clock = ManualClock::new();
        let builder = Handle::builder().service(Service::new("shop").version("1.0.0")).clock(clock.clone());
        let builder = match page {
            Some(page) => builder.exporter(page.clone()),
            None => builder,
        };
        Hostile {
            handle: builder.build(),
            clock,
            random: fastrand::Rng::with_seed(7),
            nasty: "\u{1}\u{1}a€\u{10ffff}\\".repeat(2000),
        }
    }

    /// Of which there is no second one.
    fn text(&mut self, length: usize) -> String {
        let mut text = format!("{:x}", self.random.u64(..));
        text.push_str(&self.nasty[..self.nasty.floor_char_boundary(length.saturating_sub(text.len()))]);
        text
    }

    /// A request in which everything is as long as it can be, and was never there before.
    fn large(&mut self) {
        let (path, route) = (self.text(3000), self.text(3000));
        let head = RequestHead { method: "GET", path: &path, route: Some(&route), ..RequestHead::default() };
        let Some(mut request) = OpenRequest::open(&self.handle, head) else { return };
        let statements: Vec<String> = (0..20).map(|_| format!("SELECT {} FROM a", self.text(4000))).collect();
        let fields: Vec<(String, String)> = (0..64).map(|_| (self.text(64), self.text(1024))).collect();
        let status = 200 + self.random.u16(0..400);
        let duration = Duration::from_micros(self.random.u64(0..40_000_000));
        let name = self.text(255);
        let clock = self.clock.clone();
        request.poll(|| {
            for statement in &statements {
                start_call(Operation::database("sqlite", &name, statement), None).completed();
            }
            let mut call = start_call(Operation::external(&name, &name), None);
            call.responded(503);
            call.failed(&name);
            clock.advance(duration);
            let current = tachograph_core::request();
            for (name, value) in &fields {
                current.field(name.clone(), value);
            }
            current.metadata("large", fields[0].1.repeat(10));
        });
        request.respond(status, Some(0), false);
        request.complete();
    }

    /// One of many routes.
    fn small(&mut self) {
        let (route, table) = (format!("/{}", self.random.u32(0..3000)), self.random.u32(0..20));
        let head = RequestHead { method: "GET", path: &route, route: Some(&route), ..RequestHead::default() };
        let Some(mut request) = OpenRequest::open(&self.handle, head) else { return };
        let (clock, random) = (self.clock.clone(), &mut self.random);
        request.poll(|| {
            for column in 0..3 {
                let statement = format!("SELECT column_{column} FROM table_{table} WHERE id = 7");
                start_call(Operation::database("sqlite", "main", &statement), None).completed();
            }
            clock.advance(Duration::from_micros(random.u64(0..2_000_000)));
        });
        request.respond(200 + random.u16(0..5), Some(0), false);
        request.complete();
    }
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn ask(page: &Page, name: &str, query: &str) -> usize {
    let path = format!("/tachograph/{name}");
    let request = Request::new("GET", &path, query).from_peer(Ipv4Addr::LOCALHOST.into()).to_host("localhost");
    let mut answer = pin!(page.get(request));
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match answer.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(response) => {
                assert!(matches!(response.status, 200 | 404), "{name}: {}", String::from_utf8_lossy(&response.body));
                return response.body.len();
            }
            Poll::Pending => std::thread::park_timeout(Duration::from_secs(60)),
        }
    }
}

/// The most that was allocated beside what there was before.
fn most_of(memory_bytes: usize, rounds: usize, mut visit: impl FnMut(&mut Hostile)) -> usize {
    let mut settings = Settings::default();
    settings.memory_bytes = memory_bytes;
    // What core keeps by itself, in its caches, is there before.
    let mut others = Hostile::new(None);
    (0..100).for_each(|_| visit(&mut others));
    drop(others);
    let before = allocated();
    let page = Page::new(&Service::new("shop").version("1.0.0"), settings).unwrap();
    let mut hostile = Hostile::new(Some(&page));
    let mut most = 0;
    for round in 0..rounds {
        (0..20).for_each(|_| visit(&mut hostile));
        most = most.max(allocated().saturating_sub(before));
        if round % 20 == 19 {
            for (name, query) in [
                ("endpoints.json", "window=all"),
                ("requests.json", "window=all&limit=500&sort=duration"),
                ("endpoint.json", "method=_overflow&route=_overflow&window=all"),
                ("compare.json", "baseline=1.0.0&candidate=1.0.0&window=all"),
                ("status.json", ""),
            ] {
                let length = ask(&page, name, query);
                assert!(length <= memory_bytes / 2, "{name}: {length} bytes");
                most = most.max(allocated().saturating_sub(before));
            }
        }
        if round % 3 == 0 {
            assert!(page.flush(LONG));
            most = most.max(allocated().saturating_sub(before));
        }
    }
    let status = ask(&page, "status.json", "");
    assert!(status > 0);
    most
}

/// One after the other: the allocator counts for all threads.
#[test]
fn it_takes_what_it_is_given() {
    for memory_bytes in [MIB, 16 * MIB] {
        for (what, rounds, visit) in [
            ("large ones", 20, Hostile::large as fn(&mut Hostile)),
            ("many routes", 160, Hostile::small as fn(&mut Hostile)),
        ] {
            let most = most_of(memory_bytes, rounds, visit);
            let part = most as f64 / memory_bytes as f64;
            println!("{what}: {:.2} of {} MiB", part, memory_bytes / MIB);
            assert!(part < 1.25, "{what}: {most} of {memory_bytes}");
        }
    }
}

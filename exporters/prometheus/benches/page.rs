//! How long a page takes that is as long as it gets, and for how long it holds up the threads that count:
//! `cargo bench -p tachograph-prometheus`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tachograph_core::endpoint::{Endpoint, Request};
use tachograph_core::{Handle, OpenRequest, Operation, RequestHead, Service, start_call};
use tachograph_metrics::{Metrics, Naming, Settings};
use tachograph_prometheus::Page;

const ROUNDS: usize = 15;

fn main() {
    let service = Service::new("experiments-api");
    for series in [20, 200, 2_000] {
        let metrics = Metrics::new(&service, Settings::default()).unwrap();
        let handle = Handle::builder().service(service.clone()).exporter(metrics.clone()).build();
        // Two threads have all series, as the threads of a runtime have.
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..series).for_each(|number| one_request(&handle, number)));
            }
        });
        let page = Page::new(&metrics);
        let collect = median(|| drop(metrics.collect(&handle, Naming::OpenTelemetry)));
        let text = median(|| drop(page.render(&handle, "")));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let get = |coding: &str| {
            let mut request = Request::new("GET", "/metrics", "").of(&handle);
            request.accept_encoding = coding.into();
            runtime.block_on(page.get(request)).body.len()
        };
        let gzip = median(|| _ = get("gzip"));
        println!(
            "{series} series of requests and of queries: collected in {collect:.1?}, rendered in {text:.1?}, {} kB; with gzip \
             {gzip:.1?}, {} kB",
            get("") / 1000,
            get("gzip") / 1000
        );
        println!("  the thread that is asked is held up for {:.1?}", held_up(&page, &handle));
        let (alone, meanwhile) = (slowest(&handle, series, || {}), slowest(&handle, series, || _ = get("")));
        println!("  of 1000 requests the slowest takes {alone:.1?}, and {meanwhile:.1?} while pages are made");
    }
}

fn one_request(handle: &Handle, number: usize) {
    let route = format!("/experiments/{{id}}/variants/{number}");
    let head = RequestHead {
        method: "GET",
        path: "/",
        route: Some(&route),
        scheme: "http",
        protocol_version: "1.1",
        body_bytes: Some(100),
        ..RequestHead::default()
    };
    let mut request = OpenRequest::open(handle, head).unwrap();
    request.poll(|| {
        let sql = format!("SELECT * FROM table_{number} WHERE id = 7");
        start_call(Operation::database("sqlite", "experiments", &sql), None).completed();
    });
    request.respond(200, Some(0), false);
    request.complete();
}

/// Until the answer is awaited, and nothing more.
fn held_up(page: &Page, handle: &Handle) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            let mut answer = page.get(Request::new("GET", "/metrics", "").of(handle));
            let polled = answer.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
            let took = started.elapsed();
            if polled.is_pending() {
                tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(answer);
            }
            took
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// The slowest of many requests, in the middle one of some rounds, while something else goes on.
fn slowest(handle: &Handle, series: usize, meanwhile: impl Fn() + Sync) -> Duration {
    let over = AtomicBool::new(false);
    let mut slowest: Vec<Duration> = std::thread::scope(|scope| {
        let counting = scope.spawn(|| {
            let mut slowest = Vec::new();
            for _ in 0..ROUNDS {
                let times = (0..1000).map(|number| {
                    let started = Instant::now();
                    one_request(handle, number % series);
                    started.elapsed()
                });
                slowest.push(times.max().unwrap());
            }
            over.store(true, Ordering::Relaxed);
            slowest
        });
        while !over.load(Ordering::Relaxed) {
            meanwhile();
            std::thread::yield_now();
        }
        counting.join().unwrap()
    });
    slowest.sort_unstable();
    slowest[ROUNDS / 2]
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

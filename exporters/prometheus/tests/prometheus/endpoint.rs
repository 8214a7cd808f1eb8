//! The page as an endpoint of an instance.

use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use flate2::read::GzDecoder;
use tachograph_core::Handle;
use tachograph_core::endpoint::{Endpoint, Request, Response};
use tachograph_metrics::{Attributes, Metric, Metrics, Naming, Point, Points, Settings};
use tachograph_prometheus::Page;

use crate::bench::{Bench, OPEN_METRICS};

async fn ask(handle: &Handle, accept: &str, accept_encoding: &str) -> Response {
    let endpoints = handle.endpoints();
    let mut request = Request::new("GET", "/metrics", "").of(handle);
    request.accept = accept.into();
    request.accept_encoding = accept_encoding.into();
    endpoints.answer(request).expect("it is there").await
}

fn text(response: &Response) -> String {
    match response.value("content-encoding") {
        Some("gzip") => {
            let mut text = String::new();
            GzDecoder::new(&*response.body).read_to_string(&mut text).unwrap();
            text
        }
        other => {
            assert_eq!(other, None);
            String::from_utf8(response.body.to_vec()).unwrap()
        }
    }
}

fn served() -> Bench {
    let bench = Bench::new(Naming::Plain, Settings::default());
    bench.handle.serve(Page::new(&bench.metrics).naming(Naming::Plain)).unwrap();
    bench
}

#[tokio::test]
async fn every_scrape_has_the_form_that_it_asks_for() {
    let bench = served();
    bench.request("GET", "/", Some("/"), 200, || {});
    for (accept, kind) in [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        (OPEN_METRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ] {
        for (accept_encoding, coding) in [("", None), ("gzip", Some("gzip")), ("gzip;q=0.5, identity", None)] {
            let response = ask(&bench.handle, accept, accept_encoding).await;
            assert_eq!((response.status, response.value("content-type")), (200, Some(kind)));
            assert_eq!(response.value("content-encoding"), coding);
            assert_eq!(response.value("vary"), Some("accept, accept-encoding"));
            let page = text(&response);
            assert!(page.contains("\nhttp_requests_total{method=\"GET\",path=\"/\",status=\"200\"} 1\n"), "{page}");
            assert_eq!(page.ends_with("# EOF\n"), accept == OPEN_METRICS);
        }
    }
}

#[tokio::test]
async fn a_page_has_a_path_and_an_instance() {
    let bench = served();
    bench.handle.serve(Page::new(&bench.metrics).path("/internal/metrics")).unwrap();
    let paths: Vec<String> = bench.handle.endpoints().paths().map(str::to_owned).collect();
    assert_eq!(paths, ["/metrics", "/internal/metrics"]);
    let taken = bench.handle.serve(Page::new(&bench.metrics)).unwrap_err().to_string();
    assert!(taken.contains("`/metrics`"), "{taken}");
    // Whoever asks without naming an instance gets the one that is counted.
    let page = Page::new(&bench.metrics);
    assert_eq!(page.get(Request::new("GET", "/metrics", "")).await.status, 200);
    // These are of no instance.
    let page = Page::new(&Metrics::new(&Default::default(), Settings::default()).unwrap());
    assert_eq!(page.get(Request::new("GET", "/metrics", "")).await.status, 503);
}

/// A source that counts how often it is asked, and waits the first time.
struct Asked {
    times: Arc<AtomicUsize>,
    first: Arc<Barrier>,
}

impl Asked {
    fn of(bench: &Bench) -> Self {
        let asked = Asked { times: Arc::default(), first: Arc::new(Barrier::new(2)) };
        let (times, first) = (Arc::clone(&asked.times), Arc::clone(&asked.first));
        bench.metrics.add_source(move || {
            if times.fetch_add(1, Ordering::Relaxed) == 0 {
                first.wait();
                first.wait();
            }
            vec![Metric::new("asked", Points::Gauge(vec![Point::new(Attributes::default(), 1.0)]))]
        });
        asked
    }
}

#[tokio::test]
async fn scrapes_at_the_same_time_share_a_page_and_none_is_older_than_its_question() {
    let bench = served();
    let asked = Asked::of(&bench);
    let handle = &bench.handle;
    let mut first = Box::pin(ask(handle, "", ""));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    // The page of the first is being made: what comes now is not on it.
    asked.first.wait();
    bench.request("GET", "/", Some("/later"), 200, || {});
    let mut later: Vec<_> =
        (0..50).map(|number| Box::pin(ask(handle, "", if number % 2 == 0 { "gzip" } else { "" }))).collect();
    for answer in &mut later {
        assert!(answer.as_mut().poll(&mut context).is_pending());
    }
    asked.first.wait();

    assert!(!text(&first.await).contains("/later"));
    for answer in later {
        assert!(text(&answer.await).contains("/later"));
    }
    // One for the first, and one for either coding of the others.
    assert_eq!(asked.times.load(Ordering::Relaxed), 3);
    let response = ask(handle, "", "").await;
    assert_eq!((response.status, asked.times.load(Ordering::Relaxed)), (200, 4));
}

#[tokio::test]
async fn who_hangs_up_takes_nobody_along() {
    let bench = served();
    let asked = Asked::of(&bench);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut gone = Box::pin(ask(&bench.handle, "", ""));
    assert!(gone.as_mut().poll(&mut context).is_pending());
    asked.first.wait();
    let mut other = Box::pin(ask(&bench.handle, "", ""));
    assert!(other.as_mut().poll(&mut context).is_pending());
    drop(gone);
    asked.first.wait();
    assert_eq!(other.await.status, 200);
}

#[tokio::test]
async fn a_hook_that_panics_costs_one_page() {
    let panics = AtomicUsize::new(1);
    let settings = Settings {
        on_warning: Box::new(move |_| {
            if panics.swap(0, Ordering::Relaxed) == 1 {
                std::panic::resume_unwind(Box::new("on purpose"));
            }
        }),
        ..Settings::default()
    };
    let metrics = Metrics::new(&Default::default(), settings).unwrap();
    metrics.add_source(|| vec![Metric::new("", Points::Gauge(vec![Point::new(Attributes::default(), 1.0)]))]);
    let handle = Handle::builder().exporter(metrics.clone()).build();
    handle.serve(Page::new(&metrics)).unwrap();
    assert_eq!(ask(&handle, "", "").await.status, 503);
    assert_eq!(ask(&handle, "", "").await.status, 200);
}

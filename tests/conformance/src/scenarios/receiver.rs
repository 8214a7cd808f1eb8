//! The receiver of OTLP is killed and comes back while requests go on: nobody notices, and what is lost is counted.

use std::thread;

use tachograph_collector::{Collector, Kind, Transport};

use super::otlp::sending;
use crate::case::Case;
use crate::client::Request;
#[cfg(target_os = "linux")]
use crate::memory::resident_kib;
use crate::page::Page;
use crate::service::{Demo, LONG, eventually};

const BEFORE: usize = 500;
const MEANWHILE: usize = 20_000;
const AFTER: usize = 500;
/// As many spans as may wait for the receiver, and as many log records.
const QUEUE: &str = "1000";
const CONNECTIONS: usize = 4;
/// How many requests are sent before the first answer is read.
const AHEAD: usize = 25;

/// How much larger the process may get while nobody receives. Half a kilobyte kept of each request would be as much.
#[cfg(target_os = "linux")]
const MARGIN_KIB: u64 = 10 * 1024;

pub(super) fn a_receiver_that_dies_and_comes_back_costs_spans_that_are_counted(case: &Case) {
    let collector = Collector::start_blocking();
    let mut setup = sending(case, &collector, Transport::Grpc);
    for (name, value) in [
        ("OTEL_BSP_MAX_QUEUE_SIZE", QUEUE),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", QUEUE),
        ("OTEL_BLRP_SCHEDULE_DELAY", "100"),
        ("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "file:/dev/null"),
    ] {
        setup = setup.env(name, value);
    }
    let demo = setup.start();

    ask(&demo, BEFORE);
    collector.block_on(collector.wait_for(|received| received.spans.len() >= BEFORE));
    #[cfg(target_os = "linux")]
    let resident = resident_kib(&demo);

    collector.block_on(collector.kill());
    ask(&demo, MEANWHILE);
    #[cfg(target_os = "linux")]
    {
        let now = resident_kib(&demo);
        assert!(now < resident + MARGIN_KIB, "{resident} KiB with the receiver, {now} KiB without");
    }
    assert!(dropped(&demo) > 0, "what has no room is counted");

    collector.block_on(collector.restart());
    let asked = BEFORE + MEANWHILE;
    eventually(LONG, "each span comes or is counted", || received(&collector) + dropped(&demo) == asked);
    let lost = dropped(&demo);

    ask(&demo, AFTER);
    eventually(LONG, "what is asked from now on comes", || received(&collector) + lost == asked + AFTER);
    assert_eq!(dropped(&demo), lost);
    demo.stop_with_text();
    collector.finish();
    // What the receiver took just before it died was never confirmed to the service, which sent it again.
    let sent_again = |complaint: &String| complaint.contains("there is a span of this id already");
    let complaints: Vec<_> = collector.complaints().into_iter().filter(|complaint| !sent_again(complaint)).collect();
    assert_eq!(complaints, [""; 0]);
}

/// How many requests have a span.
fn received(collector: &Collector) -> usize {
    collector.look(|received| received.spans.iter().filter(|span| span.kind == Kind::Server).count())
}

/// How many spans never will be there.
fn dropped(demo: &Demo) -> usize {
    let page = Page::read(str::from_utf8(&demo.get("/metrics").body).expect("the page is text"));
    let reasons = ["spans_buffer_full", "spans_expired", "spans_failed", "spans_rejected"];
    let lost = |reason| page.sum("tachograph_dropped_total", &[("exporter", "otlp"), ("reason", reason)]);
    reasons.map(lost).into_iter().sum::<u64>() as usize
}

fn ask(demo: &Demo, count: usize) {
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut connection = demo.connect();
                let ahead = Request::get("/fail?status=204").to_bytes().repeat(AHEAD);
                for _ in 0..count / CONNECTIONS / AHEAD {
                    connection.send(&ahead);
                    let answers = (0..AHEAD).map(|_| connection.answer("GET").expect("the service answers"));
                    answers.for_each(|answer| assert_eq!(answer.status, 204));
                }
            });
        }
    });
}

//! A scanner asks for what nobody has, each time for something else: neither the series nor the memory grow.

use std::thread;

use crate::case::Case;
use crate::client::Request;
use crate::differences::KNOWS_NOT_EVERY_METHOD;
#[cfg(target_os = "linux")]
use crate::memory::resident_kib;
use crate::page::Page;
use crate::service::Demo;

const REQUESTS: usize = 100_000;
const WARM_UP: usize = 20_000;
const CONNECTIONS: usize = 4;
/// How many requests are sent before the first answer is read.
const AHEAD: usize = 50;

/// How much larger the process may get after the warm-up. Fifty bytes kept of each request would be as much.
#[cfg(target_os = "linux")]
const MARGIN_KIB: u64 = 4 * 1024;

pub(super) fn a_hundred_thousand_paths_methods_and_hosts_are_few_series(case: &Case) {
    // What it says of each of them is of no interest here.
    let demo = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "file:/dev/null").start();
    scan(&demo, 0..WARM_UP);
    let before = page(&demo);
    #[cfg(target_os = "linux")]
    let resident = resident_kib(&demo);
    scan(&demo, WARM_UP..REQUESTS);
    let after = page(&demo);
    #[cfg(target_os = "linux")]
    {
        let now = resident_kib(&demo);
        assert!(now < resident + MARGIN_KIB, "{resident} KiB after {WARM_UP} requests, {now} KiB after {REQUESTS}");
    }
    assert_eq!(after.count("http_"), before.count("http_"));
    assert_eq!(after.count(""), before.count(""));
    let requests = "http_server_request_duration_seconds_count";
    let of_unknown_methods = after.sum(requests, &[("http_request_method", "_OTHER")]);
    let is_without = case.is_known(KNOWS_NOT_EVERY_METHOD);
    assert_eq!(of_unknown_methods, if is_without { 0 } else { REQUESTS as u64 / 2 });
    assert_eq!(after.sum(requests, &[]) - of_unknown_methods, REQUESTS as u64 / 2);
}

fn page(demo: &Demo) -> Page {
    Page::read(str::from_utf8(&demo.get("/metrics").body).expect("the page is text"))
}

fn scan(demo: &Demo, numbers: std::ops::Range<usize>) {
    thread::scope(|scope| {
        for start in numbers.clone().take(CONNECTIONS) {
            let numbers: Vec<usize> = (start..numbers.end).step_by(CONNECTIONS).collect();
            scope.spawn(move || {
                numbers.chunks(AHEAD).fold(demo.connect(), |mut connection, numbers| {
                    connection.send(numbers.iter().flat_map(|number| request(*number).to_bytes()).collect::<Vec<u8>>());
                    for number in numbers {
                        let response = connection.answer(&method(*number)).expect("the service answers");
                        assert!((400..500).contains(&response.status), "{response:?}");
                    }
                    connection
                })
            });
        }
    });
}

/// Half of them ask by methods of their own.
fn method(number: usize) -> String {
    if (number / CONNECTIONS).is_multiple_of(2) { "GET".to_owned() } else { format!("SCAN{number}") }
}

fn request(number: usize) -> Request {
    let host = format!("host-{number}.example");
    Request::to_host(&host, &method(number), format!("/wp-admin/{number}?attempt={number}"))
}

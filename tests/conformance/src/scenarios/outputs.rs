//! The other format, and the other places where lines can go.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::thread;

use crate::case::Case;
use crate::client::Request;
use crate::differences::ANSWERS_PANICS;
use crate::lines::Lines;
use crate::service::{LONG, Setup, eventually};

pub(super) fn text_is_five_words_a_request(case: &Case) {
    let demo = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__FORMAT", "text").start();
    demo.get("/experiments/1");
    demo.get("/fail?status=503");
    demo.get("/nothing/%0ahere");
    demo.connect().ask(&Request::get("/panic"));
    let created = demo.ask(Request::post("/experiments", r#"{"name":"New","key":"new"}"#));

    let text = demo.stop_with_text();
    let mut requests: Vec<Vec<&str>> = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("[profiler] ")) {
        let [logger, method, view, duration, status] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("five words: {line}")
        };
        let (whole, decimals) = duration.split_once('.').expect("a time has decimals");
        assert!(decimals.len() == 2 && whole.parse::<u64>().is_ok() && decimals.parse::<u64>().is_ok(), "{line}");
        requests.push(vec![logger, method, view, status]);
    }
    let panicked = if case.is_known(ANSWERS_PANICS) { "500" } else { "-" };
    // Each worker of the runtime has a buffer of its own, so the order may be another.
    requests.sort();
    assert_eq!(
        requests,
        [
            ["[profiler]", "GET", "/experiments/{id}", "200"],
            ["[profiler]", "GET", "/fail", "503"],
            ["[profiler]", "GET", "/nothing/%0ahere", "404"],
            ["[profiler]", "GET", "/panic", panicked],
            ["[profiler]", "POST", "/experiments", "201"],
        ]
    );
    let id = format!("request_id={}", created.id());
    let said =
        |line: &str| line.starts_with("[tachograph_experiments::app] info experiment created ") && line.contains(&id);
    assert_eq!(text.lines().filter(|line| said(line)).count(), 1, "{text}");
}

fn to(case: &Case, output: &str) -> Setup {
    case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", output)
}

pub(super) fn a_file_is_written_at_its_end_and_stdout_stays_empty(case: &Case) {
    let demo = to(case, "file:requests.log").file("requests.log", "from before\n").start();
    let ids: Vec<String> = (1..=3).map(|id| demo.get(&format!("/experiments/{id}")).id().to_owned()).collect();
    let file = demo.path("requests.log");
    let count = || {
        Lines::read(case, std::fs::read_to_string(&file).unwrap().strip_prefix("from before\n").unwrap())
            .requests()
            .len()
    };
    eventually(LONG, "the lines are in the file while the service runs", || {
        std::fs::read_to_string(&file).unwrap().ends_with('\n') && count() == 3
    });
    demo.signal("TERM");
    // The folder goes with the service, the open file does not.
    let mut opened = std::fs::File::open(&file).unwrap();
    assert_eq!(demo.ended_within(LONG).0, "");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut opened, &mut text).unwrap();
    let lines = Lines::read(case, text.strip_prefix("from before\n").unwrap());
    for id in &ids {
        lines.request(id);
    }
}

pub(super) fn a_receiver_that_closes_in_the_middle_is_connected_to_again_and_misses_nothing(case: &Case) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let demo = to(case, &format!("tcp://{}", listener.local_addr().unwrap())).start();
    let ask = || (0..20).map(|_| demo.get("/experiments/1").id().to_owned()).collect::<Vec<_>>();

    let mut ids = ask();
    let mut first = BufReader::new(listener.accept().unwrap().0);
    let mut text = String::new();
    while ids.iter().any(|id| !text.contains(id)) {
        assert_ne!(first.read_line(&mut text).unwrap(), 0, "the service keeps the connection");
    }
    drop(first);

    ids.extend(ask());
    let second = listener.accept().unwrap().0;
    let rest = thread::spawn(move || std::io::read_to_string(second).unwrap());
    assert_eq!(demo.stop_with_text(), "", "stdout stays empty");
    text += &rest.join().unwrap();
    let lines = Lines::read(case, &text);
    assert_eq!(lines.requests().len(), ids.len());
    for id in &ids {
        lines.request(id);
    }
}

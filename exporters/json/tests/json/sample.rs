//! Requests without lines, and the lines that stand for them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tachograph_core::{
    CallKind, Capture, Exporter, Handle, Level, LogEvent, ManualClock, OpenRequest, Record, RequestHead, Sampler, trace,
};
use tachograph_json::{Calls, Format, Json, Sample, Settings};

use crate::bench::{Bench, Collected, PATIENCE, service};

/// Requests with trace ids that are spread as random ones are: the golden ratio's multiples.
fn traces(count: u64) -> impl Iterator<Item = String> {
    (1..=count).map(|number| format!("{:016x}{:016x}", number, number.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

fn open(handle: &Handle, trace_id: &str, route: &str) -> OpenRequest {
    let caller = format!("00-{trace_id}-b7ad6b7169203331-01");
    let trace = trace::extract([caller.as_bytes()], [], []);
    let head = RequestHead { method: "GET", path: route, route: Some(route), trace, ..RequestHead::default() };
    OpenRequest::open(handle, head).unwrap()
}

fn answer(mut request: OpenRequest, status: u16) {
    request.respond(status, Some(0), false);
    request.complete();
}

fn sampled(sample: f64, calls: Calls) -> Settings {
    Settings { sample: Sample::new(sample).unwrap(), calls, ..Settings::default() }
}

fn objects(bench: &Bench) -> Vec<Value> {
    bench.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn weights(lines: &[Value]) -> f64 {
    lines.iter().map(|line| line["sample_weight"].as_f64().unwrap()).sum()
}

#[test]
fn the_weights_sum_to_about_how_many_there_were() {
    let bench = Bench::new(sampled(0.25, Calls::None));
    for (number, trace_id) in traces(4000).enumerate() {
        answer(open(&bench.handle, &trace_id, "/"), if number % 10 == 0 { 500 } else { 200 });
    }
    let lines = objects(&bench);
    let (errors, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line["status_code"] == 500);
    assert_eq!(errors.len(), 400, "errors always have a line");
    assert!(errors.iter().all(|line| line["sample_weight"] == 1.0));
    assert!(others.iter().all(|line| line["sample_weight"] == 4.0));
    assert!((800..1000).contains(&others.len()), "{} of 3600", others.len());
    assert!((3200.0..4000.0).contains(&weights(&others)), "{}", weights(&others));
}

#[test]
fn the_trace_decides_as_it_does_for_a_sampler_of_the_same_ratio() {
    #[derive(Debug, Default)]
    struct Traces(std::sync::Mutex<Vec<(String, bool)>>);
    #[derive(Debug, Clone, Default)]
    struct Seen(Arc<Traces>);
    impl Exporter for Seen {
        fn name(&self) -> &str {
            "seen"
        }

        fn record(&self, record: &Record) {
            let id = String::from_utf8(record.identity().trace_id().hex().to_vec()).unwrap();
            self.0.0.lock().unwrap().push((id, record.is_sampled()));
        }
    }

    let seen = Seen::default();
    let bench = Bench::build(&service(), sampled(0.3, Calls::None), |builder| {
        builder.sampler(Sampler::ratio(0.3)).exporter(seen.clone())
    });
    traces(500).for_each(|trace_id| answer(open(&bench.handle, &trace_id, "/"), 200));
    let with_lines: Vec<String> =
        objects(&bench).iter().map(|line| line["trace_id"].as_str().unwrap().to_owned()).collect();
    let traces = seen.0.0.lock().unwrap();
    let sampled: Vec<&String> = traces.iter().filter(|(_, sampled)| *sampled).map(|(id, _)| id).collect();
    assert!((100..200).contains(&sampled.len()), "{}", sampled.len());
    assert_eq!(with_lines.iter().collect::<Vec<_>>(), sampled);
}

#[test]
fn what_is_worth_a_look_has_its_lines_and_nothing_else_where_the_part_is_nothing() {
    let mut capture = Capture::default();
    capture.thresholds.slow_request = Duration::from_millis(10);
    let bench = Bench::build(&service(), sampled(0.0, Calls::All), |builder| builder.capture(capture));
    for (route, status, micros) in [("/good", 200, 1), ("/slow", 200, 10_000), ("/bad", 503, 1), ("/refused", 403, 1)] {
        bench.request(route, status, || bench.call(CallKind::External, "GET", micros));
    }
    bench.request("/loop", 200, || (0..5).for_each(|_| bench.call(CallKind::Database, "SELECT 1", 1)));
    bench.task("rollup", || {});
    bench.handle.log(&LogEvent { level: Level::Debug, ..bench.event("said") });
    let lines = objects(&bench);
    let routes = |event: &str| {
        let of = lines.iter().filter(|line| line["event"] == event && line["sample_weight"] == 1.0);
        of.map(|line| line["route"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(routes("request"), ["/slow", "/bad", "/refused", "/loop"]);
    assert_eq!(routes("call"), routes("request"), "the lines of calls are those of their request");
    assert_eq!(routes("finding"), ["/slow", "/loop"]);
    assert_eq!(lines.len(), 4 + 4 + 2 + 1);
    let said = lines.last().unwrap();
    assert_eq!((&said["message"], said.get("sample_weight")), (&"said".into(), None));
}

#[test]
fn what_has_no_line_is_counted_and_not_dropped() {
    let json = |sample| {
        Arc::new(Json::with_sink(&service(), sampled(sample, Calls::None), Box::new(Collected::default())).unwrap())
    };
    #[derive(Debug)]
    struct Shared(Arc<Json>);
    impl Exporter for Shared {
        fn name(&self) -> &str {
            self.0.name()
        }

        fn record(&self, record: &Record) {
            self.0.record(record);
        }
    }
    for (sample, expected) in [(0.0, 9), (1.0, 0)] {
        let json = json(sample);
        let handle = Handle::builder().clock(ManualClock::new()).exporter(Shared(Arc::clone(&json))).build();
        traces(9).for_each(|trace_id| answer(open(&handle, &trace_id, "/"), 200));
        answer(open(&handle, &traces(1).next().unwrap(), "/"), 500);
        assert!(json.flush(PATIENCE));
        assert_eq!(json.sampled_out(), expected);
        assert_eq!(json.counters().written_items, 10 - expected);
        assert!(json.dropped().iter().all(|(_, count)| *count == 0), "{:?}", json.dropped());
    }
}

#[test]
fn the_weight_stands_before_the_applications_fields_and_in_no_line_where_all_have_one() {
    let bench = Bench::new(sampled(0.0, Calls::None));
    bench.request("/", 500, || {
        bench.advance(1_000);
        tachograph_core::request().field("sample_weight", 7).field("plan", "pro");
    });
    let line = &bench.lines()[0];
    let end = r#","waiting_ms":0,"findings":0,"verdict":"100% own code","sample_weight":1.0,"plan":"pro"}"#;
    assert!(line.ends_with(end), "{line}");
    assert_eq!(line.matches("sample_weight").count(), 1);
    let bench = Bench::new(sampled(1.0, Calls::All));
    bench.request("/", 500, || bench.call(CallKind::External, "GET", 1));
    assert!(bench.lines().iter().all(|line| !line.contains("sample_weight")));
}

#[test]
fn lines_of_text_are_sampled_too() {
    let settings = Settings { format: Format::Text, ..sampled(0.0, Calls::All) };
    let bench = Bench::new(settings);
    bench.request("/good", 200, || {});
    bench.request("/bad", 500, || {});
    assert_eq!(bench.lines(), ["[profiler] GET /bad 0.00 500"]);
}

#[test]
fn a_part_is_from_0_to_1() {
    for part in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let error = Sample::new(part).unwrap_err().to_string();
        assert!(error.contains("from 0 to 1"), "{error}");
    }
}

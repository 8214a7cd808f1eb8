//! All three signals of an instance, as a strict receiver takes them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use serde_json::json;
use tachograph_collector::{Answer, Code, Collector, Kind, Number, Span};
use tachograph_core::{
    Capture, Exporter, FindingKind, Handle, HandleBuilder, Level, LogEvent, OpenRequest, Operation, RequestHead,
    Sampler, Scheme, Service, Yield, request, start_call, trace,
};
use tachograph_metrics::Metrics;
use tachograph_otlp::{Otlp, Protocol, Settings, Signal, Temporality};

/// Reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

struct Bench {
    collector: Collector,
    handle: Handle,
}

impl Bench {
    fn new(protocol: Protocol) -> Self {
        Self::build(protocol, |_| {}, |builder| builder)
    }

    fn build(
        protocol: Protocol,
        set: impl FnOnce(&mut Settings),
        configure: impl FnOnce(HandleBuilder) -> HandleBuilder,
    ) -> Self {
        let collector = Collector::start_blocking();
        let service = Service::new("experiments-api").version("1.4.2").environment("production");
        let mut settings = Settings::default();
        settings.connection.protocol = Some(protocol);
        settings.connection.endpoint = Some(match protocol {
            Protocol::Grpc => collector.endpoint_grpc(),
            _ => collector.endpoint_http(),
        });
        settings.resource_attributes = Some("team=checkout%20squad".to_owned());
        set(&mut settings);
        let metrics = Metrics::new(&service, Default::default()).unwrap();
        let fail = |failure: &tachograph_otlp::Failure| panic!("{failure}");
        let otlp = Otlp::builder(&service, settings).metrics(&metrics).on_failure(fail).build().unwrap();
        // A machine that is busy makes requests slow in its own ways.
        let mut capture = Capture::default();
        let others = FindingKind::ALL.into_iter().filter(|kind| *kind != FindingKind::NPlusOne);
        others.for_each(|kind| capture.thresholds.switch_off(kind));
        let builder = Handle::builder().service(service).capture(capture).exporter(metrics).exporter(otlp);
        Bench { collector, handle: configure(builder).build() }
    }

    fn request(&self, status: u16, work: impl FnOnce()) {
        let mut open = OpenRequest::open(&self.handle, head()).unwrap();
        open.poll(work);
        open.respond(status, Some(2), false);
        open.sent(2);
        open.complete();
    }

    fn flush(&self) {
        assert!(self.handle.flush(PATIENCE));
        self.collector.finish();
        assert_eq!(self.collector.complaints(), [""; 0]);
    }
}

fn head() -> RequestHead<'static> {
    RequestHead {
        method: "GET",
        path: "/experiments/7",
        route: Some("/experiments/{id}"),
        scheme: "http",
        protocol_version: "1.1",
        ..RequestHead::default()
    }
}

fn query(sql: &str) {
    let mut call = start_call(Operation::database("sqlite", "main", sql), None);
    call.brought(Yield::Rows(1));
    call.completed();
}

fn everything(bench: &Bench) {
    bench.request(503, || {
        query("SELECT name FROM experiments WHERE id = 7");
        (0..6).for_each(|id| query(&format!("SELECT name FROM variants WHERE id = {id}")));
        let mut call = start_call(Operation::http(Scheme::Https, "partner.example", "GET"), None);
        call.set_path("/benchmarks/7");
        call.responded(404);
        call.completed();
        let mut call = start_call(Operation::rpc("aws-api", "DynamoDB", "GetItem", Some("experiments")), None);
        call.set_resource("experiments");
        call.responded(400);
        call.failed("ThrottlingException");
        start_call(Operation::cache_of("redis", "flags", "PIPELINE GET"), None).completed();
        start_call(Operation::other("lock", "acquire"), None).completed();
        drop(start_call(Operation::grpc(None, "greeter:50051", "greet.Greeter/Greet"), None));
        start_call(Operation::grpc(None, "greeter", "greet.Greeter/Greet"), None).failed("UNAVAILABLE");
        let recording = tachograph_core::current();
        let log = LogEvent {
            time: SystemTime::now(),
            level: Level::Error,
            target: "shop::orders",
            message: "no stock",
            fields: &[("order_id", 7.into())],
            recording: recording.as_deref(),
        };
        bench.handle.log(&log);
        request().user("u-17").cache_miss("flags").field("ratio", f64::NAN).error(&std::io::Error::other("no stock"));
        request().metadata("cart", json!({"items": []}));
    });
    drop(OpenRequest::open(&bench.handle, RequestHead { method: "BREW", path: "/", scheme: "https", ..head() }));
}

fn both(check: impl Fn(Protocol)) {
    [Protocol::Grpc, Protocol::HttpProtobuf].into_iter().for_each(check);
}

#[test]
fn every_signal_arrives_and_nobody_complains() {
    both(|protocol| {
        let bench = Bench::new(protocol);
        everything(&bench);
        bench.flush();

        let spans = bench.collector.spans();
        let own: Vec<&Span> = spans.iter().filter(|span| span.kind == Kind::Server).collect();
        let [failed, gone] = &own[..] else { panic!("two requests: {spans:?}") };
        assert_eq!((failed.name.as_str(), failed.status.code), ("GET /experiments/{id}", Code::Error));
        assert_eq!((gone.name.as_str(), gone.text("error.type")), ("HTTP /experiments/{id}", "client_disconnected"));
        assert_eq!(bench.collector.look(|received| received.children(failed).count()), 14);
        let events: Vec<_> = failed.events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(events, ["exception", "tachograph.finding"]);
        let found = &failed.events[1].attributes;
        assert_eq!((&found["tachograph.finding"], &found["tachograph.count"]), (&json!("n_plus_one"), &json!(6)));
        assert_eq!(found["db.query.summary"], "SELECT variants");
        assert!(failed.text("tachograph.verdict").contains("6 x SELECT variants"), "{failed:?}");
        assert_eq!(failed.resource["team"], "checkout squad");
        assert_eq!(failed.resource["deployment.environment.name"], "production");

        let logs = bench.collector.logs();
        let names: Vec<_> = logs.iter().map(|log| log.event_name.as_str()).collect();
        assert_eq!(names, ["", "tachograph.request", "tachograph.finding", "tachograph.request"]);
        assert_eq!(logs[0].span, Some((failed.trace_id.clone(), failed.span_id.clone())));
        assert_eq!((&logs[0].body, logs[0].text("logger")), (&json!("no stock"), "shop::orders"));
        assert_eq!((&logs[1].span, &logs[2].span), (&logs[0].span, &logs[0].span));
        assert_eq!(logs[1].text("verdict"), failed.text("tachograph.verdict"));
        for name in ["finding", "count", "limit", "cost_ms", "total_ms", "slowest_ms", "hint"] {
            assert_eq!(logs[2].attributes[name], found[&format!("tachograph.{name}")], "{name}");
        }

        let requests = bench.collector.metric("http.server.requests").unwrap();
        let failures = requests.point(&json!({"http.response.status_code": 503}));
        assert_eq!(failures.value, Number::Int(1));
    });
}

#[test]
fn sums_go_on_and_say_the_same_as_spans_and_lines() {
    let bench = Bench::new(Protocol::HttpProtobuf);
    for _ in 0..2 {
        (0..50).for_each(|id| bench.request(200, || query(&format!("SELECT {id}"))));
        bench.flush();
    }
    let metric = |name: &str| {
        let metric = bench.collector.metric(name).unwrap();
        match &metric.points[..] {
            [point] => point.clone(),
            points => panic!("{points:?}"),
        }
    };
    let spans = bench.collector.spans();
    let lines = bench.collector.logs();
    let durations = metric("http.server.request.duration");
    let Number::Histogram(durations) = &durations.value else { panic!("it is a histogram") };
    let own = || spans.iter().filter(|span| span.kind == Kind::Server);
    assert_eq!((durations.count, own().count(), lines.len(), spans.len()), (100, 100, 100, 200));
    let nanos: u64 = own().map(|span| span.end - span.start).sum();
    assert_eq!(durations.sum, nanos as f64 / 1e9);
    let by_shares = |span: &Span, prefix: &str| -> f64 {
        let shares = ["own", "db", "db_wait", "external", "cache", "body", "waiting"];
        shares.iter().map(|share| span.attributes[&format!("{prefix}{share}_ms")].as_f64().unwrap()).sum()
    };
    for (span, line) in own().zip(&lines) {
        let millis = line.attributes["duration_ms"].as_f64().unwrap();
        assert!((by_shares(span, "tachograph.") - millis).abs() < 1e-9, "the shares sum to the duration");
        assert!((millis - (span.end - span.start) as f64 / 1e6).abs() <= 0.000_5 + 1e-9, "rounded to microseconds");
    }
    assert_eq!(metric("http.server.requests").value, Number::Int(100));
    let queries = metric("db.client.operation.duration");
    assert_eq!(queries.attributes["db.query.summary"], "SELECT");
}

#[test]
fn what_was_added_is_told_once_where_that_is_wanted() {
    let bench = Bench::build(Protocol::Grpc, |settings| settings.temporality = Temporality::Delta, |builder| builder);
    let told = || match bench.collector.metric("http.server.requests").unwrap().points[0].value {
        Number::Int(number) => number,
        ref other => panic!("{other:?}"),
    };
    (0..3).for_each(|_| bench.request(200, || {}));
    bench.flush();
    assert_eq!(told(), 3);
    bench.request(200, || {});
    bench.flush();
    assert_eq!(told(), 1);
    bench.flush();
    assert_eq!(told(), 0);
}

#[test]
fn what_is_not_sampled_is_counted_and_told_but_no_trace() {
    let sampler = Sampler::always_off().heeding_caller();
    let bench = Bench::build(Protocol::Grpc, |_| {}, |builder| builder.sampler(sampler));
    bench.request(200, || {});
    bench.request(500, || {});
    let asked = |flags: &str| {
        let traceparent = format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}");
        let trace = trace::extract([traceparent.as_bytes()], [], []);
        let mut open = OpenRequest::open(&bench.handle, RequestHead { trace, ..head() }).unwrap();
        open.respond(500, Some(0), false);
        open.complete();
    };
    asked("00");
    asked("01");
    bench.flush();
    let spans = bench.collector.spans();
    assert_eq!(spans.len(), 2, "an error whose trace nobody else decided about, and a sampled one: {spans:?}");
    assert!(spans.iter().all(|span| span.is_sampled()));
    let requests = bench.collector.metric("http.server.requests").unwrap();
    let count = |status: u16| requests.point(&json!({"http.response.status_code": status})).value.clone();
    assert_eq!((count(200), count(500)), (Number::Int(1), Number::Int(3)));
    assert_eq!(bench.collector.logs().len(), 4);
}

#[test]
fn only_the_signals_that_were_chosen_are_sent() {
    let bench = Bench::build(Protocol::Grpc, |settings| settings.signals = vec![Signal::Logs], |builder| builder);
    bench.request(200, || {});
    bench.flush();
    assert!(bench.collector.spans().is_empty() && bench.collector.metric("http.server.requests").is_none());
    assert_eq!(bench.collector.logs().len(), 1);
    let reasons: Vec<_> = bench.handle.exporters().flat_map(Exporter::dropped).map(|(reason, _)| reason).collect();
    assert!(reasons.iter().all(|reason| reason.starts_with("log_records_")) && reasons.len() == 8, "{reasons:?}");
}

#[test]
fn what_was_recorded_before_the_shutdown_arrives() {
    both(|protocol| {
        let bench = Bench::new(protocol);
        bench.request(200, || {});
        let open = OpenRequest::open(&bench.handle, head()).unwrap();
        assert!(bench.handle.shutdown(PATIENCE));
        drop(open);
        bench.request(200, || {});
        let spans = bench.collector.spans();
        let outcomes: Vec<_> = spans.iter().map(|span| span.text("tachograph.outcome")).collect();
        assert_eq!(outcomes, ["completed", "open_at_shutdown"]);
        assert_eq!(bench.collector.logs().len(), 2);
        let requests = bench.collector.metric("http.server.requests").unwrap();
        assert_eq!(requests.point(&json!({"error.type": "open_at_shutdown"})).value, Number::Int(1));
        let late: u64 = bench.handle.exporters().flat_map(Exporter::dropped).map(|(_, count)| count).sum();
        assert_eq!(late, 2, "one span and one log record came too late, and are counted");
        assert_eq!(bench.collector.complaints(), [""; 0]);
    });
}

#[test]
fn what_is_logged_about_sending_is_not_sent() {
    let collector = Collector::start_blocking();
    collector.answer_with(Answer::Refused);
    let service = Service::new("api");
    let mut settings = Settings::default();
    settings.connection.endpoint = Some(collector.endpoint_http());
    settings.signals = vec![Signal::Logs];
    let handle = Arc::<OnceLock<Handle>>::default();
    let (logged, of_hook) = (Arc::<AtomicUsize>::default(), Arc::clone(&handle));
    let count = Arc::clone(&logged);
    let log = |handle: &Handle, message: &str| {
        let (time, level, target) = (SystemTime::now(), Level::Error, "hook");
        handle.log(&LogEvent { time, level, target, message, fields: &[], recording: None });
    };
    let otlp = Otlp::builder(&service, settings).on_failure(move |failure| {
        log(of_hook.get().unwrap(), &failure.to_string());
        count.fetch_add(1, Ordering::SeqCst);
    });
    let handle = handle.get_or_init(|| Handle::builder().exporter(otlp.build().unwrap()).build());
    log(handle, "before");
    assert!(handle.flush(PATIENCE));
    assert_eq!(logged.load(Ordering::SeqCst), 1, "the hook was told, and has logged it");
    collector.answer_with(Answer::Truth);
    log(handle, "after");
    assert!(handle.flush(PATIENCE));
    let bodies: Vec<_> = collector.logs().into_iter().map(|log| log.body).collect();
    assert_eq!(bodies, ["after"]);
}

//! What is in a snapshot of requests.

use std::time::Duration;

use tachograph_core::{
    Limits, Operation, PoolName, PoolUse, Sampler, Yield, start_call, start_connection_wait, start_connection_wait_for,
};
use tachograph_metrics::{Attributes, Metric, Metrics, Naming, Number, Origin, Point, Points, Settings};

use crate::bench::{Bench, values};

#[test]
fn metrics_have_the_names_units_and_kinds_of_the_conventions() {
    let bench = Bench::new(Settings::default());
    let mut request = bench.open("GET", "http");
    request.poll(|| {
        drop(start_connection_wait());
        start_call(Operation::database("sqlite", "experiments", "SELECT 1"), None).completed();
        start_call(Operation::external("partner:8080", "GET"), None).completed();
        start_call(Operation::rpc("aws-api", "DynamoDB", "GetItem", None), None).completed();
        let mut call = start_call(Operation::cache("flags", "GET"), None);
        call.brought(Yield::Lookups { hits: 1, misses: 0 });
        call.completed();
        bench.advance(1);
    });
    request.respond(200, Some(0), false);
    request.complete();
    bench.handle.watch_pool("experiments", || Some(PoolUse::default()));

    let snapshot = bench.snapshot();
    let found: Vec<(&str, &str, &str)> = snapshot
        .metrics
        .iter()
        .filter(|metric| !metric.name.starts_with("process.") && !metric.name.starts_with("tachograph."))
        .map(|metric| {
            let kind = match metric.points {
                Points::Counter(_) => "counter",
                Points::UpDownCounter(_) => "up-down",
                Points::Gauge(_) => "gauge",
                Points::Histogram(_) => "histogram",
            };
            (&*metric.name, &*metric.unit, kind)
        })
        .collect();
    let expected = [
        ("http.server.requests", "{request}", "counter"),
        ("http.server.active_requests", "{request}", "up-down"),
        ("http.server.request.duration", "s", "histogram"),
        ("http.server.request.share", "s", "counter"),
        ("http.server.request.body.size", "By", "histogram"),
        ("http.server.response.body.size", "By", "histogram"),
        ("http.server.request.db.queries", "{query}", "histogram"),
        ("cache.hits", "{key}", "counter"),
        ("cache.misses", "{key}", "counter"),
        ("db.client.operation.duration", "s", "histogram"),
        ("http.client.request.duration", "s", "histogram"),
        ("rpc.client.call.duration", "s", "histogram"),
        ("cache.operation.duration", "s", "histogram"),
        ("db.client.connection.wait_time", "s", "histogram"),
        ("db.client.connection.count", "{connection}", "up-down"),
        ("db.client.connection.max", "{connection}", "up-down"),
        ("db.client.connection.pending_requests", "{request}", "up-down"),
        ("db.client.connection.timeouts", "{timeout}", "counter"),
    ];
    assert_eq!(found, expected);
    assert!(
        snapshot.metrics.iter().all(|metric| metric.origin == Origin::Tachograph && !metric.description.is_empty())
    );
    let attributes: Vec<String> =
        values(&snapshot, "http.client.request.duration").into_iter().map(|(of, _)| of).collect();
    assert_eq!(attributes, ["http.request.method=GET,server.address=partner,server.port=8080"]);
}

#[test]
fn a_snapshot_says_what_it_is_of_and_since_when() {
    let given = vec![("k8s.pod.name".to_owned(), "a".to_owned())];
    let bench = Bench::new(Settings { resource: given, ..Settings::default() });
    bench.advance(5_000_000);
    let snapshot = bench.snapshot();
    assert_eq!(snapshot.taken.duration_since(snapshot.started).unwrap(), Duration::from_secs(5));
    let resource = ["k8s.pod.name", "service.name", "service.version"].map(|name| snapshot.resource.get(name).cloned());
    assert_eq!(resource, ["a", "experiments-api", "1.4.2"].map(|value| Some(value.into())));
    assert!(bench.metrics.handle().unwrap().is_same(&bench.handle));
    let Bench { metrics, handle, .. } = bench;
    drop(handle);
    assert!(metrics.handle().is_none(), "metrics hold no instance that holds them");
}

#[test]
fn times_are_exact_and_so_is_their_exemplar() {
    let bench = Bench::new(Settings::default());
    for micros in [7_000, 40_000, 9_000] {
        let mut request = bench.open("GET", "http");
        request.poll(|| bench.advance(micros));
        request.respond(200, Some(0), false);
        request.complete();
    }
    let snapshot = bench.snapshot();
    let Points::Histogram(points) = &snapshot.metric("http.server.request.duration").unwrap().points else { panic!() };
    let value = &points[0].value;
    assert_eq!((value.sum, value.count(), &value.counts[..5]), (Number::Nanos(56_000_000), 3, &[0, 2, 0, 1, 0][..]));
    let exemplar = value.exemplar.as_ref().unwrap();
    assert_eq!((exemplar.value, exemplar.bucket), (Number::Nanos(40_000_000), 3));
    assert_eq!(exemplar.trace_id.to_string(), "00000000000000000000000000000002");
    assert_eq!(snapshot.taken.duration_since(exemplar.time).unwrap(), Duration::from_millis(9));
}

#[test]
fn an_exemplar_leads_to_a_trace_that_is_kept() {
    let bench = Bench::build(Settings::default(), |builder| builder.sampler(Sampler::always_off()));
    let exemplar = |micros| {
        let mut request = bench.open("GET", "http");
        request.poll(|| bench.advance(micros));
        request.respond(200, Some(0), false);
        request.complete();
        let snapshot = bench.snapshot();
        let metric = snapshot.metric("http.server.request.duration").unwrap();
        let Points::Histogram(points) = &metric.points else { panic!("{metric:?}") };
        points[0].value.exemplar.as_ref().map(|exemplar| exemplar.value)
    };
    assert_eq!(exemplar(40_000), None);
    // A slow one is kept, whatever the sampler says.
    assert_eq!(exemplar(2_000_000), Some(Number::Nanos(2_000_000_000)));
    assert_eq!(exemplar(50_000), Some(Number::Nanos(2_000_000_000)));
}

#[test]
fn a_kind_of_requests_that_was_open_stays_at_zero() {
    let bench = Bench::new(Settings::default());
    let active = |naming| {
        let snapshot = bench.metrics.collect(&bench.handle, naming);
        let name = if naming == Naming::Plain { "http_requests_in_progress" } else { "http.server.active_requests" };
        values(&snapshot, name)
    };
    let of = |pairs: &[(&str, f64)]| pairs.iter().map(|(of, count)| ((*of).to_owned(), *count)).collect::<Vec<_>>();
    assert_eq!(active(Naming::OpenTelemetry), []);
    let open = [bench.open("GET", "http"), bench.open("GET", "https"), bench.open("BREW", "http")];
    let expected = [
        ("http.request.method=GET,url.scheme=http", 1.0),
        ("http.request.method=GET,url.scheme=https", 1.0),
        ("http.request.method=_OTHER,url.scheme=http", 1.0),
    ];
    assert_eq!(active(Naming::OpenTelemetry), of(&expected));
    assert_eq!(active(Naming::Plain), of(&[("method=GET", 2.0), ("method=_OTHER", 1.0)]));
    drop(open);
    // This one was never seen open.
    bench.open("POST", "http").complete();
    let mut expected = expected.map(|(of, _)| (of, 0.0)).to_vec();
    expected.insert(2, ("http.request.method=POST,url.scheme=http", 0.0));
    assert_eq!(active(Naming::OpenTelemetry), of(&expected));
}

#[test]
fn tasks_are_counted_apart_from_requests() {
    let bench = Bench::new(Settings::default());
    let _request = bench.open("GET", "http");
    let mut task = Box::pin(bench.handle.task("rollup", std::future::pending::<()>()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(task.as_mut().poll(&mut context).is_pending());
    let open = |bench: &Bench| {
        let snapshot = bench.snapshot();
        ["http.server.active_requests", "task.active"].map(|name| values(&snapshot, name)[0].1)
    };
    assert_eq!(open(&bench), [1.0, 1.0]);
    drop(task);
    assert_eq!(open(&bench), [1.0, 0.0]);
}

#[test]
fn each_wait_for_a_connection_is_counted_by_its_pool() {
    let bench = Bench::build(Settings::default(), |builder| {
        let mut limits = Limits::default();
        limits.calls = 3;
        builder.limits(limits)
    });
    let waits = |pools: &[&str], micros: u64| {
        for pool in pools {
            let wait = start_connection_wait_for(PoolName::new(pool));
            bench.advance(micros);
            drop(wait);
        }
    };
    let mut request = bench.open("GET", "http");
    request.poll(|| {
        waits(&["main"], 1_000);
        waits(&["main"], 20_000);
        // From here on they are taken together.
        waits(&["", "main", "main", "other"], 500);
    });
    request.complete();
    let task = bench.handle.task("rollup", async { waits(&["main"], 7_000) });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::pin!(task).poll(&mut context).is_ready());

    let snapshot = bench.snapshot();
    let expected = [("main", 5.0), ("other", 1.0), ("unknown", 1.0)];
    let named = |name: &str| expected.map(|(pool, count)| (format!("{name}={pool}"), count)).to_vec();
    assert_eq!(values(&snapshot, "db.client.connection.wait_time"), named("db.client.connection.pool.name"));
    let plain = bench.metrics.collect(&bench.handle, Naming::Plain);
    assert_eq!(values(&plain, "db_connection_wait_seconds"), named("database"));
    let Points::Histogram(points) = &snapshot.metric("db.client.connection.wait_time").unwrap().points else {
        panic!()
    };
    let main = &points[0].value;
    assert_eq!((main.sum, &main.counts[..4]), (Number::Nanos(29_000_000), &[3, 1, 1, 0][..]));
}

#[test]
fn settings_without_sense_are_refused() {
    let refused = |settings| Metrics::new(&Default::default(), settings).unwrap_err().to_string();
    assert_eq!(refused(Settings { max_series: 0, ..Settings::default() }), "max_series is 0: use at least 1");
    let expected = "query_buckets has 1 behind 2: each bucket must be above the last";
    assert_eq!(refused(Settings { query_buckets: vec![2.0, 1.0], ..Settings::default() }), expected);
}

#[test]
fn a_name_and_a_series_are_there_but_once() {
    let bench = Bench::new(Settings::default());
    bench.metrics.add_source(|| {
        let of = |kind: &'static str| -> Attributes { [("kind", kind)].into_iter().collect() };
        let points = vec![Point::new(of("b"), 1), Point::new(of("a"), 2), Point::new(of("b"), 3)];
        vec![
            Metric::new("orders_total", Points::Counter(points)),
            Metric::new("orders", Points::Gauge(vec![Point::new(of("c"), 1.0)])),
            Metric::new("tachograph.series.overflowed", Points::Gauge(vec![Point::new(of("c"), 1.0)])),
        ]
    });
    bench.metrics.add_source(|| std::panic::resume_unwind(Box::new("on purpose")));
    let snapshot = bench.snapshot();
    assert_eq!(values(&snapshot, "orders"), [("kind=a".to_owned(), 2.0), ("kind=b".to_owned(), 3.0)]);
    let mut names: Vec<&str> = snapshot.metrics.iter().map(|metric| &*metric.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    assert_eq!(bench.warnings().len(), 2);
}

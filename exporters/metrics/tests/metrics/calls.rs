//! Which metric a call is counted in, and as what.

use std::sync::Arc;

use tachograph_core::{Operation, Scheme, start_call};
use tachograph_metrics::{Naming, Settings};

use crate::bench::{Bench, values};

/// A request in which these calls were made.
fn calls(operations: &[Arc<Operation>]) -> Bench {
    let bench = Bench::new(Settings::default());
    let mut request = bench.open("GET", "http");
    request.poll(|| {
        for operation in operations {
            let mut call = start_call(Arc::clone(operation), None);
            call.set_path("/benchmarks/7");
            call.completed();
        }
    });
    drop(request);
    bench
}

/// The series of a metric by OpenTelemetry's names, and of one by plain names.
fn series(bench: &Bench, opentelemetry: &str, plain: &str) -> [Vec<(String, f64)>; 2] {
    let plain_names = bench.metrics.collect(&bench.handle, Naming::Plain);
    [values(&bench.snapshot(), opentelemetry), values(&plain_names, plain)]
}

fn expected<const N: usize>(series: [(&str, f64); N]) -> Vec<(String, f64)> {
    series.map(|(attributes, value)| (attributes.to_owned(), value)).to_vec()
}

#[test]
fn calls_by_http_have_a_port_even_where_the_target_names_none() {
    let bench = calls(&[
        Operation::http(Scheme::Http, "partner", "GET"),
        Operation::http(Scheme::Https, "partner", "GET"),
        Operation::http(Scheme::Https, "partner:443", "GET"),
        Operation::http(Scheme::Https, "[::1]:8443", "_OTHER"),
        Operation::external("stripe", "charge a card"),
    ]);
    let [opentelemetry, plain] = series(&bench, "http.client.request.duration", "external_call_duration_seconds");
    let calls = [
        ("call.summary=charge a card,http.request.method=_OTHER,server.address=stripe", 1.0),
        ("http.request.method=GET,server.address=partner,server.port=80", 1.0),
        ("http.request.method=GET,server.address=partner,server.port=443", 2.0),
        ("http.request.method=_OTHER,server.address=::1,server.port=8443", 1.0),
    ];
    assert_eq!(opentelemetry, expected(calls));
    let calls = [
        ("operation=GET,target=partner", 2.0),
        ("operation=GET,target=partner:443", 1.0),
        ("operation=_OTHER,target=[::1]:8443", 1.0),
        ("operation=charge a card,target=stripe", 1.0),
    ];
    assert_eq!(plain, expected(calls));
}

#[test]
fn calls_of_grpc_are_remote_procedures() {
    let bench = calls(&[
        Operation::grpc(None, "greeter:50051", "greet.Greeter/Greet"),
        Operation::grpc(Some(Scheme::Https), "greeter", "greet.Greeter/Greet"),
        Operation::grpc(None, "greet.Greeter", "greet.Greeter/Greet"),
    ]);
    let [opentelemetry, plain] = series(&bench, "rpc.client.call.duration", "external_call_duration_seconds");
    let common = "rpc.method=greet.Greeter/Greet,rpc.service=greet.Greeter,rpc.system=grpc";
    let calls = ["", ",server.address=greeter,server.port=443", ",server.address=greeter,server.port=50051"];
    assert_eq!(opentelemetry, calls.map(|server| (format!("{common}{server}"), 1.0)));
    let targets = ["greet.Greeter", "greeter", "greeter:50051"];
    assert_eq!(plain, targets.map(|target| (format!("operation=greet.Greeter/Greet,target={target}"), 1.0)));
}

#[test]
fn a_cache_that_is_a_database_is_among_the_databases() {
    let bench = calls(&[
        Operation::database("sqlite", "main", "SELECT 1"),
        Operation::cache_of("redis", "flags", "PIPELINE GET"),
        Operation::cache("flags", "PIPELINE GET"),
    ]);
    let [opentelemetry, plain] = series(&bench, "db.client.operation.duration", "cache_call_duration_seconds");
    let calls = [
        ("cache.name=flags,db.operation.name=PIPELINE GET,db.system.name=redis", 1.0),
        ("db.namespace=main,db.query.summary=SELECT,db.system.name=sqlite", 1.0),
    ];
    assert_eq!(opentelemetry, expected(calls));
    assert_eq!(plain, expected([("cache=flags,operation=PIPELINE GET", 2.0)]));
    let [caches, queries] = series(&bench, "cache.operation.duration", "db_query_duration_seconds");
    assert_eq!(caches, expected([("cache.name=flags,cache.operation=PIPELINE GET", 1.0)]));
    assert_eq!(queries, expected([("database=main,operation=SELECT", 1.0)]));
}

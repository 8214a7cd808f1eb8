//! Anything in the data, and documents that a strict receiver takes.

use proptest::prelude::*;
use tachograph_core::{FieldValue, Innermost, Operation, RequestHead, Scheme, Service, Yield, request, start_call};

use super::{Bench, documents, nowhere, written};

/// Any text, and texts that are likely to break something.
fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "",
        " ",
        "\"",
        "\\",
        "\n",
        "\r\n",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{7f}",
        "\u{1b}[31m",
        "{\"a\":1}",
        "NaN",
        "AWS.x",
        "name",
        "metadata",
        "😀",
        "\u{feff}",
        "a.b-c",
        "ि",
        "/",
        "://",
        "é",
    ]);
    prop_oneof![any::<String>(), nasty.prop_map(str::to_owned), "[\\x00-\\x7f]{0,300}", "\\PC{250,400}"]
}

fn value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        text().prop_map(FieldValue::from),
        any::<i64>().prop_map(FieldValue::from),
        any::<f64>().prop_map(FieldValue::from),
        any::<bool>().prop_map(FieldValue::from),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Query(String, String),
    Http(String, String, u16),
    Grpc(String, String, String),
    Aws(String, String, String, u16),
    Cache(String, u32),
    Other(String),
    Span(String),
    Leave,
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let status = prop_oneof![Just(0), 100..600_u16];
    prop_oneof![
        (text(), text()).prop_map(|(target, sql)| Step::Query(target, sql)),
        (text(), text(), status.clone()).prop_map(|(target, path, status)| Step::Http(target, path, status)),
        (text(), text(), text()).prop_map(|(target, path, error)| Step::Grpc(target, path, error)),
        (text(), text(), text(), status)
            .prop_map(|(service, resource, error, status)| Step::Aws(service, resource, error, status)),
        (text(), any::<u32>()).prop_map(|(target, hits)| Step::Cache(target, hits)),
        text().prop_map(Step::Other),
        text().prop_map(Step::Span),
        Just(Step::Leave),
        (0..2_000_000_u64).prop_map(Step::Pass),
    ]
}

#[derive(Debug, Clone)]
struct Said {
    service: String,
    method: String,
    path: String,
    route: Option<String>,
    host: Option<String>,
    user: String,
    fields: Vec<(String, FieldValue)>,
    error: Option<String>,
    end: Option<u16>,
    steps: Vec<Step>,
    most: usize,
}

fn said() -> impl Strategy<Value = Said> {
    let head = (text(), text(), text(), prop::option::of(text()), prop::option::of(text()));
    let fields = prop::collection::vec((text(), value()), 0..8);
    let end = prop::option::of(prop::sample::select(vec![200, 204, 302, 400, 404, 429, 500, 503]));
    let steps = prop::collection::vec(step(), 0..30);
    let most = prop::sample::select(vec![8_000, 12_000, 64_000]);
    (head, text(), fields, prop::option::of(text()), end, steps, most).prop_map(
        |((service, method, path, route, host), user, fields, error, end, steps, most)| Said {
            service,
            method,
            path,
            route,
            host,
            user,
            fields,
            error,
            end,
            steps,
            most,
        },
    )
}

fn make(bench: &Bench, said: &Said) -> tachograph_core::Record {
    let head = RequestHead {
        method: &said.method,
        path: &said.path,
        route: said.route.as_deref(),
        host: said.host.as_ref().map(String::as_bytes),
        scheme: "https",
        ..RequestHead::default()
    };
    let mut open = bench.open(head);
    open.header("user-agent", said.user.as_bytes());
    open.header("x-forwarded-for", said.path.as_bytes());
    let recording = open.recording().clone();
    let mut spans = Vec::new();
    open.poll(|| {
        request().user(&said.user).action(&said.user);
        for (name, value) in &said.fields {
            request().field(name.clone(), value.clone());
            request().metadata(name.clone(), serde_json::json!({ said.user.as_str(): [name, &said.path] }));
        }
        if let Some(error) = &said.error {
            request().error(&std::io::Error::other(error.clone()));
        }
        for step in &said.steps {
            make_step(bench, &recording, &mut spans, step);
        }
        Innermost::default().set();
    });
    if let Some(status) = said.end {
        open.respond(status, Some(0), false);
        open.complete();
    }
    drop(open);
    bench.record()
}

fn make_step(bench: &Bench, recording: &std::sync::Arc<tachograph_core::Recording>, spans: &mut Vec<u32>, step: &Step) {
    match step {
        Step::Query(target, sql) => {
            let mut call = start_call(Operation::database("sqlite", target, sql), None);
            bench.advance(7);
            call.brought(Yield::Rows(3));
            call.completed();
        }
        Step::Http(target, path, status) => {
            let mut call = start_call(Operation::http(Scheme::Http, target, "GET"), None);
            call.set_path(path);
            call.set_original_method(target);
            if *status > 0 {
                call.responded(*status);
            }
            call.completed();
        }
        Step::Grpc(target, path, error) => {
            start_call(Operation::grpc(Some(Scheme::Http), target, path), None).failed(error)
        }
        Step::Aws(service, resource, error, status) => {
            let mut call = start_call(Operation::rpc("aws-api", service, resource, Some(resource)), None);
            call.set_resource(resource);
            call.set_region(service);
            call.set_request_id(error);
            if *status > 0 {
                call.responded(*status);
            }
            call.failed(error);
        }
        Step::Cache(target, hits) => {
            let mut call = start_call(Operation::cache(target, target), None);
            call.brought(Yield::Lookups { hits: *hits, misses: 1 });
            call.completed();
        }
        Step::Other(name) => start_call(Operation::other(name, name), None).completed(),
        Step::Span(name) => {
            if let Some(span) = recording.start_span(name.clone(), spans.last().copied()) {
                spans.push(span);
                Innermost::of(recording, Some(span)).set();
            }
        }
        Step::Leave => {
            if let Some(span) = spans.pop() {
                recording.end_span(span);
                Innermost::of(recording, spans.last().copied()).set();
            }
        }
        Step::Pass(micros) => bench.advance(*micros),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_record_is_documents_that_nobody_complains_of(said in said()) {
        let bench = Bench::new();
        let service = Service::new(said.service.clone()).version(said.service.clone()).environment(said.path.clone());
        let documents = documents(&service, nowhere(), said.most, 500_000);
        let record = make(&bench, &said);
        let parts = 1 + record.calls().len() + record.spans().len();
        let (read, counted) = written(&documents, &record);
        prop_assert_eq!(counted.left_out, 0);
        let mut found: Vec<_> = read.iter().collect();
        let mut count = 0;
        while let Some(part) = found.pop() {
            count += 1;
            prop_assert!(!part["name"].as_str().unwrap().trim().is_empty());
            found.extend(part["subsegments"].as_array().into_iter().flatten());
        }
        prop_assert_eq!(count, parts, "each is there once");
    }
}

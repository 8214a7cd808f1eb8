//! To AWS's own end points, played by a receiver that checks signatures and limits as they do.

mod credentials;
mod found;
mod limits;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tachograph_collector::{Aws as Played, Collector, Signal as Received};
use tachograph_core::{Clock, Exporter, Handle, Level, LogEvent, ManualClock, OpenRequest, RequestHead, Service};
use tachograph_metrics::Metrics;
use tachograph_otlp::aws_credential_types::Credentials;
use tachograph_otlp::aws_credential_types::provider::error::CredentialsError;
use tachograph_otlp::aws_credential_types::provider::{ProvideCredentials, Result as Provided, future};
use tachograph_otlp::{Aws, Compression, Otlp, OtlpBuilder, Settings, Signal};

/// Reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

const REGION: &str = "eu-central-1";
const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

struct Bench {
    collector: Collector,
    /// What signatures are dated by, and when credentials expire; requests are of now.
    clock: ManualClock,
    metrics: Metrics,
    handle: Handle,
    told: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    /// With the key that the receiver knows.
    fn new(set: impl FnOnce(&mut Settings)) -> Self {
        let given = Given::new([Ok(Credentials::new(KEY, SECRET, None, None, "test"))]);
        Self::build(|played| played.key(KEY, SECRET), given, set)
    }

    fn build(played: impl FnOnce(Played) -> Played, given: Given, set: impl FnOnce(&mut Settings)) -> Self {
        let collector = Collector::start_blocking();
        let clock = ManualClock::new();
        let now = clock.clone();
        collector.play(played(Played::new(REGION)).clock(move || now.wall()));
        let service = Service::new("experiments-api").version("1.4.2").environment("production");
        let metrics = Metrics::new(&service, Default::default()).unwrap();
        let told = Arc::<Mutex<Vec<String>>>::default();
        let failures = Arc::clone(&told);
        let otlp = exporter(&service, &collector, set)
            .metrics(&metrics)
            .credentials(given)
            .clock(clock.clone())
            .on_failure(move |failure| failures.lock().unwrap().push(failure.to_string()))
            .build()
            .unwrap();
        let builder = Handle::builder().service(service).exporter(metrics.clone());
        Bench { collector, clock, metrics, handle: builder.exporter(otlp).build(), told }
    }

    fn request(&self, work: impl FnOnce()) {
        let head =
            RequestHead { method: "GET", path: "/users/7", route: Some("/users/{id}"), ..RequestHead::default() };
        let mut open = OpenRequest::open(&self.handle, head).unwrap();
        open.poll(work);
        open.respond(200, Some(0), false);
        open.complete();
    }

    fn log(&self, message: &str) {
        let (time, level, target) = (SystemTime::now(), Level::Info, "shop");
        self.handle.log(&LogEvent { time, level, target, message, fields: &[], recording: None });
    }

    fn flush(&self) -> bool {
        self.handle.flush(PATIENCE)
    }

    fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }

    /// What was lost or cut, by reason.
    fn dropped(&self) -> Vec<(&'static str, u64)> {
        self.handle.exporters().flat_map(Exporter::dropped).filter(|(_, count)| *count > 0).collect()
    }

    /// Headers of the requests for a signal.
    fn headers(&self, signal: Received, name: &str) -> Vec<Option<String>> {
        self.collector.look(|received| received.exports_of(signal).map(|it| it.headers.get(name).cloned()).collect())
    }
}

fn exporter(service: &Service, collector: &Collector, set: impl FnOnce(&mut Settings)) -> OtlpBuilder {
    let mut settings = Settings::default();
    settings.connection.endpoint = Some(collector.endpoint_http());
    settings.aws = Some(Aws {
        region: Some(REGION.to_owned()),
        log_group: Some("/shop/api".to_owned()),
        log_stream: Some("one".to_owned()),
    });
    set(&mut settings);
    Otlp::builder(service, settings)
}

/// Gives credentials one after the other, the last of them for ever, and counts how often it was asked.
#[derive(Debug, Clone)]
struct Given {
    answers: Arc<Mutex<Vec<Result<Credentials, &'static str>>>>,
    asked: Arc<Mutex<usize>>,
}

impl Given {
    fn new(answers: impl IntoIterator<Item = Result<Credentials, &'static str>>) -> Self {
        Given { answers: Arc::new(Mutex::new(answers.into_iter().collect())), asked: Arc::default() }
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    fn next(&self) -> Provided {
        *self.asked.lock().unwrap() += 1;
        let mut answers = self.answers.lock().unwrap();
        let next = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        next.map_err(CredentialsError::provider_error)
    }
}

impl ProvideCredentials for Given {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.next())
    }
}

fn only(signal: Signal) -> impl FnOnce(&mut Settings) {
    move |settings| settings.signals = vec![signal]
}

#[test]
fn every_signal_is_signed_as_it_is_sent() {
    for compression in [Compression::None, Compression::Gzip] {
        let bench = Bench::new(|settings| {
            settings.connection.compression = Some(compression);
            settings.connection.headers = Some(vec![("x-tenant".to_owned(), "a  b".to_owned())]);
        });
        bench.request(|| ());
        bench.log("hello");
        assert!(bench.flush());
        assert_eq!(bench.collector.complaints(), [""; 0]);
        assert_eq!((bench.told(), bench.dropped()), (vec![], vec![]));

        let spans = bench.collector.spans();
        assert_eq!(spans.len(), 1);
        assert_eq!(spans[0].name, "GET /users/{id}", "what Application Signals calls an operation");
        assert_eq!(bench.collector.logs().len(), 2);
        assert!(bench.collector.metric("http.server.requests").is_some());
        for (signal, service) in
            [(Received::Traces, "xray"), (Received::Metrics, "monitoring"), (Received::Logs, "logs")]
        {
            for signed in bench.headers(signal, "authorization") {
                let scope = format!("Credential={KEY}/20260101/{REGION}/{service}/aws4_request");
                assert!(signed.as_ref().is_some_and(|signed| signed.contains(&scope)), "{signed:?}");
            }
            let group = bench.headers(signal, "x-aws-log-group");
            let expected = (signal == Received::Logs).then(|| "/shop/api".to_owned());
            assert!(group.iter().all(|group| *group == expected), "{group:?}");
        }
        assert_eq!(bench.headers(Received::Logs, "x-aws-log-stream")[0].as_deref(), Some("one"));
    }
}

#[test]
fn what_aws_would_not_take_is_an_error_at_start() {
    let (service, collector) = (Service::new("api"), Collector::start_blocking());
    let error = |set: fn(&mut Settings)| exporter(&service, &collector, set).build().unwrap_err().to_string();
    let grpc = error(|settings| settings.connection.protocol = Some(tachograph_otlp::Protocol::Grpc));
    assert!(grpc.contains("by HTTP alone"), "{grpc}");
    let nowhere = error(|settings| settings.aws.as_mut().unwrap().log_group = None);
    assert!(nowhere.contains("`log_group`"), "{nowhere}");
    let large = error(|settings| settings.resource_attributes = Some(format!("note={}", "x".repeat(16_000))));
    assert!(large.contains("AWS takes 16000"), "{large}");
}

fn later(from: SystemTime, minutes: u64) -> SystemTime {
    from + Duration::from_secs(minutes * 60)
}

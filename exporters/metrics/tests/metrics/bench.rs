//! An instance with a clock that a test knows, and what was counted in it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tachograph_core::{Handle, HandleBuilder, ManualClock, OpenRequest, RequestHead, SequentialIds, Service};
use tachograph_metrics::{Metrics, Naming, Number, Points, Settings, Snapshot, Value};

pub(crate) struct Bench {
    pub(crate) handle: Handle,
    pub(crate) clock: ManualClock,
    pub(crate) metrics: Metrics,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    pub(crate) fn new(settings: Settings) -> Self {
        Self::build(settings, |builder| builder)
    }

    pub(crate) fn build(mut settings: Settings, configure: impl FnOnce(HandleBuilder) -> HandleBuilder) -> Self {
        let (clock, warnings) = (ManualClock::new(), Arc::<Mutex<Vec<String>>>::default());
        let told = Arc::clone(&warnings);
        settings.on_warning = Box::new(move |warning| told.lock().unwrap().push(warning.to_owned()));
        let service = Service::new("experiments-api").version("1.4.2");
        let metrics = Metrics::new(&service, settings).unwrap();
        let builder = Handle::builder().clock(clock.clone()).ids(SequentialIds::default());
        let handle = configure(builder.exporter(metrics.clone()).service(service)).build();
        Bench { handle, clock, metrics, warnings }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.metrics.collect(&self.handle, Naming::OpenTelemetry)
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap().clone()
    }

    pub(crate) fn advance(&self, micros: u64) {
        self.clock.advance(Duration::from_micros(micros));
    }

    pub(crate) fn open(&self, method: &str, scheme: &'static str) -> OpenRequest {
        let head = RequestHead {
            method,
            path: "/flags/dark-mode",
            route: Some("/flags/{key}"),
            scheme,
            protocol_version: "1.1",
            body_bytes: Some(10),
            ..RequestHead::default()
        };
        OpenRequest::open(&self.handle, head).unwrap()
    }
}

/// The values of a metric's series by their attributes, `a=b,c=d`; of a histogram, how many there are.
pub(crate) fn values(snapshot: &Snapshot, name: &str) -> Vec<(String, f64)> {
    let Some(metric) = snapshot.metric(name) else { return Vec::new() };
    let text = |value: &Value| match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
    };
    let written = |attributes: &tachograph_metrics::Attributes| {
        let pairs: Vec<String> = attributes.iter().map(|one| format!("{}={}", one.name, text(&one.value))).collect();
        pairs.join(",")
    };
    match &metric.points {
        Points::Counter(points) | Points::UpDownCounter(points) | Points::Gauge(points) => {
            points.iter().map(|point| (written(&point.attributes), Number::as_f64(point.value))).collect()
        }
        Points::Histogram(points) => {
            points.iter().map(|point| (written(&point.attributes), point.value.count() as f64)).collect()
        }
    }
}

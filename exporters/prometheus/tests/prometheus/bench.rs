//! An instance with a clock and ids that a test knows, and what is on its page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tachograph_core::{
    Handle, HandleBuilder, ManualClock, OpenRequest, Operation, RequestHead, SequentialIds, Service, start_call,
};
use tachograph_metrics::{Metrics, Naming, Settings};
use tachograph_prometheus::Page;

pub(crate) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0";

pub(crate) struct Bench {
    pub(crate) handle: Handle,
    pub(crate) clock: ManualClock,
    pub(crate) metrics: Metrics,
    pub(crate) page: Page,
    pub(crate) warnings: Arc<Mutex<Vec<String>>>,
}

/// Few buckets, so that pages are short.
pub(crate) fn settings() -> Settings {
    Settings {
        duration_buckets: vec![0.005, 0.5, 1.0],
        database_buckets: vec![0.01],
        size_buckets: vec![100.0, 1e6],
        query_buckets: vec![0.0, 2.0],
        ..Settings::default()
    }
}

impl Bench {
    pub(crate) fn new(naming: Naming, settings: Settings) -> Self {
        Self::build(naming, settings, |builder| builder)
    }

    pub(crate) fn build(
        naming: Naming,
        mut settings: Settings,
        configure: impl FnOnce(HandleBuilder) -> HandleBuilder,
    ) -> Self {
        let (clock, warnings) = (ManualClock::new(), Arc::<Mutex<Vec<String>>>::default());
        let told = Arc::clone(&warnings);
        settings.on_warning = Box::new(move |warning| told.lock().unwrap().push(warning.to_owned()));
        let service = Service::new("experiments-api").version("1.4.2").environment("production");
        let metrics = Metrics::new(&service, settings).unwrap();
        let builder = Handle::builder()
            .clock(clock.clone())
            .ids(SequentialIds::default())
            .exporter(metrics.clone())
            .service(service);
        let page = Page::new(&metrics).naming(naming);
        Bench { handle: configure(builder).build(), clock, metrics, page, warnings }
    }

    pub(crate) fn text(&self) -> String {
        self.page.render(&self.handle, "").body
    }

    /// The page without the families that say what this process and this build are.
    pub(crate) fn page(&self, accept: &str) -> String {
        let body = self.page.render(&self.handle, accept).body;
        let varies = |line: &&str| {
            let name = line.trim_start_matches("# HELP ").trim_start_matches("# TYPE ").trim_start_matches("# UNIT ");
            name.starts_with("process_") || name.starts_with("tachograph_bounds_hit")
        };
        body.lines().filter(|line| !varies(line)).map(|line| format!("{line}\n")).collect()
    }

    /// Every series of the page, by its name and labels. No series is there twice.
    pub(crate) fn series(&self) -> BTreeMap<String, f64> {
        let mut series = BTreeMap::new();
        for line in self.text().lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert_eq!(series.insert(name.to_owned(), value.parse().unwrap()), None, "{line}");
        }
        series
    }

    /// The sum over all series of a name.
    pub(crate) fn sum(&self, name: &str) -> f64 {
        let is_of = |series: &str| series == name || series.starts_with(&format!("{name}{{"));
        self.series().iter().filter(|(series, _)| is_of(series)).map(|(_, value)| value).sum()
    }

    pub(crate) fn open(&self, method: &str, path: &str, route: Option<&str>) -> OpenRequest {
        let head =
            RequestHead { method, path, route, scheme: "http", protocol_version: "1.1", ..RequestHead::default() };
        OpenRequest::open(&self.handle, head).unwrap()
    }

    /// A request that is answered with an empty body.
    pub(crate) fn request(&self, method: &str, path: &str, route: Option<&str>, status: u16, work: impl FnOnce()) {
        let mut request = self.open(method, path, route);
        request.poll(work);
        request.respond(status, Some(0), false);
        request.complete();
    }

    pub(crate) fn query(&self, sql: &str, micros: u64) {
        let call = start_call(Operation::database("sqlite", "experiments", sql), None);
        self.advance(micros);
        call.completed();
    }

    pub(crate) fn advance(&self, micros: u64) {
        self.clock.advance(Duration::from_micros(micros));
    }
}

/// Runs what never waits.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => unreachable!("it waits"),
    }
}

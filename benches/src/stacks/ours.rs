//! tachograph, as its README says.

use super::page::Page;
use crate::process::{Failure, Install, Installed, Signal, Stack};
use crate::rows::ours::{Lines, null_json, service};
use axum::Router;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;
use tachograph_core::{Handle, HandleBuilder};
use tachograph_metrics::Metrics;
use tachograph_otlp::{Connection, Otlp, Protocol, Settings};

pub(super) const STACKS: [Stack; 7] = [
    stack("tachograph, JSON", &[], |router, _| Parts::default().json().around(router)),
    stack("tachograph, Prometheus", &[], |router, _| Parts::counting()?.page().around(router)),
    stack("tachograph, JSON + Prometheus", &[], |router, _| Parts::counting()?.json().page().around(router)),
    stack("tachograph, OTLP traces", TRACES, |router, to| Parts::default().otlp(to, TRACES)?.around(router)),
    stack("tachograph, OTLP traces, metrics and logs", ALL, |router, to| {
        Parts::counting()?.otlp(to, ALL)?.around(router)
    }),
    stack("tachograph, JSON + Prometheus + OTLP traces", TRACES, |router, to| {
        Parts::counting()?.json().page().otlp(to, TRACES)?.around(router)
    }),
    stack("tachograph, JSON + Prometheus + OTLP traces, metrics and logs", ALL, |router, to| {
        Parts::counting()?.json().page().otlp(to, ALL)?.around(router)
    }),
];

const TRACES: &[Signal] = &[Signal::Traces];
const ALL: &[Signal] = &[Signal::Traces, Signal::Metrics, Signal::Logs];

const DEADLINE: Duration = Duration::from_secs(5);

const fn stack(name: &'static str, sends: &'static [Signal], install: Install) -> Stack {
    Stack { name, sends, install }
}

/// What an instance exports.
#[derive(Default)]
struct Parts {
    exporters: HandleBuilder,
    lines: Option<Lines>,
    metrics: Option<Metrics>,
    has_page: bool,
}

impl Parts {
    /// With metrics, for whoever shows them.
    fn counting() -> Result<Self, Failure> {
        let metrics = Metrics::new(&service(), tachograph_metrics::Settings::default())?;
        let exporters = Handle::builder().exporter(metrics.clone());
        Ok(Self { exporters, metrics: Some(metrics), ..Self::default() })
    }

    fn json(self) -> Self {
        let (json, lines) = null_json();
        Self { exporters: self.exporters.exporter(json), lines: Some(lines), ..self }
    }

    fn page(self) -> Self {
        Self { has_page: true, ..self }
    }

    fn otlp(self, receiver: &str, signals: &[Signal]) -> Result<Self, Failure> {
        let endpoint = Some(receiver.to_owned());
        let mut settings = Settings::default();
        settings.signals = signals.iter().copied().map(theirs).collect();
        settings.set_connection(Connection { endpoint, protocol: Some(Protocol::Grpc), ..Connection::default() });
        let mut otlp = Otlp::builder(&service(), settings);
        if let Some(metrics) = &self.metrics {
            otlp = otlp.metrics(metrics);
        }
        Ok(Self { exporters: self.exporters.exporter(otlp.build()?), ..self })
    }

    fn around(self, router: Router) -> Result<Installed, Failure> {
        let Self { exporters, lines, metrics, has_page } = self;
        let handle = exporters.service(service()).build().for_ever();
        let page = metrics.filter(|_| has_page).map(|metrics| Rc::new(page(&metrics, &handle)));
        let (flushed, rendered) = (handle.clone(), page.clone());
        Ok(Installed {
            router: router.layer(tachograph_axum::Layer::new(&handle)),
            flush: Box::new(move || {
                assert!(flushed.flush(DEADLINE), "what is behind the exporters takes everything");
                _ = black_box(rendered.as_ref().map(|page| (page.render)()));
            }),
            proof: Box::new(move |requests| {
                let lines = lines.map(|lines| lines.prove(requests, &handle));
                let page = page.map(|page| page.prove(requests));
                let found: Vec<String> = [lines, page].into_iter().flatten().collect::<Result<_, _>>()?;
                Ok(if found.is_empty() { format!("{requests} answers") } else { found.join(", ") })
            }),
        })
    }
}

fn theirs(signal: Signal) -> tachograph_otlp::Signal {
    match signal {
        Signal::Traces => tachograph_otlp::Signal::Traces,
        Signal::Metrics => tachograph_otlp::Signal::Metrics,
        Signal::Logs => tachograph_otlp::Signal::Logs,
    }
}

fn page(metrics: &Metrics, handle: &Handle) -> Page {
    let (page, handle) = (tachograph_prometheus::Page::new(metrics), handle.clone());
    Page {
        render: Box::new(move || page.render(&handle, "").body),
        counter: "http_server_request_duration_seconds_count",
    }
}

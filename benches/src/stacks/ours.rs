//! tachograph, as its README says.

use super::page::Page;
use crate::process::{Failure, Installed, Stack};
use crate::rows::ours::{Lines, null_json, service};
use axum::Router;
use std::hint::black_box;
use std::time::Duration;
use tachograph_core::{Handle, HandleBuilder};
use tachograph_metrics::Metrics;

pub(super) const STACKS: [Stack; 3] = [
    Stack { name: "tachograph, JSON", sends: &[], install: |router, _| Parts::default().json().around(router) },
    Stack { name: "tachograph, Prometheus", sends: &[], install: |router, _| Parts::default().page()?.around(router) },
    Stack {
        name: "tachograph, JSON + Prometheus",
        sends: &[],
        install: |router, _| Parts::default().json().page()?.around(router),
    },
];

const DEADLINE: Duration = Duration::from_secs(5);

/// What an instance exports.
#[derive(Default)]
struct Parts {
    exporters: HandleBuilder,
    lines: Option<Lines>,
    metrics: Option<Metrics>,
}

impl Parts {
    fn json(self) -> Self {
        let (json, lines) = null_json();
        Self { exporters: self.exporters.exporter(json), lines: Some(lines), ..self }
    }

    fn page(self) -> Result<Self, Failure> {
        let metrics = Metrics::new(&service(), tachograph_metrics::Settings::default())?;
        Ok(Self { exporters: self.exporters.exporter(metrics.clone()), metrics: Some(metrics), ..self })
    }

    fn around(self, router: Router) -> Result<Installed, Failure> {
        let Self { exporters, lines, metrics } = self;
        let handle = exporters.service(service()).build().for_ever();
        let page = metrics.map(|metrics| page(&metrics, &handle)).map(std::rc::Rc::new);
        let rendered = page.clone();
        let flushed = handle.clone();
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
                Ok(found.join(", "))
            }),
        })
    }
}

fn page(metrics: &Metrics, handle: &Handle) -> Page {
    let (page, handle) = (tachograph_prometheus::Page::new(metrics), handle.clone());
    Page {
        render: Box::new(move || page.render(&handle, "").body),
        counter: "http_server_request_duration_seconds_count",
    }
}

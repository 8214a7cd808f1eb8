//! From the tables of the configuration to exporters, and to what is served.

mod cloudwatch_logs;
mod failures;
mod json;
mod otlp;
mod page;
mod prometheus;
mod xray;

use tachograph_core::{HandleBuilder, Service};

use crate::config::Config;
use crate::error::Error;
use crate::served::Served;
pub(crate) use failures::OnFailure;

/// An instance while it is set up.
pub(crate) struct SetUp<'a> {
    config: &'a Config,
    #[cfg_attr(
        not(any(feature = "json", feature = "otlp", feature = "page", feature = "prometheus", feature = "xray")),
        expect(dead_code)
    )]
    service: &'a Service,
    pub(crate) core: HandleBuilder,
    /// What each exporter is, and where it goes, for the line at start.
    pub(crate) described: Vec<String>,
    pub(crate) served: Served,
    /// Who is told of failures; where there is nobody, each exporter tells stderr.
    #[cfg_attr(not(any(feature = "json", feature = "otlp", feature = "xray")), expect(dead_code))]
    on_failure: Option<OnFailure>,
    /// What every exporter of numbers shows.
    #[cfg(any(feature = "emf", feature = "otlp", feature = "prometheus"))]
    metrics: Option<tachograph_metrics::Metrics>,
}

impl<'a> SetUp<'a> {
    pub(crate) fn new(
        config: &'a Config,
        service: &'a Service,
        core: HandleBuilder,
        described: Vec<String>,
        on_failure: Option<OnFailure>,
    ) -> Self {
        SetUp {
            config,
            service,
            core,
            described,
            served: Served::default(),
            on_failure,
            #[cfg(any(feature = "emf", feature = "otlp", feature = "prometheus"))]
            metrics: None,
        }
    }

    /// Adds each exporter that is configured.
    pub(crate) fn add_exporters(&mut self) -> Result<(), Error> {
        let embedded;
        let exporters = match &self.config.exporters {
            Some(exporters) => exporters,
            None => {
                embedded = crate::config::ExportersConfig::embedded();
                &embedded
            }
        };
        if let Some(json) = &exporters.json {
            self.add_json(json)?;
        }
        if let Some(cloudwatch_logs) = &exporters.cloudwatch_logs {
            self.add_cloudwatch_logs(cloudwatch_logs)?;
        }
        if let Some(xray) = &exporters.xray {
            self.add_xray(xray)?;
        }
        if let Some(otlp) = &exporters.otlp {
            self.add_otlp(otlp)?;
        }
        if let Some(prometheus) = &exporters.prometheus {
            self.add_prometheus(prometheus)?;
        }
        if let Some(page) = &exporters.page {
            self.add_page(page)?;
        }
        Ok(())
    }

    #[cfg(any(feature = "json", feature = "otlp", feature = "page", feature = "xray"))]
    fn exporter(&mut self, exporter: impl tachograph_core::Exporter, described: String) {
        self.described.push(described);
        self.core = std::mem::take(&mut self.core).exporter(exporter);
    }

    /// What one of AWS's variables says.
    #[cfg(any(feature = "cloudwatch-logs", feature = "emf", feature = "xray"))]
    fn of_aws(&self, variable: &str) -> Option<String> {
        let found = self.config.aws.iter().find(|(name, value)| name == variable && !value.is_empty());
        found.map(|(_, value)| value.clone())
    }

    /// The numbers, which are counted once however many show them.
    #[cfg(any(feature = "emf", feature = "otlp", feature = "prometheus"))]
    fn metrics(&mut self) -> Result<tachograph_metrics::Metrics, Error> {
        use tachograph_metrics::{Metrics, Settings};

        if let Some(metrics) = &self.metrics {
            return Ok(metrics.clone());
        }
        let (config, usual) = (self.config.metrics.clone(), Settings::default());
        let settings = Settings {
            duration_buckets: config.duration_buckets.unwrap_or(usual.duration_buckets),
            database_buckets: config.database_buckets.unwrap_or(usual.database_buckets),
            size_buckets: config.size_buckets.unwrap_or(usual.size_buckets),
            query_buckets: config.query_buckets.unwrap_or(usual.query_buckets),
            max_series: config.max_series.unwrap_or(usual.max_series),
            resource: self.config.resource.clone(),
            ..usual
        };
        let metrics = Metrics::new(self.service, settings)
            .map_err(|error| Error::with_source(format!("metrics does not fit: {error}"), error))?;
        self.core = std::mem::take(&mut self.core).exporter(metrics.clone());
        #[cfg(feature = "metrics")]
        self.served.record_for(&metrics);
        Ok(self.metrics.insert(metrics).clone())
    }
}

#[cfg(not(all(
    feature = "cloudwatch-logs",
    feature = "json",
    feature = "otlp",
    feature = "page",
    feature = "prometheus",
    feature = "xray"
)))]
fn not_compiled_in(exporter: &str) -> Error {
    let feature = exporter.replace('_', "-");
    Error::new(format!(
        "exporters.{exporter} is configured, but the exporter is not compiled in: add the feature `{feature}` to \
         tachograph in Cargo.toml, or remove the table"
    ))
}

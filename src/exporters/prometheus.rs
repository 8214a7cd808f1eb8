//! `[exporters.prometheus]`.

use super::SetUp;
use crate::config::PrometheusConfig;
use crate::error::Error;

impl SetUp<'_> {
    #[cfg(feature = "prometheus")]
    pub(super) fn add_prometheus(&mut self, prometheus: &PrometheusConfig) -> Result<(), Error> {
        use tachograph_metrics::Naming;
        use tachograph_prometheus::Page;

        let PrometheusConfig { path, naming } = prometheus;
        let naming = naming
            .parse::<Naming>()
            .map_err(|error| Error::with_source(format!("exporters.prometheus.naming does not fit: {error}"), error))?;
        let page = Page::new(&self.metrics()?).path(path.clone()).naming(naming);
        self.described.push(format!("prometheus ({naming}) at {path}"));
        self.served.add("exporters.prometheus.path", page);
        Ok(())
    }

    #[cfg(not(feature = "prometheus"))]
    pub(super) fn add_prometheus(&mut self, _: &PrometheusConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("prometheus"))
    }
}

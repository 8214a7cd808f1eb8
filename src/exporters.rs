//! From an exporter's table in the configuration to the exporter.

use tachograph_core::{HandleBuilder, Service};

use crate::config::{CaptureConfig, ExportersConfig};
use crate::error::Error;

/// What the configured exporters are built from.
pub(crate) struct Wanted<'a> {
    pub(crate) exporters: &'a ExportersConfig,
    pub(crate) capture: &'a CaptureConfig,
    pub(crate) service: &'a Service,
}

impl Wanted<'_> {
    /// Adds each configured exporter, and its description to `described`.
    pub(crate) fn add_to(&self, core: HandleBuilder, described: &mut Vec<String>) -> Result<HandleBuilder, Error> {
        let Some(json) = &self.exporters.json else { return Ok(core) };
        described.push(format!("json ({}) to {}", json.format, json.output));
        self.add_json(json, core)
    }

    #[cfg(feature = "json")]
    fn add_json(&self, json: &crate::config::JsonConfig, core: HandleBuilder) -> Result<HandleBuilder, Error> {
        use std::time::Duration;

        use tachograph_json::{Json, Settings};

        let misfit = |key: &str| {
            let key = format!("exporters.json.{key}");
            move |error: tachograph_json::Error| Error::with_source(format!("{key} does not fit: {error}"), error)
        };
        let mut settings = Settings {
            output: json.output.parse().map_err(misfit("output"))?,
            format: json.format.parse().map_err(misfit("format"))?,
            calls: json.calls.parse().map_err(misfit("calls"))?,
            ..Settings::default()
        };
        if let Some(milliseconds) = self.capture.slow_request_ms {
            settings.slow_request = Duration::from_millis(milliseconds);
        }
        let exporter = Json::new(self.service, settings).map_err(misfit("output"))?;
        Ok(core.exporter(exporter))
    }

    #[cfg(not(feature = "json"))]
    fn add_json(&self, _: &crate::config::JsonConfig, _: HandleBuilder) -> Result<HandleBuilder, Error> {
        Err(Error::new(
            "exporters.json is configured, but the exporter is not compiled in: add the feature `json` to tachograph in \
             Cargo.toml, or remove the table",
        ))
    }
}

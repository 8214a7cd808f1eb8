//! `[exporters.json]`.

use super::SetUp;
use crate::config::JsonConfig;
use crate::error::Error;

impl SetUp<'_> {
    #[cfg(feature = "json")]
    pub(super) fn add_json(&mut self, json: &JsonConfig) -> Result<(), Error> {
        use tachograph_json::{Json, Settings};

        let misfit = |key: &str| {
            let key = format!("exporters.json.{key}");
            move |error: tachograph_json::Error| Error::with_source(format!("{key} does not fit: {error}"), error)
        };
        let settings = Settings {
            output: json.output.parse().map_err(misfit("output"))?,
            format: json.format.parse().map_err(misfit("format"))?,
            calls: json.calls.parse().map_err(misfit("calls"))?,
            ..Settings::default()
        };
        let exporter = Json::new(self.service, settings).map_err(misfit("output"))?;
        self.exporter(exporter, format!("json ({}) to {}", json.format, json.output));
        Ok(())
    }

    #[cfg(not(feature = "json"))]
    pub(super) fn add_json(&mut self, _: &JsonConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("json"))
    }
}

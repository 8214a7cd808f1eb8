//! From an exporter's table in the configuration to the exporter.

use tachograph_core::{HandleBuilder, Service};

use crate::config::{ExportersConfig, JsonConfig};
use crate::error::Error;

/// Adds each configured exporter, and its description to `described`.
pub(crate) fn add_configured(
    core: HandleBuilder,
    exporters: &ExportersConfig,
    service: &Service,
    described: &mut Vec<String>,
) -> Result<HandleBuilder, Error> {
    let Some(json) = &exporters.json else { return Ok(core) };
    described.push(format!("json ({}) to {}", json.format, json.output));
    add_json(core, json, service)
}

#[cfg(feature = "json")]
fn add_json(core: HandleBuilder, json: &JsonConfig, service: &Service) -> Result<HandleBuilder, Error> {
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
    Ok(core.exporter(Json::new(service, settings).map_err(misfit("output"))?))
}

#[cfg(not(feature = "json"))]
fn add_json(_: HandleBuilder, _: &JsonConfig, _: &Service) -> Result<HandleBuilder, Error> {
    Err(Error::new(
        "exporters.json is configured, but the exporter is not compiled in: add the feature `json` to tachograph in \
         Cargo.toml, or remove the table",
    ))
}

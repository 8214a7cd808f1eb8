//! Reading the file, and laying the environment over it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;
use toml::Table;

use super::{Config, Origin, environment, secret, standard};
use crate::error::Error;

const DEFAULT_FILE: &str = "tachograph.toml";

/// What to do about a file that is not there, though it was named.
const NAMED_BY_VARIABLE: &str = "TACHOGRAPH_CONFIG names it: correct the path or unset it";

impl Config {
    /// Reads the file, if there is one, and the environment of the process.
    pub fn load() -> Result<Self, Error> {
        Self::load_from(Path::new(""), variables_of_process())
    }

    /// As [`load`](Self::load), from this file, which must be there, whatever `TACHOGRAPH_CONFIG` says.
    pub fn load_file(path: &Path) -> Result<Self, Error> {
        let table = read(path, Some("correct the path"))?;
        Self::overlaid(table, path.display().to_string(), variables_of_process().collect())
    }

    /// As [`load`](Self::load), from a folder and an environment of the caller's choice.
    pub fn load_from(folder: &Path, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let variables: Vec<(String, String)> = variables.into_iter().collect();
        let named = variables.iter().find(|(name, path)| name == environment::FILE && !path.is_empty());
        let (table, file) = match named.map(|(_, path)| path.clone()) {
            Some(path) => (read(&folder.join(&path), Some(NAMED_BY_VARIABLE))?, path),
            None => (read(&folder.join(DEFAULT_FILE), None)?, DEFAULT_FILE.to_owned()),
        };
        Self::overlaid(table, file, variables)
    }

    /// What a file says, if there is one, with the environment laid over it.
    fn overlaid(mut table: Option<Table>, file: String, variables: Vec<(String, String)>) -> Result<Self, Error> {
        let variable = |name: &str| variables.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        let file = table.is_some().then_some(file);
        let table = table.get_or_insert_default();
        let names = environment::overlay(table, variables.iter().cloned())?;
        let mut config = Config::deserialize_table(std::mem::take(table))
            .map_err(|error| Error::new(format!("the configuration does not fit: {}", error.message())))?;
        let standard = standard::service(variable);
        let service = &mut config.service;
        service.name = service.name.take().or(standard.name);
        service.version = service.version.take().or(standard.version);
        service.environment = service.environment.take().or(standard.environment);
        config.resource = standard::resource(variable);
        config.resource.retain(|(name, _)| !standard::OF_SERVICE.contains(&name.as_str()));
        config.opentelemetry = variables.iter().filter(|(name, _)| name.starts_with("OTEL_")).cloned().collect();
        if cfg!(feature = "otlp") && standard::has_otlp_endpoint(variable) {
            config.exporters().otlp.get_or_insert_default();
        }
        let of_aws = ["AWS_", "ECS_", "LAMBDA_", "KUBERNETES_"];
        let is_of_aws = |name: &str| of_aws.iter().any(|prefix| name.starts_with(prefix));
        config.aws = variables.iter().filter(|(name, _)| is_of_aws(name)).cloned().collect();
        if cfg!(feature = "xray") && standard::has_xray_daemon(variable) {
            config.exporters().xray.get_or_insert_default();
        }
        config.origin = Origin { file, variables: names };
        Ok(config)
    }

    /// Reads one text in the form of `tachograph.toml`, and nothing else.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| does_not_fit("the text", text, &error))
    }

    pub(super) fn deserialize_table(table: Table) -> Result<Self, toml::de::Error> {
        Config::deserialize(table)
    }
}

fn variables_of_process() -> impl Iterator<Item = (String, String)> {
    // A variable that is no text is none of ours.
    std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()))
}

/// The file's table, once it is known to be a configuration: only the text knows the lines to name in an error. A file that
/// nobody named need not be there.
fn read(path: &Path, remedy_if_named: Option<&str>) -> Result<Option<Table>, Error> {
    let name = path.display();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && remedy_if_named.is_none() => return Ok(None),
        Err(error) => {
            let remedy = remedy_if_named.unwrap_or("make it readable or remove it");
            return Err(Error::with_source(format!("cannot read {name}: {error}; {remedy}"), error));
        }
    };
    toml::from_str::<Config>(&text).map_err(|error| does_not_fit(&name.to_string(), &text, &error))?;
    toml::from_str(&text).map(Some).map_err(|error| does_not_fit(&name.to_string(), &text, &error))
}

/// TOML's own message names the line, shows it, and lists the keys that there are.
fn does_not_fit(name: &str, text: &str, error: &toml::de::Error) -> Error {
    match error.span().and_then(|span| secret::line_of(text, span)) {
        Some(line) => Error::new(format!("{name} does not fit: line {line}: {}", error.message())),
        None => Error::with_source(format!("{name} does not fit: {}", error.to_string().trim_end()), error.clone()),
    }
}

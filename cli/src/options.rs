//! What every command can be told: which configuration, and what it says otherwise.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use tachograph::Config;
use tachograph_dashboards::Settings;

use crate::commands::Error;

/// What a service is called of which nobody says it.
const NAMELESS: &str = "service";

/// Where the configuration is, and what of it is overridden.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Options {
    /// The configuration [default: the file that TACHOGRAPH_CONFIG names, else tachograph.toml, if it is there].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The service's name [default: as configured, else that of the package in Cargo.toml, else "service"].
    #[arg(long, global = true, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    service: Option<String>,
    /// Where it runs, such as production [default: as configured].
    #[arg(long, global = true, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    environment: Option<String>,
    /// The namespace of its metrics in CloudWatch [default: as configured, else the service's name].
    #[arg(long, global = true, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    namespace: Option<String>,
    /// The group of its lines in CloudWatch Logs [default: as configured, else /NAME/requests, by the service].
    #[arg(long, global = true, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    log_group: Option<String>,
    /// The region [default: as configured, else the one where a template is deployed].
    #[arg(long, global = true, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    region: Option<String>,
}

impl Options {
    /// The configuration, with what is said here laid over it. It has a name of the service.
    pub(crate) fn configuration(&self) -> Result<Config, Error> {
        let mut config = match &self.config {
            Some(path) => Config::load_file(path)?,
            None => Config::load()?,
        };
        let Options { config: _, service, environment, namespace, log_group, region } = self.clone();
        let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let package = || package_name(Path::new("Cargo.toml"));
        let name = service.or_else(|| named(&config.service.name)).or_else(package);
        if name.is_none() {
            eprintln!(
                "tachograph: note: no name of the service is configured, and no Cargo.toml is here: this is for one called \
                 `{NAMELESS}`; say service.name in tachograph.toml, --config, or --service"
            );
        }
        config.service.name = name.or(Some(NAMELESS.to_owned()));
        config.service.environment = environment.or(config.service.environment);
        config.dashboards.namespace = namespace.or(config.dashboards.namespace);
        config.dashboards.log_group = log_group.or(config.dashboards.log_group);
        config.dashboards.region = region.or(config.dashboards.region);
        Ok(config)
    }

    /// What dashboards, alarms and queries are made for.
    pub(crate) fn settings(&self) -> Result<Settings, Error> {
        crate::settings::of(&self.configuration()?)
    }
}

/// What `init!` calls the service where nobody says it. A workspace is none.
fn package_name(manifest: &Path) -> Option<String> {
    let manifest: toml::Table = std::fs::read_to_string(manifest).ok()?.parse().ok()?;
    manifest.get("package")?.get("name")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_a_name_and_a_workspace_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let name_in = |text: &str| {
            let path = folder.path().join("Cargo.toml");
            std::fs::write(&path, text).unwrap();
            package_name(&path)
        };
        assert_eq!(name_in("[package]\nname = 'shop'\nversion = '1.0.0'").as_deref(), Some("shop"));
        assert_eq!(name_in("[workspace]\nmembers = []"), None);
        assert_eq!(name_in("not a manifest"), None);
        assert_eq!(package_name(&folder.path().join("nowhere.toml")), None);
    }
}

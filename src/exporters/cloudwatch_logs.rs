//! `[exporters.cloudwatch_logs]`.

use super::SetUp;
use crate::config::CloudWatchLogsConfig;
use crate::error::Error;

#[cfg(not(feature = "cloudwatch-logs"))]
impl SetUp<'_> {
    pub(super) fn add_cloudwatch_logs(&mut self, _: &CloudWatchLogsConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("cloudwatch_logs"))
    }
}

#[cfg(feature = "cloudwatch-logs")]
mod compiled_in {
    use std::fmt::Display;
    use std::time::Duration;

    use tachograph_cloudwatch_logs::{CloudWatchLogs, LogGroup, Settings, usual_group};
    use tachograph_core::Level;
    use tachograph_json::{Event, Filter, Format, Sample};

    use super::*;
    use crate::config::LogGroupConfig;

    impl SetUp<'_> {
        pub(in crate::exporters) fn add_cloudwatch_logs(&mut self, config: &CloudWatchLogsConfig) -> Result<(), Error> {
            let groups = self.groups(config)?;
            let targets: Vec<String> =
                groups.iter().map(|group| format!("{} ({})", group.name, group.lines.format)).collect();
            let mut settings = Settings::new(groups);
            settings.stream = config.stream.clone().unwrap_or(settings.stream);
            settings.create = config.create.unwrap_or(settings.create);
            let of_environment = || ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| self.of_aws(name));
            settings.region = config.region.clone().or_else(of_environment);
            settings.endpoint = config.endpoint.clone();
            settings.flush_interval = config.flush_interval_ms.map_or(settings.flush_interval, Duration::from_millis);
            settings.buffer_bytes = config.buffer_bytes.unwrap_or(settings.buffer_bytes);
            let region = settings.region.as_deref().unwrap_or("the region that the AWS SDK finds");
            let described = format!("cloudwatch_logs to {} in {region}", targets.join(", "));
            let exporter = CloudWatchLogs::new(self.service, settings).map_err(|error| {
                Error::with_source(format!("exporters.cloudwatch_logs does not fit: {error}"), error)
            })?;
            self.exporter(exporter, described);
            Ok(())
        }

        fn groups(&mut self, config: &CloudWatchLogsConfig) -> Result<Vec<LogGroup>, Error> {
            if config.group.is_some() && !config.groups.is_empty() {
                return Err(wrong("group", &"there are `groups`, too: say one group, or several, not both"));
            }
            let one = || {
                let group = config.group.clone().unwrap_or_else(|| usual_group(self.service));
                LogGroupConfig { group, ..LogGroupConfig::default() }
            };
            let configs = if config.groups.is_empty() { vec![one()] } else { config.groups.clone() };
            let groups = configs.into_iter().map(|group| self.group(config, group)).collect::<Result<Vec<_>, _>>()?;
            let counted: Vec<&str> =
                groups.iter().filter(|group| counts_requests(group)).map(|group| group.name.as_str()).collect();
            match counted[..] {
                [] | [_] => Ok(groups),
                _ => Err(wrong(
                    "format",
                    &format!(
                        "`emf` in each of {} would count some requests more than once: say `format = \"emf\"` in one group \
                         alone",
                        counted.join(", ")
                    ),
                )),
            }
        }

        fn group(&mut self, all: &CloudWatchLogsConfig, config: LogGroupConfig) -> Result<LogGroup, Error> {
            let name = &config.group;
            let of_group = |error: tachograph_json::Error| wrong("groups", &format!("`{name}`: {error}"));
            let mut group = LogGroup::new(config.group.clone());
            group.retention_days = config.retention_days.or(all.retention_days);
            group.lines.filter =
                Filter::read(config.level.as_deref(), config.events.as_deref(), config.loggers.as_deref())
                    .map_err(of_group)?;
            if let Some(format) = config.format.as_ref().or(all.format.as_ref()) {
                group.lines.format = format.parse().map_err(|error: tachograph_json::Error| wrong("format", &error))?;
            }
            if let Some(calls) = &all.calls {
                group.lines.calls = calls.parse().map_err(|error: tachograph_json::Error| wrong("calls", &error))?;
            }
            if let Some(part) = all.sample {
                group.lines.sample = Sample::new(part).map_err(|error| wrong("sample", &error))?;
            }
            #[cfg(feature = "emf")]
            if group.lines.format == Format::Emf {
                group.lines.emf = self.emf(&all.emf)?;
                if let Some(naming) = &all.naming {
                    group.lines.naming =
                        naming.parse().map_err(|error: tachograph_json::metrics::Error| wrong("naming", &error))?;
                }
            }
            Ok(group)
        }
    }

    /// Whether metrics are in the lines, and requests are among those.
    fn counts_requests(group: &LogGroup) -> bool {
        let takes = |event, logger| group.lines.filter.takes(event, Level::Critical, logger);
        is_emf(group.lines.format)
            && (takes(Event::Request, "tachograph.request") || takes(Event::Task, "tachograph.task"))
    }

    #[cfg(feature = "emf")]
    fn is_emf(format: Format) -> bool {
        format == Format::Emf
    }

    #[cfg(not(feature = "emf"))]
    fn is_emf(_: Format) -> bool {
        false
    }

    fn wrong(key: &str, error: &dyn Display) -> Error {
        Error::new(format!("exporters.cloudwatch_logs.{key} does not fit: {error}"))
    }
}

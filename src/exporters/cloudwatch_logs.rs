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
    use std::sync::Arc;
    use std::time::Duration;

    use tachograph_cloudwatch_logs::{CloudWatchLogs, LogGroup, Settings, usual_group};
    #[cfg(feature = "emf")]
    use tachograph_json::Format;
    use tachograph_json::{Event, Filter, Sample};

    use super::super::json::needs_emf;
    use super::*;
    use crate::config::LogGroupConfig;

    /// What one call may have: with less, lines are dropped while nothing is wrong.
    const LEAST_BUFFER_BYTES: usize = 1 << 20;

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
            if settings.buffer_bytes < LEAST_BUFFER_BYTES {
                let told = format!(
                    "{} bytes hold less than one call takes: use {LEAST_BUFFER_BYTES} (1 MiB) or more, or leave it out for \
                     64 MiB",
                    settings.buffer_bytes
                );
                return Err(wrong("buffer_bytes", &told));
            }
            let region = settings.region.as_deref().unwrap_or("the region that the AWS SDK finds");
            let described = format!("cloudwatch_logs to {} in {region}", targets.join(", "));
            if let Some(tell) = self.failures_of("cloudwatch_logs") {
                settings.on_failure = Arc::new(move |failure| tell(failure));
            }
            let exporter = CloudWatchLogs::new(self.service, settings).map_err(|error| {
                let key = key(config, error.setting());
                Error::with_source(format!("exporters.cloudwatch_logs{key} does not fit: {error}"), error)
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
            if let Some(place) = config.groups.iter().position(|group| group.group.is_empty()) {
                return Err(wrong("groups", &format!("entry {} has no `group`: say what it is called", place + 1)));
            }
            let configs = if config.groups.is_empty() { vec![one()] } else { config.groups.clone() };
            let groups = configs.into_iter().map(|group| self.group(config, group)).collect::<Result<Vec<_>, _>>()?;
            if !groups.iter().any(is_emf) {
                let format = config.format.as_deref().unwrap_or("structured");
                needs_emf("cloudwatch_logs", format, &config.emf, config.naming.is_some())?;
            }
            let groups = with_metrics(groups);
            counted_once(&groups, "requests", Filter::takes_records)?;
            counted_once(&groups, "numbers", Filter::takes_metrics)?;
            Ok(groups)
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
            group.lines.findings = all.findings.unwrap_or(group.lines.findings);
            if let Some(part) = all.sample {
                group.lines.sample = Sample::new(part).map_err(|error| wrong("sample", &error))?;
            }
            #[cfg(feature = "emf")]
            if group.lines.format == Format::Emf {
                group.lines.emf = self.emf("cloudwatch_logs", &all.emf)?;
                if let Some(naming) = &all.naming {
                    group.lines.naming =
                        naming.parse().map_err(|error: tachograph_json::metrics::Error| wrong("naming", &error))?;
                }
            }
            Ok(group)
        }
    }

    /// Lines that are nothing but metrics go with the requests and tasks that are counted, unless a group asks for them.
    fn with_metrics(mut groups: Vec<LogGroup>) -> Vec<LogGroup> {
        if !groups.iter().any(|group| is_emf(group) && group.lines.filter.takes_metrics()) {
            for group in groups.iter_mut().filter(|group| is_emf(group) && group.lines.filter.takes_records()) {
                group.lines.filter.events.get_or_insert_default().push(Event::Metrics);
            }
        }
        groups
    }

    /// What two groups make metrics of would be counted twice.
    fn counted_once(groups: &[LogGroup], what: &str, is_taken: impl Fn(&Filter) -> bool) -> Result<(), Error> {
        let counting = groups.iter().filter(|group| is_emf(group) && is_taken(&group.lines.filter));
        let names: Vec<&str> = counting.map(|group| group.name.as_str()).collect();
        if names.len() < 2 {
            return Ok(());
        }
        let names = names.join(", ");
        let remedy = "say `format = \"emf\"` in one group alone";
        Err(wrong("format", &format!("`emf` in each of {names} would count some {what} more than once: {remedy}")))
    }

    /// By its name, as the format is there only where the feature is.
    fn is_emf(group: &LogGroup) -> bool {
        group.lines.format.to_string() == "emf"
    }

    /// Where a setting stands in the configuration, behind the exporter.
    fn key(config: &CloudWatchLogsConfig, setting: &str) -> String {
        match setting {
            "" => String::new(),
            "filter.level" => ".groups.level".to_owned(),
            "group" if !config.groups.is_empty() => ".groups.group".to_owned(),
            "retention_days" if config.retention_days.is_none() => ".groups.retention_days".to_owned(),
            other => format!(".{other}"),
        }
    }

    fn wrong(key: &str, error: &dyn Display) -> Error {
        Error::new(format!("exporters.cloudwatch_logs.{key} does not fit: {error}"))
    }
}

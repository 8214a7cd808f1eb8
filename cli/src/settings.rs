//! What dashboards, alarms and queries are made for, out of the configuration.

use std::str::FromStr;

use tachograph::Config;
use tachograph::config::{CloudWatchLogsConfig, EmfConfig, ExportersConfig, JsonConfig, LogGroupConfig};
use tachograph_dashboards::{Counter, Objective, Settings};
use tachograph_metrics::Naming;

use crate::commands::Error;

/// What the configuration says, and its defaults where it is silent.
pub(crate) fn of(config: &Config) -> Result<Settings, Error> {
    of_environment(config, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Whether any exporter's lines are metrics, too.
pub(crate) fn publishes_metrics(config: &Config) -> bool {
    let exporters = config.exporters.clone().unwrap_or_default();
    exporters.json.is_some_and(|json| json.format == "emf") || exporters.cloudwatch_logs.as_ref().is_some_and(is_emf)
}

/// AWS's own variables stand below the file, as they do in a service.
fn of_environment(config: &Config, variable: impl Fn(&str) -> Option<String>) -> Result<Settings, Error> {
    let mut settings = Settings::new(config.service.name.as_deref().unwrap_or("service"));
    let exporters = config.exporters.clone().unwrap_or_default();
    let lines = Lines::of(&exporters);
    let buckets = config.metrics.duration_buckets.clone();
    settings.duration_buckets = buckets.unwrap_or(settings.duration_buckets);
    let said = &config.dashboards;

    settings.environment = config.service.environment.clone();
    let namespace = said.namespace.clone().or_else(|| lines.emf.namespace.clone());
    settings.namespace = namespace.or_else(|| variable("AWS_EMF_NAMESPACE")).unwrap_or(settings.namespace);
    settings.dimensions = lines.emf.dimensions.clone().unwrap_or(settings.dimensions);
    settings.emf_naming = lines.naming.map_or(Ok(Naming::default()), |naming| named(lines.exporter, naming))?;
    if let Some(prometheus) = &exporters.prometheus {
        settings.prometheus_naming = named("prometheus", &prometheus.naming)?;
    }

    let group = exporters.cloudwatch_logs.as_ref().and_then(group_of_requests);
    let of_agent = || lines.group_of_agent(&settings.service, &variable);
    let log_group = said.log_group.clone().or_else(|| group.as_ref()?.0.clone()).or_else(of_agent);
    settings.log_group = log_group.unwrap_or(settings.log_group);
    settings.retention_days = said.retention_days.or_else(|| group.as_ref()?.1);
    let of_exporter = || exporters.cloudwatch_logs.as_ref()?.region.clone();
    settings.region = said.region.clone().or_else(of_exporter);

    settings.resources.functions = said.functions.clone();
    settings.resources.clusters = said.clusters.clone();
    settings.resources.tables = said.tables.clone();
    settings.resources.streams = said.streams.clone();
    settings.resources.dead_letter_queues = said.dead_letter_queues.clone();
    add_alarms(config, &mut settings);
    Ok(settings)
}

fn add_alarms(config: &Config, settings: &mut Settings) {
    let (alarms, thresholds) = (&config.alarms, &mut settings.thresholds);
    thresholds.p99_ms = alarms.p99_ms.unwrap_or(thresholds.p99_ms);
    thresholds.error_rate = alarms.error_rate.unwrap_or(thresholds.error_rate);
    thresholds.pool_utilization = alarms.pool_utilization.unwrap_or(thresholds.pool_utilization);
    thresholds.cache_hit_rate = alarms.cache_hit_rate.unwrap_or(thresholds.cache_hit_rate);
    thresholds.iterator_age_ms = alarms.iterator_age_ms.unwrap_or(thresholds.iterator_age_ms);
    thresholds.cold_starts = alarms.cold_starts.unwrap_or(thresholds.cold_starts);
    settings.email = alarms.email.clone();
    let counter = |counter: &tachograph::config::CounterConfig| Counter {
        name: counter.name.clone(),
        most: counter.most,
        period_s: counter.period_s.unwrap_or(300),
        healthy: counter.healthy.clone(),
        action: counter.action.clone(),
    };
    settings.counters = alarms.counters.iter().map(counter).collect();
    let objective = |objective: &tachograph::config::ObjectiveConfig| Objective {
        name: objective.name.clone(),
        target: objective.target,
        method: objective.method.clone(),
        route: objective.route.clone(),
        duration_ms: objective.duration_ms,
    };
    settings.objectives = config.objectives.iter().map(objective).collect();
}

/// The lines that are metrics, or would be.
struct Lines<'a> {
    exporter: &'static str,
    emf: EmfConfig,
    naming: Option<&'a str>,
    /// Where the CloudWatch agent is asked to put them.
    to_agent: bool,
}

impl<'a> Lines<'a> {
    fn of(exporters: &'a ExportersConfig) -> Self {
        let json = exporters.json.as_ref();
        match (json, &exporters.cloudwatch_logs) {
            (Some(json), _) if json.format == "emf" => Lines {
                exporter: "json",
                emf: json.emf.clone(),
                naming: Some(&json.naming),
                to_agent: goes_to_agent(json),
            },
            (_, Some(logs)) if is_emf(logs) => Lines {
                exporter: "cloudwatch_logs",
                emf: logs.emf.clone(),
                naming: logs.naming.as_deref(),
                to_agent: false,
            },
            _ => Lines { exporter: "json", emf: EmfConfig::default(), naming: None, to_agent: false },
        }
    }

    fn group_of_agent(&self, service: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
        let said = self.emf.log_group.clone().or_else(|| variable("AWS_EMF_LOG_GROUP_NAME"));
        said.or_else(|| self.to_agent.then(|| format!("{service}-metrics")))
    }
}

fn goes_to_agent(json: &JsonConfig) -> bool {
    json.output.as_deref().is_some_and(|output| output.starts_with("tcp://"))
}

fn is_emf(logs: &CloudWatchLogsConfig) -> bool {
    let emf = Some("emf");
    logs.format.as_deref() == emf || logs.groups.iter().any(|group| group.format.as_deref() == emf)
}

/// The group that has the lines of all requests, as far as it is said, and how many days it keeps them.
fn group_of_requests(logs: &CloudWatchLogsConfig) -> Option<(Option<String>, Option<u32>)> {
    let has_requests = |group: &&LogGroupConfig| {
        let events = group.events.as_ref().is_none_or(|events| events.iter().any(|event| event == "request"));
        let levels = group.level.as_deref().is_none_or(|level| matches!(level, "debug" | "info"));
        events && levels && group.loggers.is_none()
    };
    if logs.groups.is_empty() {
        return Some((logs.group.clone(), logs.retention_days));
    }
    let group = logs.groups.iter().find(has_requests)?;
    Some((Some(group.group.clone()), group.retention_days.or(logs.retention_days)))
}

fn named(exporter: &str, naming: &str) -> Result<Naming, Error> {
    Naming::from_str(naming).map_err(|error| format!("exporters.{exporter}.naming does not fit: {error}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(config: &str, variables: &[(&str, &str)]) -> Settings {
        let config = Config::from_toml(config).unwrap();
        let variable =
            |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).into());
        of_environment(&config, variable).unwrap()
    }

    #[test]
    fn without_a_word_it_is_what_fits_a_service_that_says_nothing_either() {
        assert_eq!(settings("", &[]), Settings::new("service"));
        assert_eq!(settings("[service]\nname = 'shop'", &[]), Settings::new("shop"));
    }

    #[test]
    fn lines_of_metrics_say_their_namespace_names_and_dimensions() {
        let emf = "[exporters.json]\nformat = 'emf'\nnaming = 'plain'\n[exporters.json.emf]\nnamespace = 'a'\n\
                   dimensions = [['service']]\n[exporters.prometheus]\nnaming = 'plain'";
        let from_json = settings(emf, &[("AWS_EMF_NAMESPACE", "b")]);
        assert_eq!((from_json.namespace.as_str(), from_json.emf_naming), ("a", Naming::Plain));
        assert_eq!(from_json.dimensions, [["service"]]);
        assert_eq!(from_json.prometheus_naming, Naming::Plain);

        let logs = "[exporters.json]\n[exporters.cloudwatch_logs]\nnaming = 'plain'\nemf.namespace = 'c'\n\
                    [[exporters.cloudwatch_logs.groups]]\ngroup = '/shop'\nformat = 'emf'";
        let from_logs = settings(logs, &[]);
        assert_eq!((from_logs.namespace.as_str(), from_logs.emf_naming), ("c", Naming::Plain));

        assert_eq!(settings("", &[("AWS_EMF_NAMESPACE", "b")]).namespace, "b");
        assert_eq!(settings("[dashboards]\nnamespace = 'd'", &[("AWS_EMF_NAMESPACE", "b")]).namespace, "d");
        assert_eq!(settings(&format!("[dashboards]\nnamespace = 'd'\n{emf}"), &[]).namespace, "d");
    }

    #[test]
    fn lines_are_where_the_exporter_puts_them() {
        let group = |config: &str, variables| {
            let settings = settings(config, variables);
            (settings.log_group, settings.retention_days, settings.region)
        };
        let one = "[exporters.cloudwatch_logs]\ngroup = '/a'\nretention_days = 30\nregion = 'eu-west-1'";
        assert_eq!(group(one, &[]), ("/a".into(), Some(30), Some("eu-west-1".into())));
        let overridden = format!("[dashboards]\nlog_group = '/b'\nretention_days = 7\nregion = 'us-east-1'\n{one}");
        assert_eq!(group(&overridden, &[]), ("/b".into(), Some(7), Some("us-east-1".into())));
        assert_eq!(group("[exporters.cloudwatch_logs]\n", &[]), ("/service/requests".into(), None, None));

        let several = "[exporters.cloudwatch_logs]\nretention_days = 90\n\
                       [[exporters.cloudwatch_logs.groups]]\ngroup = '/errors'\nlevel = 'error'\n\
                       [[exporters.cloudwatch_logs.groups]]\ngroup = '/log'\nevents = ['log']\n\
                       [[exporters.cloudwatch_logs.groups]]\ngroup = '/requests'\nevents = ['request']\nretention_days = 30";
        assert_eq!(group(several, &[]), ("/requests".into(), Some(30), None));

        let agent = "[exporters.json]\nformat = 'emf'\noutput = 'tcp://127.0.0.1:25888'";
        assert_eq!(group(agent, &[]).0, "service-metrics");
        assert_eq!(group(agent, &[("AWS_EMF_LOG_GROUP_NAME", "/agent")]).0, "/agent");
        assert_eq!(
            group(&format!("{agent}\nemf.log_group = '/file'"), &[("AWS_EMF_LOG_GROUP_NAME", "/agent")]).0,
            "/file"
        );
    }

    #[test]
    fn thresholds_counters_and_objectives_are_those_of_the_file() {
        let settings = settings(
            "[alarms]\nemail = 'a@b'\np99_ms = 1\nerror_rate = 0.2\npool_utilization = 0.3\ncache_hit_rate = 0.4\n\
             iterator_age_ms = 5\ncold_starts = 0.6\n\
             [[alarms.counters]]\nname = 'rollbacks_total'\nmost = 2\naction = 'look'\n\
             [[objectives]]\nname = 'all'\ntarget = 0.99\nduration_ms = 500\n\
             [dashboards]\nfunctions = ['f']\nclusters = ['c']\ntables = ['t']\nstreams = ['s']\ndead_letter_queues = ['d']",
            &[],
        );
        let thresholds = &settings.thresholds;
        assert_eq!((thresholds.p99_ms, thresholds.iterator_age_ms), (1, 5));
        let parts =
            [thresholds.error_rate, thresholds.pool_utilization, thresholds.cache_hit_rate, thresholds.cold_starts];
        assert_eq!(parts, [0.2, 0.3, 0.4, 0.6]);
        assert_eq!(settings.email.as_deref(), Some("a@b"));
        let counter = &settings.counters[0];
        assert_eq!((counter.name.as_str(), counter.most, counter.period_s), ("rollbacks_total", 2.0, 300));
        assert_eq!(counter.action.as_deref(), Some("look"));
        assert_eq!((settings.objectives[0].target, settings.objectives[0].duration_ms), (0.99, Some(500)));
        let resources = &settings.resources;
        let names = [
            &resources.functions,
            &resources.clusters,
            &resources.tables,
            &resources.streams,
            &resources.dead_letter_queues,
        ];
        assert_eq!(names.map(|names| names.join("")), ["f", "c", "t", "s", "d"]);
    }

    #[test]
    fn buckets_are_those_of_the_metrics() {
        assert_eq!(settings("[metrics]\nduration_buckets = [0.1, 1.0]", &[]).duration_buckets, [0.1, 1.0]);
    }

    #[test]
    fn a_naming_that_there_is_not_is_named_by_its_key() {
        let config = Config::from_toml("[exporters.prometheus]\nnaming = 'other'").unwrap();
        let told = of(&config).unwrap_err().to_string();
        assert!(told.contains("exporters.prometheus.naming") && told.contains("`other`"), "{told}");
    }
}

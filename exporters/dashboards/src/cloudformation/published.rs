//! The metrics of the service, as the exporter publishes them.

use serde_json::{Value, json};
use tachograph_core::Service;
use tachograph_json::emf::{Catalogue, Of, Signal};
use tachograph_metrics::Naming;

use crate::{Error, Settings};

/// Stands for the version, which the settings do not say: what is told apart by it cannot be named here.
const ANY_VERSION: &str = "*";

/// What there is to be shown and watched.
#[derive(Debug)]
pub(super) struct Published {
    namespace: String,
    naming: Naming,
    service: String,
    environment: Option<String>,
    catalogue: Catalogue,
}

/// A metric, with all that CloudWatch needs to know to find it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Metric {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) dimensions: Vec<(String, String)>,
}

impl Published {
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let mut service = Service::new(&settings.service).version(ANY_VERSION);
        service.environment.clone_from(&settings.environment);
        let catalogue = Catalogue::new(&service, &settings.dimensions, settings.emf_naming)
            .map_err(|error| Error::new(format!("of these dimensions nothing is published: {error}")))?;
        Ok(Published {
            namespace: settings.namespace.clone(),
            naming: settings.emf_naming,
            service: settings.service.clone(),
            environment: settings.environment.clone(),
            catalogue,
        })
    }

    /// The metric of a signal for the service as a whole. Fails where the configuration publishes none such.
    pub(super) fn metric(&self, signal: Signal) -> Result<Metric, Error> {
        let naming = self.naming;
        let name = signal.name(naming).ok_or_else(|| {
            Error::new(format!("by the naming `{naming}` there is no metric of {signal:?}: use the other one"))
        })?;
        let sets = self.catalogue.sets(signal.of());
        let known = sets.iter().filter_map(|set| self.values(signal.of(), set));
        let smallest = known.min_by_key(Vec::len).ok_or_else(|| {
            let pairs = self.environment.iter().map(|_| "\"environment\"");
            let own: Vec<&str> = ["\"service\""].into_iter().chain(pairs).collect();
            Error::new(format!(
                "`{name}` is published by no set of dimensions that has one value for all of the service: add [{}] to \
                 `dimensions` of [exporters.json.emf]",
                own.join(", ")
            ))
        })?;
        Ok(Metric { namespace: self.namespace.clone(), name: name.to_owned(), dimensions: smallest })
    }

    /// A counter of the application's own is called so in lines.
    pub(super) fn counter(&self, name: &str) -> Option<String> {
        self.catalogue.counter(name)
    }

    /// The signal that counts under this name, if one does.
    pub(super) fn signal(&self, name: &str) -> Option<Signal> {
        let is_called = |of: &str| name == of || self.counter(name).is_some_and(|name| name == of);
        self.catalogue
            .metrics()
            .find(|(_, other, unit)| is_called(other) && *unit == "Count")
            .map(|(signal, ..)| signal)
    }

    /// An expression that finds the metric of a signal for each endpoint, or for each pool; none where it is not told apart so.
    pub(super) fn search(&self, signal: Signal, of: Of, by: &[&str], stat: &str, period: u32) -> Option<String> {
        let name = signal.name(self.naming)?;
        let sets = self.catalogue.sets(of);
        let (set, known) = sets.iter().find_map(|set| {
            let rest: Vec<&str> = set.iter().copied().filter(|name| !by.contains(name)).collect();
            let is_told_apart = rest.len() + by.len() == set.len();
            self.values(of, &rest).filter(|_| is_told_apart).map(|known| (set, known))
        })?;
        let is_plain = |text: &str| !text.contains(['\'', '"', '\\']);
        if !known.iter().all(|(_, value)| is_plain(value)) {
            return None;
        }
        let pairs: String = known.iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
        let schema = format!("{{\"{}\",{}}}", self.namespace, set.join(","));
        Some(format!("SEARCH('{schema} MetricName=\"{name}\"{pairs}', '{stat}', {period})"))
    }

    /// How many milliseconds are one of what a signal is counted in.
    pub(super) fn millis(&self, signal: Signal) -> f64 {
        if signal.unit(self.naming) == Some("Seconds") { 1000.0 } else { 1.0 }
    }

    /// What durations are counted in.
    pub(super) fn time_unit(&self, signal: Signal) -> &'static str {
        if signal.unit(self.naming) == Some("Seconds") { "s" } else { "ms" }
    }

    /// The values of a set, where each is known.
    fn values(&self, of: Of, set: &[&str]) -> Option<Vec<(String, String)>> {
        let value = |name: &&str| {
            let value = match *name {
                "service" => self.service.clone(),
                "environment" => self.environment.clone()?,
                "event" if of == Of::Request => "request".to_owned(),
                "event" if of == Of::Task => "task".to_owned(),
                _ => return None,
            };
            Some((name.to_string(), value))
        };
        set.iter().map(value).collect()
    }
}

impl Metric {
    /// Of AWS's own, or of a filter's.
    pub(super) fn of(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
        Metric {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions.iter().map(owned).collect(),
        }
    }

    /// As a widget has it, with these options.
    pub(super) fn line(&self, options: Value) -> Value {
        let dimensions = self.dimensions.iter().flat_map(|(name, value)| [name, value]);
        let mut line: Vec<Value> =
            [&self.namespace, &self.name].into_iter().chain(dimensions).map(|text| json!(text)).collect();
        line.push(options);
        line.into()
    }

    /// The dimensions, as an alarm has them.
    pub(super) fn pairs(&self) -> Value {
        self.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(environment: Option<&str>, sets: &[&[&str]], naming: Naming) -> Published {
        let dimensions = sets.iter().map(|set| set.iter().map(|name| (*name).to_owned()).collect()).collect();
        let environment = environment.map(str::to_owned);
        let settings = Settings { environment, dimensions, emf_naming: naming, ..Settings::new("api") };
        Published::new(&settings).unwrap()
    }

    fn dimensions(published: &Published, signal: Signal) -> Vec<String> {
        let metric = published.metric(signal).unwrap();
        metric.dimensions.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn of_several_sets_the_smallest_that_is_known_is_taken() {
        let sets: [&[&str]; 4] = [
            &["service", "version"],
            &["service", "environment", "event"],
            &["service", "route"],
            &["environment", "service"],
        ];
        let with = published(Some("production"), &sets, Naming::OpenTelemetry);
        assert_eq!(dimensions(&with, Signal::Duration), ["environment=production", "service=api"]);
        let without = published(None, &sets, Naming::OpenTelemetry);
        assert_eq!(dimensions(&without, Signal::Duration), ["service=api"]);
        let by_event = published(None, &[&["service", "event"]], Naming::OpenTelemetry);
        assert_eq!(dimensions(&by_event, Signal::Duration), ["service=api", "event=request"]);
        assert_eq!(dimensions(&by_event, Signal::TaskErrors), ["service=api", "event=task"]);
        assert_eq!(
            dimensions(&by_event, Signal::ActiveRequests),
            ["service=api"],
            "what no request carries has no event"
        );
        let none = published(None, &[&[], &["service", "route"]], Naming::OpenTelemetry);
        assert!(dimensions(&none, Signal::Duration).is_empty());
    }

    #[test]
    fn what_is_not_published_is_refused_with_the_remedy() {
        let by_route = published(Some("production"), &[&["service", "route"], &["version"]], Naming::OpenTelemetry);
        let refused = by_route.metric(Signal::Errors).unwrap_err().to_string();
        assert!(refused.contains("`errors`") && refused.contains("[\"service\", \"environment\"]"), "{refused}");
        let plain = published(None, &[&["service"]], Naming::Plain);
        assert!(plain.metric(Signal::DatabaseTime).unwrap_err().to_string().contains("`plain`"));
        let settings = Settings { dimensions: vec![vec!["path".into()]], ..Settings::new("api") };
        assert!(Published::new(&settings).unwrap_err().to_string().contains("`path`"));
    }

    #[test]
    fn endpoints_are_searched_for_where_they_are_told_apart() {
        let by = ["method", "route"];
        let search = |published: &Published| published.search(Signal::Duration, Of::Request, &by, "p95", 300);
        let routes = published(None, &[&["service"], &["route", "service", "method"]], Naming::Plain);
        let expected = "SEARCH('{\"api\",route,service,method} MetricName=\"http_request_duration_seconds\" service=\"api\"', \
                        'p95', 300)";
        assert_eq!(search(&routes).unwrap(), expected);
        assert_eq!(search(&published(None, &[&["service"]], Naming::Plain)), None);
        let settings = Settings { namespace: "a".into(), ..Settings::new("o'neill") };
        assert_eq!(search(&Published::new(&settings).unwrap()), None, "nothing can be quoted there");
    }

    #[test]
    fn counters_of_ours_are_known_by_name() {
        let plain = published(None, &[&["service"]], Naming::Plain);
        assert_eq!(plain.signal("tachograph_dropped"), Some(Signal::Dropped));
        assert_eq!(plain.signal("http_request_duration_seconds"), None, "that is no counter");
        assert_eq!(plain.signal("safety_rollbacks_total"), None);
    }
}

//! Which series of which service are asked, and over what time.

use tachograph_metrics::{Instrument, Kind, Naming};

use super::label::{Label, quoted};
use crate::settings::Settings;

/// The label of `target_info` that says which version runs.
pub(crate) const VERSION: &str = "service_version";

/// The label of `target_info` that says which service it is.
pub(crate) const SERVICE: &str = "service_name";

/// The label of `target_info` that says where it runs.
pub(crate) const ENVIRONMENT: &str = "deployment_environment_name";

/// The labels of `target_info`, and of what is recorded, that say which service it is.
pub(crate) fn identity(settings: &Settings) -> impl Iterator<Item = (&'static str, &str)> {
    let environment = settings.environment.as_deref().map(|environment| (ENVIRONMENT, environment));
    [(SERVICE, settings.service.as_str())].into_iter().chain(environment)
}

/// What series of this service have to have, and what else they must.
pub(crate) fn own(settings: &Settings, more: &[(&'static str, &str)]) -> String {
    let all = identity(settings).chain(more.iter().copied());
    all.map(|(label, value)| format!("{label}={}", quoted(value))).collect::<Vec<_>>().join(",")
}

/// What our metrics are asked for. The service is in no label of theirs, but in those of `target_info`, the series by which
/// each of its processes says what it is.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) naming: Naming,
    /// What `target_info` has to have: `service_name="experiments-api"`.
    target: String,
    /// What series of requests have to have.
    requests: Vec<String>,
    /// Over how long a time it is counted: `5m`.
    window: String,
}

impl Scope {
    /// All requests to what has these labels of `target_info`.
    pub(crate) fn new(naming: Naming, target: String, window: &str) -> Self {
        Scope { naming, target, requests: Vec::new(), window: window.to_owned() }
    }

    /// All requests to the service of the settings.
    pub(crate) fn of(settings: &Settings, window: &str) -> Self {
        Scope::new(settings.prometheus_naming, own(settings, &[]), window)
    }

    /// Only those requests whose label is so: `is` is an operator of PromQL and its operand in quotes.
    pub(crate) fn requests(mut self, label: Label, is: &str) -> Self {
        let matcher = self.matcher(label, is);
        self.requests.push(matcher);
        self
    }

    /// Over another time.
    pub(crate) fn over(&self, window: &str) -> Self {
        Scope { window: window.to_owned(), ..self.clone() }
    }

    pub(crate) fn matcher(&self, label: Label, is: &str) -> String {
        format!("{}{is}", label.name(self.naming))
    }

    /// The label has this value.
    pub(crate) fn equals(&self, label: Label, value: &str) -> String {
        self.matcher(label, &format!("={}", quoted(value)))
    }

    pub(crate) fn label(&self, label: Label) -> String {
        label.name(self.naming)
    }

    /// The samples of a counter or a gauge, as far as they have these labels.
    pub(crate) fn series(&self, instrument: &Instrument, matchers: &[String]) -> String {
        let suffix = if instrument.kind() == Kind::Counter { "_total" } else { "" };
        self.samples(instrument, suffix, matchers)
    }

    /// How fast a counter grows.
    pub(crate) fn rate(&self, counter: &Instrument, matchers: &[String]) -> String {
        self.rate_of(&self.series(counter, matchers))
    }

    /// How fast the buckets of a histogram, its `count` or its `sum` grow.
    pub(crate) fn rate_of_samples(&self, histogram: &Instrument, suffix: &str, matchers: &[String]) -> String {
        self.rate_of(&self.samples(histogram, suffix, matchers))
    }

    fn rate_of(&self, series: &str) -> String {
        format!("rate({series}[{}])", self.window)
    }

    /// The samples of a histogram: its `_bucket`s, its `_count` or its `_sum`.
    pub(crate) fn samples(&self, instrument: &Instrument, suffix: &str, matchers: &[String]) -> String {
        // Only what is counted of requests has a route.
        let requests = if Label::Route.is_of(instrument, self.naming) { self.requests.as_slice() } else { &[] };
        let matchers = [matchers, requests].concat();
        let name = instrument.prometheus_name(self.naming);
        if matchers.is_empty() {
            format!("{name}{suffix}")
        } else {
            format!("{name}{suffix}{{{}}}", matchers.join(","))
        }
    }

    /// The sum of what processes of the service have, by these labels. `expression` binds at least as closely as `and`.
    pub(crate) fn sum(&self, by: &[&str], expression: &str) -> String {
        let by = if by.is_empty() { String::new() } else { format!(" by ({})", by.join(", ")) };
        format!("sum{by}({})", self.of_service(expression))
    }

    /// The same, but by version and these labels.
    pub(crate) fn sum_by_version(&self, by: &[&str], expression: &str) -> String {
        let by = [&[VERSION], by].concat().join(", ");
        let target = self.target_info();
        format!("sum by ({by})({expression} * on (job, instance) group_left ({VERSION}) {target})")
    }

    /// The sum of what the processes had that were there at some time in this range, `[1d] offset 1h`: one that asks how it
    /// was must not forget those that have ended since.
    pub(crate) fn sum_then(&self, by: &[&str], expression: &str, range: &str) -> String {
        let (by, target) = (by.join(", "), self.target_info());
        format!("sum by ({by})({expression} and on (job, instance) last_over_time({target}{range}))")
    }

    /// As far as it is of processes of the service.
    pub(crate) fn of_service(&self, expression: &str) -> String {
        format!("{expression} and on (job, instance) {}", self.target_info())
    }

    /// By how much a counter grew in the last minute, to be recorded once a minute: the sum of these over any time is what
    /// it grew by, of processes that have ended since, too. `rate` and `increase` do not see that a series came into being
    /// by being counted, which is all there is to see of what is rare. What a process counted before it was looked at for
    /// the first time is none of that minute.
    pub(crate) fn grown(&self, series: &str) -> String {
        let target = self.target_info();
        let known = format!("{series} and on (job, instance) {target} offset 1m");
        self.sum(&[], &format!("({series} - {series} offset 1m >= 0 or {known})"))
    }

    fn target_info(&self) -> String {
        format!("target_info{{{}}}", self.target)
    }

    /// The quantile of a histogram, by these labels.
    pub(crate) fn quantile(&self, quantile: f64, by: &[&str], histogram: &Instrument, matchers: &[String]) -> String {
        let by = [by, &["le"]].concat();
        let buckets = self.rate_of_samples(histogram, "_bucket", matchers);
        format!("histogram_quantile({quantile}, {})", self.sum(&by, &buckets))
    }
}

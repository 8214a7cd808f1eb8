//! Which metrics a configuration publishes, for those who make dashboards and alarms of them, and what it is billed for.

use tachograph_core::Service;
use tachograph_metrics::Naming;

use super::dimensions::{Dimension, DimensionSets};
use super::periodic::{POOL, counter_name};
use super::signal::{Of, Signal};
use crate::error::Error;

/// The metrics that a service publishes: what they are called, and by what sets of dimensions they are told apart.
#[derive(Debug)]
pub struct Catalogue {
    naming: Naming,
    sets: DimensionSets,
    of_service: Vec<Vec<&'static str>>,
}

impl Catalogue {
    /// Of a service with these sets of [dimensions](super::EmfSettings::dimensions). Fails where the exporter does: where a
    /// member is no dimension, or CloudWatch would refuse what the service says of itself.
    pub fn new(service: &Service, dimensions: &[Vec<String>], naming: Naming) -> Result<Self, Error> {
        let sets = DimensionSets::new(service, dimensions).map_err(|error| error.about("emf.dimensions"))?;
        let of_service = sets.members_of_service(service);
        Ok(Catalogue { naming, sets, of_service })
    }

    /// The sets by which metrics of this kind are told apart. A set is left out of what lacks one of its members: a request
    /// that matched no route is in those without `route`.
    pub fn sets(&self, of: Of) -> Vec<Vec<&'static str>> {
        match of {
            Of::Request => self.sets.members(|dimension| dimension != Dimension::Name),
            Of::Task => self.sets.members(is_of_tasks),
            Of::Service => self.of_service.clone(),
            Of::Pool => self.of_service.iter().map(|set| [set.as_slice(), &[POOL]].concat()).collect(),
        }
    }

    /// The name and the unit of each metric.
    pub fn metrics(&self) -> impl Iterator<Item = (Signal, &'static str, &'static str)> {
        let named = |signal: Signal| Some((signal, signal.name(self.naming)?, signal.unit(self.naming)?));
        Signal::ALL.into_iter().filter_map(named)
    }

    /// What one of the application's counters is called, which the application calls so; none where nothing is left of it.
    pub fn counter(&self, name: &str) -> Option<String> {
        counter_name(name, self.naming)
    }

    /// How many metrics CloudWatch bills for a service that has so much of everything, at most, by sets of dimensions: all of
    /// [`Billed::total`] together. What is told only where something went wrong is not in it.
    pub fn bill(&self, traffic: &Traffic) -> Vec<Billed> {
        let of_records = [(Of::Request, traffic.endpoints), (Of::Task, traffic.tasks)];
        let of_records = of_records.into_iter().filter(|(_, some)| *some > 0);
        let of_records = of_records.flat_map(|(of, _)| {
            self.sets(of).into_iter().map(move |set| (of, traffic.values(&set), self.used(of, traffic), set))
        });
        let of_service = self.sets(Of::Service).into_iter();
        let of_service = of_service.map(|set| (Of::Service, 1, self.used(Of::Service, traffic) + traffic.series, set));
        let of_pools = self.sets(Of::Pool).into_iter().filter(|_| traffic.pools > 0);
        let of_pools = of_pools.map(|set| (Of::Pool, traffic.pools, self.used(Of::Pool, traffic), set));
        let billed = |(of, values, metrics, set)| Billed { of, set, metrics, values };
        of_records.chain(of_service).chain(of_pools).map(billed).collect()
    }

    /// How many metrics of this kind there are where so much is used.
    fn used(&self, of: Of, traffic: &Traffic) -> u64 {
        let is_used = |signal: &Signal| match signal {
            Signal::DatabaseQueries | Signal::DatabaseTime | Signal::SlowestQuery => traffic.database,
            Signal::ExternalCalls | Signal::ExternalTime | Signal::SlowestExternalCall => traffic.external,
            Signal::CacheHits | Signal::CacheMisses => traffic.cache,
            Signal::PoolUtilization => traffic.pools > 0,
            Signal::SeriesOverflowed | Signal::PoolTimeouts => false,
            _ => true,
        };
        let is_of = |signal: &Signal| signal.of() == of || (of == Of::Pool && *signal == Signal::PoolUtilization);
        self.metrics().map(|(signal, ..)| signal).filter(|signal| is_of(signal) && is_used(signal)).count() as u64
    }
}

/// What a task can have.
fn is_of_tasks(dimension: Dimension) -> bool {
    !matches!(dimension, Dimension::Method | Dimension::Route | Dimension::StatusClass)
}

/// How much a service has of everything by which metrics are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// Pairs of a method and a route.
    pub endpoints: u64,
    /// Methods.
    pub methods: u64,
    /// Routes.
    pub routes: u64,
    /// Names of tasks.
    pub tasks: u64,
    /// Ways in which requests end; `completed` is one.
    pub outcomes: u64,
    /// Classes of status codes; `2xx` is one.
    pub status_classes: u64,
    /// Pools.
    pub pools: u64,
    /// Series of the application's own numbers; a histogram's is two.
    pub series: u64,
    /// Whether the database is asked.
    pub database: bool,
    /// Whether other services are asked.
    pub external: bool,
    /// Whether caches are asked.
    pub cache: bool,
}

impl Default for Traffic {
    /// One of each, and all is used; no tasks, and nothing of the application's own.
    fn default() -> Self {
        Traffic {
            endpoints: 1,
            methods: 1,
            routes: 1,
            tasks: 0,
            outcomes: 1,
            status_classes: 1,
            pools: 1,
            series: 0,
            database: true,
            external: true,
            cache: true,
        }
    }
}

impl Traffic {
    /// How many values a set of dimensions has.
    fn values(&self, set: &[&str]) -> u64 {
        let has = |name| set.contains(&name);
        let places = match (has("method"), has("route")) {
            (true, true) => self.endpoints,
            (true, false) => self.methods,
            (false, true) => self.routes,
            (false, false) => 1,
        };
        let times = [("name", self.tasks), ("outcome", self.outcomes), ("status_class", self.status_classes)];
        times.into_iter().filter(|(name, _)| has(name)).fold(places, |values, (_, more)| values.saturating_mul(more))
    }
}

/// What CloudWatch bills for one set of dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billed {
    /// What is counted.
    pub of: Of,
    /// The set.
    pub set: Vec<&'static str>,
    /// How many metrics there are.
    pub metrics: u64,
    /// How many values the set has, each of which is billed.
    pub values: u64,
}

impl Billed {
    /// How many metrics that is on the bill.
    pub fn total(&self) -> u64 {
        self.metrics.saturating_mul(self.values)
    }
}

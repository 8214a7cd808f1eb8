//! By what metrics are told apart.

use std::collections::BTreeMap;

use tachograph_core::{Record, RecordKind, Service};
use tachograph_metrics::plain_status;

use super::limits;
use crate::error::Error;

/// A member of the line that can tell metrics apart: each has few values, whoever sends requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Dimension {
    Service,
    Version,
    Environment,
    Event,
    Method,
    Route,
    Name,
    Outcome,
    StatusClass,
}

const NAMES: [(&str, Dimension); 9] = [
    ("service", Dimension::Service),
    ("version", Dimension::Version),
    ("environment", Dimension::Environment),
    ("event", Dimension::Event),
    ("method", Dimension::Method),
    ("route", Dimension::Route),
    ("name", Dimension::Name),
    ("outcome", Dimension::Outcome),
    ("status_class", Dimension::StatusClass),
];

impl Dimension {
    pub(crate) fn name(self) -> &'static str {
        NAMES[self as usize].0
    }

    /// What it is for all lines of the service; none where each line has its own.
    fn of_service(self, service: &Service) -> Option<Option<&str>> {
        match self {
            Dimension::Service => Some(Some(&service.name)),
            Dimension::Version => Some(service.version.as_deref()),
            Dimension::Environment => Some(service.environment.as_deref()),
            _ => None,
        }
    }

    /// What it is for this record; none where the record has none, or none that CloudWatch takes. What is the same in all lines
    /// is not asked for here.
    pub(crate) fn of(self, record: &Record) -> Option<&str> {
        let value = match self {
            Dimension::Service | Dimension::Version | Dimension::Environment => None,
            Dimension::Event => Some(record.kind().as_str()),
            Dimension::Method => (record.kind() == RecordKind::Request).then(|| record.known_method()),
            Dimension::Route => record.route(),
            Dimension::Name => record.task_name(),
            Dimension::Outcome => Some(record.outcome().as_str()),
            Dimension::StatusClass => status_class(record),
        };
        value.filter(|value| limits::is_dimension_value(value))
    }
}

/// `2xx`. Without an answer it is as by plain names: a failure of the service is one of its 5xx, else nobody who looks for
/// those would see it, and a client that left one of the 4xx. A task has none.
pub(crate) fn status_class(record: &Record) -> Option<&'static str> {
    let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    let status = (record.kind() == RecordKind::Request).then(|| plain_status(record))?;
    classes.get(usize::from(status / 100).checked_sub(1)?).copied()
}

/// The sets of dimensions by which metrics are told apart.
#[derive(Debug)]
pub(crate) struct DimensionSets {
    sets: Vec<Set>,
    of_records: Vec<Dimension>,
}

#[derive(Debug)]
struct Set {
    all: Vec<Dimension>,
    /// Those that each record has of its own.
    of_records: Vec<Dimension>,
    /// `["service","environment","method","route"]`
    rendered: String,
}

impl DimensionSets {
    /// What a service has not said (its environment) is no dimension. Fails where a member is none, or CloudWatch would
    /// refuse what the service says of itself.
    pub(crate) fn new(service: &Service, sets: &[Vec<String>]) -> Result<Self, Error> {
        if sets.is_empty() {
            return Err(Error::new("dimensions has no set: add one, which may be empty, as in `[[]]`"));
        }
        let mut distinct: Vec<Vec<Dimension>> = Vec::new();
        for names in sets {
            let Some(set) = read_set(service, names)? else { continue };
            let is_same = |other: &Vec<Dimension>| {
                other.len() == set.len() && set.iter().all(|dimension| other.contains(dimension))
            };
            // What is there twice would be counted twice.
            if !distinct.iter().any(is_same) {
                distinct.push(set);
            }
        }
        if distinct.is_empty() {
            return Err(Error::new(
                "no set of dimensions is left, for all have only what the service has not said of itself: say its \
                 environment or version, or add a set that has its `service`",
            ));
        }
        let mut of_records: Vec<_> = distinct.iter().flatten().copied().collect();
        of_records.retain(|dimension| dimension.of_service(service).is_none());
        of_records.sort_unstable();
        of_records.dedup();
        let sets = distinct.into_iter().map(|set| Set::new(set, service)).collect();
        Ok(DimensionSets { sets, of_records })
    }

    /// All dimensions, of any set, of which records have values of their own.
    pub(crate) fn of_records(&self) -> &[Dimension] {
        &self.of_records
    }

    /// The sets, as they are written, by the dimensions of which records have values of their own: those with the same ones
    /// tell the same records apart.
    pub(crate) fn by_dimensions_of_records(&self) -> impl Iterator<Item = (Vec<Dimension>, Vec<String>)> {
        let mut groups: BTreeMap<Vec<Dimension>, Vec<String>> = BTreeMap::new();
        for set in &self.sets {
            let mut dimensions = set.of_records.clone();
            dimensions.sort_unstable();
            groups.entry(dimensions).or_default().push(set.rendered.clone());
        }
        groups.into_iter()
    }

    /// The members of the sets of what can have values of these dimensions.
    pub(crate) fn members(&self, has: impl Fn(Dimension) -> bool) -> Vec<Vec<&'static str>> {
        let fits = |set: &&Set| set.of_records.iter().all(|dimension| has(*dimension));
        let names = |set: &Set| set.all.iter().map(|dimension| dimension.name()).collect();
        self.sets.iter().filter(fits).map(names).collect()
    }

    /// The members of the sets of what no request carries: those that are the same for all of the service, or where there are
    /// none, its name and environment.
    pub(crate) fn members_of_service(&self, service: &Service) -> Vec<Vec<&'static str>> {
        let sets = self.members(|_| false);
        if !sets.is_empty() {
            return sets;
        }
        let is_said =
            |dimension: &Dimension| dimension.of_service(service).flatten().is_some_and(limits::is_dimension_value);
        let said = [Dimension::Service, Dimension::Environment].into_iter().filter(is_said);
        vec![said.map(Dimension::name).collect()]
    }

    /// The sets, as they are written, of what has values of these dimensions.
    pub(crate) fn with<'s>(
        &'s self,
        has: impl Fn(Dimension) -> bool + Clone + 's,
    ) -> impl Iterator<Item = &'s str> + Clone {
        let fits = move |set: &&Set| set.of_records.iter().all(|dimension| has(*dimension));
        self.sets.iter().filter(fits).map(|set| set.rendered.as_str())
    }
}

impl Set {
    fn new(dimensions: Vec<Dimension>, service: &Service) -> Self {
        let names: Vec<_> = dimensions.iter().map(|dimension| format!("\"{}\"", dimension.name())).collect();
        let is_of_records = |dimension: &Dimension| dimension.of_service(service).is_none();
        let of_records = dimensions.iter().copied().filter(is_of_records).collect();
        Set { all: dimensions, of_records, rendered: format!("[{}]", names.join(",")) }
    }
}

/// None where it has only what the service has not said.
fn read_set(service: &Service, names: &[String]) -> Result<Option<Vec<Dimension>>, Error> {
    if names.len() > limits::MOST_DIMENSIONS {
        let most = limits::MOST_DIMENSIONS;
        return Err(Error::new(format!("a set of dimensions has {} members: CloudWatch takes {most}", names.len())));
    }
    let mut set = Vec::new();
    for name in names {
        let dimension = read(name)?;
        let is_there = match dimension.of_service(service) {
            Some(Some(value)) if !limits::is_dimension_value(value) => {
                let refused = format!(
                    "{name} is a dimension, but CloudWatch takes no `{}` as its value: use 1 to 1024 characters of ASCII",
                    value.escape_debug()
                );
                return Err(Error::new(refused));
            }
            Some(value) => value.is_some(),
            None => true,
        };
        if is_there && !set.contains(&dimension) {
            set.push(dimension);
        }
    }
    Ok((!set.is_empty() || names.is_empty()).then_some(set))
}

fn read(name: &str) -> Result<Dimension, Error> {
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, dimension)| *dimension).ok_or_else(|| {
        let names = NAMES.map(|(known, _)| format!("`{known}`")).join(", ");
        Error::new(format!("`{name}` is no dimension, for it must not have many values: use {names}"))
    })
}

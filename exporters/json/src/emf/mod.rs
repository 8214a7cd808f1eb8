//! CloudWatch's embedded metric format: lines that are metrics, too.

mod aggregate;
mod catalogue;
mod dimensions;
mod limits;
mod members;
mod metric;
mod periodic;
mod samples;
mod settings;
mod signal;
mod wide;

use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use tachograph_core::{Handle, Level, Record, Service, WeakHandle};
use tachograph_delivery::Periodic;
use tachograph_metrics::Naming;

use aggregate::Aggregate;
use dimensions::DimensionSets;
use members::Members;

use crate::error::Error;
use crate::service::ServiceMembers;
use crate::settings::{Format, Settings};
pub use catalogue::{Billed, Catalogue, Traffic};
pub(crate) use members::Agent;
pub use settings::EmfSettings;
pub use signal::{Of, Signal};
pub(crate) use wide::LineOfMetrics;

/// What all events of one exporter have in common.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) service: ServiceMembers,
    pub(crate) naming: Naming,
    pub(crate) members: Members,
    pub(crate) sets: DimensionSets,
    handle: OnceLock<WeakHandle>,
}

/// The logger of the lines that are nothing but metrics.
const LOGGER: &str = "tachograph.metrics";

/// How many series there can be where nobody says it: as many as of other metrics.
const MOST_SERIES: usize = 2000;

impl Shape {
    /// The instance that the exporter is a part of, while it is there.
    fn handle(&self) -> Option<Handle> {
        self.handle.get()?.upgrade()
    }

    /// The time as the instance has it; where it is gone, the system's.
    fn now(&self) -> SystemTime {
        self.handle().map_or_else(SystemTime::now, |handle| handle.now())
    }
}

/// The metrics of one exporter.
#[derive(Debug)]
pub(crate) struct Emf {
    pub(crate) shape: Arc<Shape>,
    /// Where requests are counted together; none where each line has its metrics.
    pub(crate) aggregate: Option<Arc<Aggregate>>,
}

impl Emf {
    /// The metrics of an exporter of these settings, and what the delivery asks for them from time to time; none where its lines
    /// are no metrics.
    pub(crate) fn of(service: &Service, all: &Settings) -> Result<Option<(Self, Vec<Periodic>)>, Error> {
        if all.format != Format::Emf {
            return Ok(None);
        }
        let (settings, naming) = (&all.emf, all.naming);
        if !all.sample.is_all() && settings.aggregate.is_none() {
            return Err(Error::new(
                "sample is less than 1, so that metrics would count only the requests that have lines: set emf.aggregate_ms, \
                 by which all are counted, or sample = 1",
            )
            .about("sample"));
        }
        let only_loud = all.filter.level.is_some_and(|level| level > Level::Info) && all.filter.takes_records();
        if only_loud && settings.aggregate.is_none() {
            return Err(Error::new(
                "the lines are those of some levels, so that metrics would count only the requests that have lines: set \
                 emf.aggregate_ms, by which all are counted, or leave out the level",
            )
            .about("filter.level"));
        }
        for (key, time) in [("emf.aggregate_ms", settings.aggregate), ("emf.interval_ms", Some(settings.interval))] {
            if time.is_some_and(|time| time.is_zero()) {
                return Err(Error::new("0 is no time to count in: use 1000 or more").about(key));
            }
        }
        let members = Members::new(service, settings, naming)?;
        let shape = Arc::new(Shape {
            service: ServiceMembers::new(service).for_agent(members.agent().cloned()),
            naming,
            members,
            sets: DimensionSets::new(service, &settings.dimensions).map_err(|error| error.about("emf.dimensions"))?,
            handle: OnceLock::new(),
        });
        let most_series = settings.metrics.as_ref().map_or(MOST_SERIES, |metrics| metrics.max_series());
        let aggregate = settings.aggregate.map(|_| Arc::new(Aggregate::new(Arc::clone(&shape), most_series)));
        let sources = match all.filter.takes_metrics() {
            true => periodic::sources(service, &shape, aggregate.as_ref(), settings),
            false => Vec::new(),
        };
        Ok(Some((Emf { shape, aggregate }, sources)))
    }

    /// The exporter is part of this instance from now on.
    pub(crate) fn attached(&self, handle: &WeakHandle) {
        let _ = self.shape.handle.set(handle.clone());
    }

    /// A request or task has ended, whether or not it has a line.
    pub(crate) fn record(&self, record: &Record) {
        if let Some(aggregate) = &self.aggregate {
            aggregate.record(record);
        }
    }

    /// What makes the line of a request metrics; none where they are told of apart.
    pub(crate) fn line<'a>(&'a self, record: &'a Record) -> Option<LineOfMetrics<'a>> {
        self.aggregate.is_none().then(|| LineOfMetrics::new(&self.shape, record))
    }
}

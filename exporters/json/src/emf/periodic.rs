//! What is told from time to time: the aggregated series, and what no request carries.

mod event;
mod histogram;
mod label;
mod numbers;
mod ours;
mod unit;
mod unrequested;

use std::sync::Arc;

use tachograph_core::Service;
use tachograph_delivery::Periodic;
use tachograph_metrics::Metrics;

use super::Shape;
use super::aggregate::{Aggregate, Events};
use super::settings::EmfSettings;
pub(super) use ours::POOL;
use unrequested::Unrequested;
pub(super) use unrequested::counter_name;

/// What the delivery asks from time to time.
pub(crate) fn sources(
    service: &Service,
    shape: &Arc<Shape>,
    aggregate: Option<&Arc<Aggregate>>,
    settings: &EmfSettings,
) -> Vec<Periodic> {
    let mut sources = Vec::new();
    if let (Some(aggregate), Some(every)) = (aggregate, settings.aggregate) {
        let events = Events::new(Arc::clone(aggregate), settings.metrics.clone());
        sources.push(Periodic::new(events, every));
    }
    // Without metrics of anybody's there is still what the instance itself knows.
    let metrics = settings.metrics.clone().or_else(|| Metrics::new(service, Default::default()).ok());
    if let Some(metrics) = metrics {
        let unrequested = Unrequested::new(service, Arc::clone(shape), metrics, settings.interval);
        sources.push(Periodic::new(unrequested, settings.interval));
    }
    sources
}

//! What is told from time to time: the aggregated series, and what no request carries.

use std::sync::Arc;

use tachograph_core::WeakHandle;
use tachograph_delivery::Periodic;

use super::Shape;
use super::aggregate::Aggregate;
use super::settings::EmfSettings;

/// What the delivery asks from time to time.
pub(crate) fn sources(shape: &Arc<Shape>, aggregate: Option<&Arc<Aggregate>>, settings: &EmfSettings) -> Vec<Periodic> {
    let _ = (shape, aggregate, settings);
    Vec::new()
}

/// The exporter is part of this instance from now on.
pub(crate) fn attached(shape: &Arc<Shape>, handle: &WeakHandle) {
    let _ = (shape, handle);
}

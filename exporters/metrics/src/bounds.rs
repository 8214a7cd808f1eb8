//! The buckets of all histograms.

use crate::error::Error;
use crate::histogram::{Bounds, Unit};
use crate::settings::Settings;

#[derive(Debug)]
pub(crate) struct AllBounds {
    pub(crate) durations: Bounds,
    pub(crate) database: Bounds,
    pub(crate) sizes: Bounds,
    pub(crate) queries: Bounds,
}

impl AllBounds {
    pub(crate) fn of(settings: &Settings) -> Result<Self, Error> {
        Ok(AllBounds {
            durations: Bounds::new("duration_buckets", Unit::Seconds, &settings.duration_buckets)?,
            database: Bounds::new("database_buckets", Unit::Seconds, &settings.database_buckets)?,
            sizes: Bounds::new("size_buckets", Unit::Whole, &settings.size_buckets)?,
            queries: Bounds::new("query_buckets", Unit::Whole, &settings.query_buckets)?,
        })
    }
}

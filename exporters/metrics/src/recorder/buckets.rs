//! Which buckets the application's histograms have.

use std::sync::Arc;

use crate::bounds::AllBounds;
use crate::error::Error;
use crate::histogram::MOST_BUCKETS;

/// OpenTelemetry's, for what is nothing more particular.
const OTHERS: [f64; 15] =
    [0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0, 10000.0];

/// Those of each unit.
#[derive(Debug)]
pub(super) struct ByUnit {
    seconds: Arc<[f64]>,
    bytes: Arc<[f64]>,
}

impl ByUnit {
    pub(super) fn new(bounds: &AllBounds) -> Self {
        ByUnit { seconds: Arc::clone(bounds.durations.in_unit()), bytes: Arc::clone(bounds.sizes.in_unit()) }
    }

    pub(super) fn of(&self, unit: &str) -> Arc<[f64]> {
        let seconds = |factor: f64| self.seconds.iter().map(|bound| bound * factor).collect();
        match unit {
            "s" => Arc::clone(&self.seconds),
            "ms" => seconds(1e3),
            "us" => seconds(1e6),
            "ns" => seconds(1e9),
            "By" => Arc::clone(&self.bytes),
            _ => Arc::new(OTHERS),
        }
    }
}

/// What somebody gave for the histogram of this name.
pub(super) fn checked(name: &str, bounds: &[f64]) -> Result<Arc<[f64]>, Error> {
    if bounds.len() > MOST_BUCKETS {
        return Err(Error::new(format!("{name} has {} buckets: use at most {MOST_BUCKETS}", bounds.len())));
    }
    if let Some(wrong) = bounds.iter().find(|bound| !bound.is_finite()) {
        return Err(Error::new(format!("{name} has a bucket up to {wrong}: use a number")));
    }
    if let Some(pair) = bounds.windows(2).find(|pair| pair[0] >= pair[1]) {
        let (one, next) = (pair[0], pair[1]);
        return Err(Error::new(format!("{name} has {next} behind {one}: each bucket must be above the last")));
    }
    Ok(bounds.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn buckets_are_in_the_unit_of_the_values() {
        let by_unit = ByUnit::new(&AllBounds::of(&Settings::default()).unwrap());
        let ends = |unit| {
            let bounds = by_unit.of(unit);
            (bounds[0], bounds[bounds.len() - 1])
        };
        assert_eq!(["s", "ms", "us"].map(ends), [(0.005, 10.0), (5.0, 10_000.0), (5_000.0, 10_000_000.0)]);
        assert_eq!(["By", "", "%"].map(ends), [(100.0, 1e8), (0.0, 10_000.0), (0.0, 10_000.0)]);
    }

    #[test]
    fn bounds_that_are_none_are_refused_with_the_remedy() {
        for (wrong, message) in [
            (vec![f64::NAN], "cart_size has a bucket up to NaN: use a number"),
            (vec![1.0, f64::INFINITY], "cart_size has a bucket up to inf: use a number"),
            (vec![2.0, 1.0], "cart_size has 1 behind 2: each bucket must be above the last"),
            (vec![0.0; 101], "cart_size has 101 buckets: use at most 100"),
        ] {
            assert_eq!(checked("cart_size", &wrong).unwrap_err().to_string(), message);
        }
        assert_eq!(&*checked("temperature", &[-1.0, 0.5]).unwrap(), [-1.0, 0.5]);
    }
}

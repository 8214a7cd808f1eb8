//! Rules for Prometheus.

use crate::error::Error;
use crate::settings::Settings;

/// The rules as YAML, for `rule_files`.
///
/// # Errors
/// When an objective cannot be told from the metrics.
pub fn prometheus_rules(_settings: &Settings) -> Result<String, Error> {
    Err(Error::new("not yet"))
}

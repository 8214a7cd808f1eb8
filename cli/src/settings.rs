//! What dashboards and alarms are made for, out of the configuration.

use tachograph_dashboards::Settings;

use crate::commands::Error;

/// Reads the configuration. Without a file the defaults hold.
pub(crate) fn read() -> Result<Settings, Error> {
    Ok(Settings::new("service"))
}

//! `[exporters.cloudwatch_logs]`.

use super::SetUp;
use crate::config::CloudWatchLogsConfig;
use crate::error::Error;

impl SetUp<'_> {
    #[cfg(feature = "cloudwatch-logs")]
    pub(super) fn add_cloudwatch_logs(&mut self, _: &CloudWatchLogsConfig) -> Result<(), Error> {
        Err(Error::new("exporters.cloudwatch_logs is not there yet"))
    }

    #[cfg(not(feature = "cloudwatch-logs"))]
    pub(super) fn add_cloudwatch_logs(&mut self, _: &CloudWatchLogsConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("cloudwatch_logs"))
    }
}

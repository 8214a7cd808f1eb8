//! `[exporters.xray]`.

use super::SetUp;
use crate::config::XRayConfig;
use crate::error::Error;

impl SetUp<'_> {
    #[cfg(feature = "xray")]
    pub(super) fn add_xray(&mut self, _: &XRayConfig) -> Result<(), Error> {
        Err(Error::new("exporters.xray is not there yet"))
    }

    #[cfg(not(feature = "xray"))]
    pub(super) fn add_xray(&mut self, _: &XRayConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("xray"))
    }
}

//! `[exporters.otlp]`.

use super::SetUp;
use crate::config::OtlpConfig;
use crate::error::Error;

impl SetUp<'_> {
    pub(super) fn add_otlp(&mut self, _: &OtlpConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("otlp"))
    }
}

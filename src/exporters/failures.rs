//! Who is told of receivers that do not take what they are sent.

use std::fmt;
use std::sync::Arc;

/// Told of an exporter, by its name, and why its receiver does not take what it is sent.
#[derive(Clone)]
pub(crate) struct OnFailure(
    #[cfg_attr(not(any(feature = "json", feature = "otlp", feature = "xray")), expect(dead_code))] Arc<Hook>,
);

type Hook = dyn Fn(&str, &str) + Send + Sync;

impl OnFailure {
    pub(crate) fn new(told: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        OnFailure(Arc::new(told))
    }
}

impl fmt::Debug for OnFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnFailure(_)")
    }
}

#[cfg(any(feature = "json", feature = "otlp", feature = "xray"))]
impl super::SetUp<'_> {
    /// What this exporter calls when its receiver fails, where somebody else than stderr is to be told.
    pub(super) fn failures_of(
        &self,
        exporter: &'static str,
    ) -> Option<impl Fn(&dyn fmt::Display) + Clone + Send + Sync + 'static> {
        let OnFailure(told) = self.on_failure.clone()?;
        Some(move |failure: &dyn fmt::Display| told(exporter, &failure.to_string()))
    }
}

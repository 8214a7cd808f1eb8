//! What the standard variables choose between.

use tachograph_core::Sampler;

use crate::error::Error;

/// What counters and histograms count from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Temporality {
    /// From the start of the process. The default.
    #[default]
    Cumulative,
    /// From the last export that arrived; what goes up and down is still sent as it is.
    Delta,
    /// As delta, but for what is only looked at when it is exported.
    LowMemory,
}

/// Which measurements can become exemplars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Exemplars {
    /// Any.
    Always,
    /// None.
    Never,
    /// Those of sampled traces. The default.
    #[default]
    OfTraces,
}

/// Which traces are sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// This part of the traces that begin here, from 0 to 1.
    pub ratio: f64,
    /// Whether a caller that has decided is followed.
    pub heeds_caller: bool,
}

impl Sampling {
    /// As the specification calls it: `always_on`, `always_off` or `traceidratio`, or one of these behind `parentbased_`.
    /// The ratio is for those that have one.
    ///
    /// # Errors
    /// Where there is none of this name.
    pub fn named(name: &str, ratio: f64) -> Result<Self, Error> {
        let lower = name.to_ascii_lowercase();
        let (root, heeds_caller) = match lower.strip_prefix("parentbased_") {
            Some(root) => (root, true),
            None => (lower.as_str(), false),
        };
        let ratio = match root {
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => ratio,
            _ => {
                let choices = "`always_on`, `always_off` or `traceidratio`, also with `parentbased_` before";
                return Err(Error::new(format!("`{name}` is no sampler: use {choices}")));
            }
        };
        Ok(Sampling { ratio, heeds_caller })
    }

    /// The sampler that does this.
    pub fn sampler(&self) -> Sampler {
        let sampler = match self.ratio {
            ratio if ratio <= 0.0 => Sampler::always_off(),
            ratio => Sampler::ratio(ratio),
        };
        if self.heeds_caller { sampler.heeding_caller() } else { sampler }
    }
}

/// `parentbased_always_on`.
impl Default for Sampling {
    fn default() -> Self {
        Sampling { ratio: 1.0, heeds_caller: true }
    }
}

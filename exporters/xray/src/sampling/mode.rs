//! By what it is decided.

use std::str::FromStr;

use crate::error::Error;

/// By what it is decided which traces are sampled, where the caller has not decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SamplingMode {
    /// By the rules in X-Ray, asked of the daemon; by the local ones while there are none. The default.
    #[default]
    Central,
    /// By the local rules.
    Local,
    /// All of them are.
    Always,
}

impl FromStr for SamplingMode {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "central" => Ok(SamplingMode::Central),
            "local" => Ok(SamplingMode::Local),
            "always" => Ok(SamplingMode::Always),
            _ => Err(Error::new(format!("the sampling {name:?} is none that is known: use central, local or always"))),
        }
    }
}

//! How patient checks are.

use std::time::Duration;

use crate::error::Error;

/// The longest that a check may take: load balancers give up after 5 s, and the answer has a way to go.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(4);

/// What holds for every check of a [`Health`](crate::Health).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// After how long a check is a `timeout`: at most 4 s, so that the answer is there within the 5 s of a load
    /// balancer. Default 2 s.
    pub timeout: Duration,
    /// For how long the result of a check is answered again. Default 1 s.
    pub cache: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { timeout: Duration::from_secs(2), cache: Duration::from_secs(1) }
    }
}

impl Settings {
    pub(crate) fn verify(self) -> Result<Self, Error> {
        let timeout = self.timeout;
        if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
            return Err(Error::new(format!(
                "the timeout of health checks is {timeout:?}: set one above 0 s and up to 4 s, for load balancers give \
                 up after 5 s"
            )));
        }
        Ok(self)
    }
}

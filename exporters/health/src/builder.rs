//! Setting the checks up.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tachograph_core::Handle;

use crate::body::RESERVED;
use crate::check::{Check, Pace};
use crate::error::Error;
use crate::health::Health;

/// The longest that a check may take: load balancers give up after 5 s, and the answer has a way to go.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(4);

/// Sets [`Health`] up.
#[must_use = "nothing is set up before `build`"]
pub struct Builder {
    checks: Vec<Check>,
    pace: Pace,
    handle: Option<Handle>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        let pace = Pace { timeout: Duration::from_secs(2), cache: Duration::from_secs(1) };
        Builder { checks: Vec::new(), pace, handle: None }
    }

    /// Something without which the service cannot work. While it fails, `/health` and `/readyz` answer 503.
    ///
    /// `check` is called for each run, and what its future returns in `Ok` is of no interest. `name` is the key under
    /// which the result is written: `database`.
    pub fn check<C, F, T, E>(self, name: impl Into<String>, check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.add(name.into(), true, check)
    }

    /// Something without which the service works less well. While it fails, `/health` says so, and answers 200.
    pub fn optional_check<C, F, T, E>(self, name: impl Into<String>, check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.add(name.into(), false, check)
    }

    fn add<C, F, T, E>(mut self, name: String, critical: bool, check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let run = Box::new(move || {
            let result = check();
            Box::pin(async move { result.await.map(drop).map_err(Into::into) }) as _
        });
        self.checks.push(Check::new(name, critical, run));
        self
    }

    /// After how long a check is a `timeout`: at most 4 s, so that the answer is there within the 5 s of a load
    /// balancer. Default 2 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.pace.timeout = timeout;
        self
    }

    /// For how long the result of a check is answered again. Default 1 s.
    pub fn cache(mut self, cache: Duration) -> Self {
        self.pace.cache = cache;
        self
    }

    /// The instance whose service, log and shutdown these are. Default: the one that is current when a probe comes in.
    pub fn handle(mut self, handle: &Handle) -> Self {
        self.handle = Some(handle.clone());
        self
    }

    /// The endpoint, or what is wrong with the names and times.
    pub fn build(self) -> Result<Health, Error> {
        for (at, check) in self.checks.iter().enumerate() {
            let name = check.name();
            if name.is_empty() {
                return Err(Error::new(
                    "a health check has no name: give it that of what it looks at, \"database\"".to_owned(),
                ));
            }
            if RESERVED.contains(&name) {
                return Err(Error::new(format!(
                    "a health check is named `{name}`, which is a key of the answer itself: give it another name than \
                     `status`, `version` and `timestamp`"
                )));
            }
            if self.checks[..at].iter().any(|other| other.name() == name) {
                return Err(Error::new(format!("two health checks are named `{name}`: give one of them another name")));
            }
        }
        let timeout = self.pace.timeout;
        if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
            return Err(Error::new(format!(
                "the timeout of health checks is {timeout:?}: set one above 0 s and up to 4 s, for load balancers give \
                 up after 5 s"
            )));
        }
        Ok(Health::new(self.checks.into_iter().map(Arc::new).collect(), self.pace, self.handle))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("checks", &self.checks)
            .field("pace", &self.pace)
            .field("handle", &self.handle)
            .finish()
    }
}

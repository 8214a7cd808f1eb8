//! The endpoint.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::SystemTime;

use tachograph_core::Handle;
use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};

use crate::body::body;
use crate::check::Check;
use crate::checks::Checks;
use crate::error::Error;
use crate::settings::Settings;
use crate::state::State;

const HEALTH: &str = "/health";
const LIVEZ: &str = "/livez";
const READYZ: &str = "/readyz";

/// Answers at `/health`, `/livez` and `/readyz`. Clones share their checks.
///
/// What it answers is told in the [crate's documentation](crate). Version, log and shutdown are those of the instance
/// that serves it, or of the one that is current where a probe is answered. Checks run on the runtime of tokio there;
/// outside any, each is an `error`.
#[derive(Debug, Clone, Default)]
pub struct Health {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    checks: Checks,
    settings: Settings,
}

impl Health {
    /// Without checks yet.
    ///
    /// # Errors
    /// Where the timeout is none that a load balancer would wait for.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let inner = Inner { settings: settings.verify()?, ..Inner::default() };
        Ok(Health { inner: Arc::new(inner) })
    }

    /// Adds something without which the service cannot work. While it fails, `/health` and `/readyz` answer 503.
    ///
    /// `check` is called for each run, and what its future returns in `Ok` is of no interest. `name` is the key under
    /// which the result is written: `database`.
    ///
    /// # Errors
    /// Where another check has the name, or the answer itself.
    pub fn check<C, F, T, E>(&self, name: impl Into<String>, check: C) -> Result<&Self, Error>
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.inner.checks.add(name.into(), true, check)?;
        Ok(self)
    }

    /// Adds something without which the service works less well. While it fails, `/health` says so, and answers 200.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn optional_check<C, F, T, E>(&self, name: impl Into<String>, check: C) -> Result<&Self, Error>
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.inner.checks.add(name.into(), false, check)?;
        Ok(self)
    }
}

impl Endpoint for Health {
    fn paths(&self) -> Vec<String> {
        [HEALTH, LIVEZ, READYZ].map(str::to_owned).into()
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        let handle = request.handle.cloned().or_else(Handle::current);
        Box::pin(async move {
            let (inner, handle) = (&*self.inner, handle.as_ref());
            match request.path {
                LIVEZ => answer(handle, 200, "ok", &[]),
                READYZ if handle.is_some_and(Handle::is_draining) => answer(handle, 503, "shutting_down", &[]),
                READYZ => inner.checked(handle, &inner.checks.critical()).await,
                _ => inner.checked(handle, &inner.checks.all()).await,
            }
        })
    }
}

impl Inner {
    /// The answer that has these checks. They all begin before the first is waited for.
    async fn checked(&self, handle: Option<&Handle>, checks: &[Arc<Check>]) -> Response {
        let runs: Vec<_> = checks.iter().map(|check| (check, check.begin(self.settings, handle))).collect();
        let mut states = Vec::with_capacity(runs.len());
        let (mut code, mut status) = (200, "ok");
        for (check, run) in runs {
            let state = run.ended().await;
            if state != State::Connected {
                status = "degraded";
                if check.is_critical() {
                    code = 503;
                }
            }
            states.push((check.name(), state));
        }
        answer(handle, code, status, &states)
    }
}

fn answer(handle: Option<&Handle>, code: u16, status: &str, states: &[(&str, State)]) -> Response {
    let version = handle.and_then(|handle| handle.service().version.as_deref());
    let now = handle.map_or_else(SystemTime::now, Handle::now);
    let body = body(status, version, states.iter().copied(), now);
    Response::new(code, "application/json", body).header("cache-control", "no-store")
}

//! The endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use tachograph_core::Handle;
use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};

use crate::body::body;
use crate::builder::Builder;
use crate::check::{Check, Pace};
use crate::state::State;

const HEALTH: &str = "/health";
const LIVEZ: &str = "/livez";
const READYZ: &str = "/readyz";

/// Answers at `/health`, `/livez` and `/readyz`. Clones share their checks.
///
/// What it answers is told in the [crate's documentation](crate). Checks run on the runtime of tokio on which a probe is
/// answered; outside any, each is an `error`.
#[derive(Debug, Clone)]
pub struct Health {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    checks: Vec<Arc<Check>>,
    pace: Pace,
    handle: Option<Handle>,
    draining: AtomicBool,
}

impl Health {
    /// No checks yet.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn new(checks: Vec<Arc<Check>>, pace: Pace, handle: Option<Handle>) -> Self {
        Health { inner: Arc::new(Inner { checks, pace, handle, draining: AtomicBool::new(false) }) }
    }

    /// From now on `/readyz` answers 503, so that no new requests are sent here.
    ///
    /// To be called when the process is asked to end, while it still serves: the instance is shut down only after the
    /// last request.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }
}

impl Endpoint for Health {
    fn paths(&self) -> Vec<String> {
        [HEALTH, LIVEZ, READYZ].map(str::to_owned).into()
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        let handle = self.inner.handle.clone().or_else(Handle::current);
        Box::pin(async move {
            let inner = &*self.inner;
            match request.path {
                LIVEZ => answer(handle.as_ref(), 200, "ok", &[]),
                READYZ if inner.ends(handle.as_ref()) => answer(handle.as_ref(), 503, "shutting_down", &[]),
                READYZ => inner.checked(handle.as_ref(), Check::is_critical).await,
                _ => inner.checked(handle.as_ref(), |_| true).await,
            }
        })
    }
}

impl Inner {
    fn ends(&self, handle: Option<&Handle>) -> bool {
        self.draining.load(Ordering::Relaxed) || handle.is_some_and(Handle::is_shut_down)
    }

    /// The answer that has the checks which `concerns` picks. They all begin before the first is waited for.
    async fn checked(&self, handle: Option<&Handle>, concerns: impl Fn(&Check) -> bool) -> Response {
        let concerned = self.checks.iter().filter(|check| concerns(check));
        let runs: Vec<_> = concerned.map(|check| (check, check.begin(self.pace, handle))).collect();
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

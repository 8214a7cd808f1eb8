//! What the service serves of itself: asked as a client on the same machine would ask.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use tachograph::core::endpoint::Request;
use tachograph::{Config, Tachograph};

use super::outcome::{Fate, Outcome};
use super::trial::ROUTE;

/// Reached only where a page never answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// What shows the record, and whether it does.
pub(super) fn all(guard: &Tachograph, config: &Config) -> Vec<(String, Outcome)> {
    // Where there is no table, those that there are without any.
    let mut config = config.clone();
    let exporters = config.exporters();
    let prometheus = exporters.prometheus.as_ref().map(|prometheus| prometheus.path.clone());
    let page = exporters.page.as_ref().map(|page| format!("{}/requests.json", page.path.trim_end_matches('/')));
    let described = |name: &str| guard.exporters().iter().find(|exporter| exporter.starts_with(name)).cloned();
    let asked = [("prometheus ", prometheus), ("page ", page)].into_iter();
    let asked = asked.filter_map(|(name, path)| described(name).zip(path));
    asked.map(|(described, path)| (described, Outcome { fate: ask(guard, &path), said: Vec::new() })).collect()
}

fn ask(guard: &Tachograph, path: &str) -> Fate {
    let (endpoints, handle) = (guard.handle().endpoints(), guard.handle());
    let request = Request::new("GET", path, "").of(handle).from_peer(Ipv4Addr::LOCALHOST.into()).to_host("localhost");
    let Some(answer) = endpoints.answer(request) else { return Fate::NotShown(format!("nothing is at {path}")) };
    let Some(response) = within(PATIENCE, answer) else { return Fate::NotShown(format!("{path} does not answer")) };
    match response.status {
        200 if String::from_utf8_lossy(&response.body).contains(ROUTE) => Fate::Shown,
        200 => Fate::NotShown(format!("{ROUTE} is not at {path}")),
        status => Fate::NotShown(format!("{path} answers {status}")),
    }
}

/// What a future comes to, where it does so in time.
fn within<F: Future + Unpin>(time: Duration, mut future: F) -> Option<F::Output> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let (waker, end) = (Waker::from(Arc::new(Unpark(std::thread::current()))), Instant::now() + time);
    loop {
        if let Poll::Ready(output) = std::pin::Pin::new(&mut future).poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        let left = end.checked_duration_since(Instant::now())?;
        std::thread::park_timeout(left);
    }
}

//! The endpoint as a prober sees it, and what the log says.

mod answers;
mod failures;
mod runs;
mod setup;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tachograph_core::endpoint::{Endpoints, Request, Response};
use tachograph_core::testing::Instance;
use tachograph_core::{ManualClock, Service};
use tachograph_health::{Builder, Health};
use tokio::sync::watch;

const SECOND: Duration = Duration::from_secs(1);

/// An instance of version 1.4.2, whose clock stands at the beginning of 2026.
fn instance() -> Instance {
    let service = Service::new("experiments-api").version("1.4.2");
    Instance::build(|builder| builder.clock(ManualClock::new()).service(service))
}

fn health(instance: &Instance) -> Builder {
    Health::builder().handle(instance.handle())
}

/// Asks as a framework's adapter does.
async fn respond(health: &Health, path: &str) -> Response {
    let endpoints = Endpoints::new().with(health.clone()).unwrap();
    endpoints.answer(Request::new("GET", path, "")).expect("it is one of the paths").await
}

async fn ask(health: &Health, path: &str) -> (u16, String) {
    let response = respond(health, path).await;
    (response.status, String::from_utf8(response.body.into_owned()).unwrap())
}

/// What is answered of these checks, by an [`instance`].
fn body(status: &str, checks: &str) -> String {
    format!(r#"{{"status":"{status}","version":"1.4.2",{checks}"timestamp":"2026-01-01T00:00:00.000Z"}}"#)
}

async fn well() -> Result<(), String> {
    Ok(())
}

async fn ill() -> Result<(), String> {
    Err("password `hunter2` refused".to_owned())
}

async fn hanging() -> Result<(), String> {
    std::future::pending().await
}

/// A check that runs until the test lets go of it, and counts how often it was begun.
#[derive(Clone)]
struct Gate {
    open: Arc<watch::Sender<bool>>,
    begun: Arc<AtomicUsize>,
}

impl Gate {
    fn new() -> Self {
        Gate { open: Arc::new(watch::Sender::new(false)), begun: Arc::default() }
    }

    fn open(&self) {
        self.open.send_replace(true);
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    fn check(&self) -> impl Fn() -> std::pin::Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + use<> {
        let gate = self.clone();
        move || {
            gate.begun.fetch_add(1, Ordering::SeqCst);
            let mut open = gate.open.subscribe();
            Box::pin(async move { open.wait_for(|open| *open).await.map(drop).map_err(|error| error.to_string()) })
        }
    }
}

/// Lets the tasks of the runtime go as far as they can.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

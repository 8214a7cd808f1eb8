//! The endpoint as a prober sees it, and what the log says.

mod answers;
mod failures;
mod runs;
mod setup;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tachograph_core::endpoint::{Endpoint, Endpoints, Request, Response};
use tachograph_core::testing::Instance;
use tachograph_core::{Handle, ManualClock, Service};
use tachograph_health::{Health, Settings};
use tokio::sync::watch;

const SECOND: Duration = Duration::from_secs(1);

/// An instance of version 1.4.2, whose clock stands at the beginning of 2026.
fn instance() -> Instance {
    let service = Service::new("experiments-api").version("1.4.2");
    Instance::build(|builder| builder.clock(ManualClock::new()).service(service))
}

/// A health and who serves it.
#[derive(Debug)]
struct Served {
    health: Health,
    endpoints: Endpoints,
    handle: Handle,
}

fn health(instance: &Instance) -> Served {
    health_with(instance, |_| {})
}

fn health_with(instance: &Instance, set: impl FnOnce(&mut Settings)) -> Served {
    let mut settings = Settings::default();
    set(&mut settings);
    let (health, handle) = (Health::new(settings).unwrap(), instance.handle().clone());
    let endpoints = Endpoints::new().with(health.clone()).unwrap();
    Served { health, endpoints, handle }
}

impl Served {
    fn with<F, E>(self, name: &str, check: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.health.check(name, check).unwrap();
        self
    }

    fn with_optional<F, E>(self, name: &str, check: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.health.optional_check(name, check).unwrap();
        self
    }
}

/// Asks as a framework's adapter does.
async fn respond(served: &Served, path: &str) -> Response {
    let request = Request::new("GET", path, "").of(&served.handle);
    served.endpoints.answer(request).expect("it is one of the paths").await
}

async fn ask(served: &Served, path: &str) -> (u16, String) {
    let response = respond(served, path).await;
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

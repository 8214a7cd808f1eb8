//! An application of rocket.

use super::{HEADERS, Serve};
use crate::workloads::{BODY_BYTES, PATH};
use rocket::local::asynchronous::Client;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// An application, and a client in the same process.
pub struct Rocket(Arc<Client>);

impl Rocket {
    /// Takes a client that keeps no cookies.
    pub fn new(client: Client) -> Self {
        Self(Arc::new(client))
    }
}

impl Serve for Rocket {
    fn serve(&mut self, runtime: &Runtime, requests: u64) -> Duration {
        let client = Arc::clone(&self.0);
        // On a task, as rocket serves its connections.
        let served = runtime.spawn(async move {
            let started = Instant::now();
            for _ in 0..requests {
                serve_one(&client).await;
            }
            started.elapsed()
        });
        runtime.block_on(served).expect("the workload answers")
    }
}

async fn serve_one(client: &Client) {
    let request = HEADERS
        .into_iter()
        .fold(client.get(PATH), |request, (name, value)| request.header(rocket::http::Header::new(name, value)));
    let response = request.dispatch().await;
    assert_eq!(response.status().code, 200);
    let body = response.into_bytes().await.expect("the body is in memory");
    assert_eq!(body.len(), BODY_BYTES);
}

impl fmt::Debug for Rocket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rocket").finish_non_exhaustive()
    }
}

//! What the network answers, one request after the other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use tachograph_core::ManualClock;

pub(crate) enum Step {
    /// An answer after so long.
    Answer {
        after: Duration,
        status: u16,
        body: &'static str,
    },
    Error(fn() -> ConnectorError),
    /// No answer.
    Silence,
}

impl Step {
    pub(crate) fn ok(body: &'static str) -> Self {
        Step::Answer { after: Duration::from_millis(10), status: 200, body }
    }

    pub(crate) fn fails(status: u16, body: &'static str) -> Self {
        Step::Answer { after: Duration::from_millis(10), status, body }
    }
}

#[derive(Clone)]
pub(crate) struct Script {
    clock: ManualClock,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    steps: VecDeque<Step>,
    sent: Vec<HashMap<String, String>>,
}

impl Script {
    pub(crate) fn new(clock: &ManualClock) -> Self {
        Script { clock: clock.clone(), shared: Arc::default() }
    }

    pub(crate) fn then(&self, step: Step) -> &Self {
        self.shared.lock().unwrap().steps.push_back(step);
        self
    }

    /// The headers of the requests so far.
    pub(crate) fn sent(&self) -> Vec<HashMap<String, String>> {
        self.shared.lock().unwrap().sent.clone()
    }

    pub(crate) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let (step, number) = {
            let mut shared = self.shared.lock().unwrap();
            shared.sent.push(headers);
            (shared.steps.pop_front().expect("no more requests than were scripted"), shared.sent.len())
        };
        let clock = self.clock.clone();
        HttpConnectorFuture::new(async move {
            match step {
                Step::Error(make) => Err(make()),
                Step::Silence => std::future::pending().await,
                Step::Answer { after, status, body } => {
                    // Others get to run while the network is waited for.
                    tokio::task::yield_now().await;
                    clock.advance(after);
                    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
                    response.headers_mut().insert("x-amzn-requestid", format!("REQUEST{number}"));
                    Ok(response)
                }
            }
        })
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Script")
    }
}

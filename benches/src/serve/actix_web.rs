//! A service of actix-web.

use super::{HEADERS, Serve};
use crate::workloads::{BODY_BYTES, PATH};
use actix_web::Error;
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::TestRequest;
use std::fmt;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

/// A service as a worker of actix-web has it.
pub struct ActixWeb<S> {
    service: S,
    local: LocalSet,
}

impl<S> ActixWeb<S> {
    /// Takes the service that was made of an application.
    pub fn new(service: S) -> Self {
        Self { service, local: LocalSet::new() }
    }
}

impl<S, B> Serve for ActixWeb<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    fn serve(&mut self, runtime: &Runtime, requests: u64) -> Duration {
        let service = &self.service;
        self.local.block_on(runtime, async {
            let started = Instant::now();
            for _ in 0..requests {
                serve_one(service).await;
            }
            started.elapsed()
        })
    }
}

async fn serve_one<S, B>(service: &S)
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let request = HEADERS.into_iter().fold(TestRequest::with_uri(PATH), TestRequest::insert_header).to_request();
    let response = service.call(request).await.expect("the workload answers");
    assert_eq!(response.status(), 200);
    let Ok(body) = to_bytes(response.into_body()).await else { panic!("the body is in memory") };
    assert_eq!(body.len(), BODY_BYTES);
}

impl<S> fmt::Debug for ActixWeb<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ActixWeb").finish_non_exhaustive()
    }
}

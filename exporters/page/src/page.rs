//! The page: an exporter that remembers, and an endpoint that shows.

use std::sync::Arc;

use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};
use tachograph_core::{Exporter, Record, Service};

use crate::error::Error;
use crate::settings::Settings;

/// Remembers the requests of the last hour and shows them. Clones are one and the same: give one to the handle as an exporter,
/// and serve another.
#[derive(Debug, Clone)]
pub struct Page(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
}

impl Page {
    /// A page of this service.
    ///
    /// # Errors
    /// Where a setting cannot be used, or the system has no thread for it.
    pub fn new(service: &Service, settings: Settings) -> Result<Self, Error> {
        settings.verify()?;
        let _ = service;
        Ok(Page(Arc::new(Inner { settings })))
    }
}

impl Exporter for Page {
    fn name(&self) -> &str {
        "page"
    }

    fn shows_events(&self) -> bool {
        false
    }

    fn record(&self, record: &Record) {
        let _ = record;
    }
}

impl Endpoint for Page {
    fn paths(&self) -> Vec<String> {
        let path = &self.0.settings.path;
        vec![path.clone(), format!("{path}/{{*rest}}")]
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        let _ = request;
        Box::pin(async { Response::new(404, "text/plain; charset=utf-8", *b"there is nothing here\n") })
    }
}

//! The page, as a framework's adapter or a listener of its own mounts it.

use std::fmt;
use std::sync::Arc;

use tachograph_core::Handle;
use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};
use tachograph_metrics::{Metrics, Naming};

use crate::accept::Format;
use crate::coding::Coding;
use crate::render::render;
use crate::scrapes::Scrapes;

/// The page that Prometheus scrapes.
///
/// # How it is answered
/// - OpenMetrics 1.0 for those who name it in `Accept`, as Prometheus does, else Prometheus' text format 0.0.4.
/// - With gzip for those who take it.
/// - Everything that was counted before a request for the page is on it: nothing is kept for later. Requests that come
///   while a page is being made wait for the next one, which all of them share, so that any number of scrapers costs as
///   much as two.
/// - A page of thousands of series takes long to be made and to be compressed: that is done by a thread which is there for
///   so long only, so that the service's own threads go on.
pub struct Page {
    path: String,
    maker: Maker,
    scrapes: Arc<Scrapes>,
}

/// What a page is made of.
#[derive(Debug, Clone)]
pub(crate) struct Maker {
    metrics: Metrics,
    naming: Naming,
}

/// How somebody wants a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) format: Format,
    pub(crate) coding: Coding,
}

/// A page, for whoever serves it without an [`Endpoint`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rendered {
    /// The value of the header `Content-Type`.
    pub content_type: &'static str,
    /// The page.
    pub body: String,
}

impl Page {
    /// A page of these metrics at `/metrics`, by OpenTelemetry's names.
    pub fn new(metrics: &Metrics) -> Self {
        let maker = Maker { metrics: metrics.clone(), naming: Naming::default() };
        Page { path: "/metrics".to_owned(), maker, scrapes: Arc::default() }
    }

    /// At another path. One that cannot be routed is an error where the page is mounted.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// By other names.
    pub fn naming(mut self, naming: Naming) -> Self {
        self.maker.naming = naming;
        self
    }

    /// The page as it stands, in the format that the value of an `Accept` header asks for; empty where there was none.
    /// `handle` is the instance whose requests are counted. On this thread: see [`Page`] for how long that can take.
    pub fn render(&self, handle: &Handle, accept: &str) -> Rendered {
        let format = Format::wanted(accept);
        Rendered { content_type: format.content_type(), body: self.maker.make(handle, format) }
    }
}

impl Maker {
    pub(crate) fn make(&self, handle: &Handle, format: Format) -> String {
        let (page, refused) = render(&self.metrics.collect(handle, self.naming), format);
        for name in refused {
            self.metrics.warn_once(&name, || {
                format!("the application's metric {name} is not on the page, as there is one of that name: rename it")
            });
        }
        page
    }
}

impl Endpoint for Page {
    fn paths(&self) -> Vec<String> {
        vec![self.path.clone()]
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        let wanted =
            Wanted { format: Format::wanted(&request.accept), coding: Coding::wanted(&request.accept_encoding) };
        let handle = request.handle.cloned().or_else(|| self.maker.metrics.handle());
        Box::pin(async move {
            let page = match handle {
                Some(handle) => self.scrapes.page(&self.maker, handle, wanted).await,
                None => None,
            };
            match page {
                Some(page) => found(wanted, page),
                None => Response::new(503, "text/plain; charset=utf-8", *b"there is nothing that could be measured\n"),
            }
        })
    }
}

fn found(wanted: Wanted, page: Vec<u8>) -> Response {
    let response = Response::new(200, wanted.format.content_type(), page)
        .header("vary", "accept, accept-encoding")
        .header("cache-control", "no-store");
    match wanted.coding {
        Coding::Identity => response,
        Coding::Gzip => response.header("content-encoding", "gzip"),
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("path", &self.path).field("naming", &self.maker.naming).finish_non_exhaustive()
    }
}

//! The page: an exporter that remembers, and an endpoint that shows.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};
use tachograph_core::{Exporter, Record, Service, Sharded, WeakHandle, lock};
use tachograph_summary::Names;

use crate::access::{Access, Refusal, is_of_another_site};
use crate::error::Error;
use crate::filter::Filter;
use crate::query::Query;
use crate::room::{Budget, Room};
use crate::settings::Settings;
use crate::shard::Common;
use crate::store::{Shards, Store};
use crate::views::View;
use crate::worker::{NoAnswer, Worker};
use crate::{answer, assets, file};

/// Remembers the requests of the last hour and shows them. Clones are one and the same: give one to the handle as an exporter,
/// and serve another.
#[derive(Debug, Clone)]
pub struct Page(Arc<Inner>);

struct Inner {
    settings: Settings,
    access: Access,
    shards: Arc<Shards>,
    worker: Worker,
}

impl Page {
    /// A page of this service.
    ///
    /// # Errors
    /// Where a setting cannot be used, or the system has no thread for it.
    pub fn new(service: &Service, settings: Settings) -> Result<Self, Error> {
        settings.verify()?;
        let budget = Budget::of(settings.memory_bytes);
        let common = Common {
            version: service.version.clone().unwrap_or_default(),
            names: Names::bounded(budget.names),
            limits: budget.limits_of_shard(),
            room: Room::new(budget.fresh),
            hasher: Default::default(),
            has_ended: Default::default(),
        };
        let shards = Shards { service: service.clone(), common, shards: Sharded::new(Mutex::default) };
        let shards = Arc::new(shards);
        let worker = Worker::start(
            Store::new(Arc::clone(&shards), settings.memory_bytes),
            settings.file.clone().map(|path| file::Written::new(path, settings.memory_bytes)),
        )?;
        let access = Access::new(settings.token.as_deref());
        Ok(Page(Arc::new(Inner { settings, access, shards, worker })))
    }
}

impl Exporter for Page {
    fn name(&self) -> &str {
        "page"
    }

    fn attached(&self, handle: &WeakHandle) {
        let worker = &self.0.worker;
        if worker.shared().instance.set(handle.clone()).is_ok()
            && let Some(handle) = handle.upgrade()
        {
            worker.attached(handle.now());
        }
    }

    fn shows_events(&self) -> bool {
        false
    }

    fn record(&self, record: &Record) {
        let shards = &*self.0.shards;
        lock(shards.shards.local()).add(record, &shards.common);
    }

    fn flush(&self, deadline: Duration) -> bool {
        self.0.worker.flush(deadline)
    }

    fn shutdown(&self, deadline: Duration) -> bool {
        let is_done = self.0.worker.stop(deadline);
        self.0.shards.common.has_ended.store(true, Ordering::Relaxed);
        is_done
    }

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        self.0.worker.dropped()
    }
}

impl Endpoint for Page {
    fn paths(&self) -> Vec<String> {
        let path = &self.0.settings.path;
        vec![path.clone(), format!("{path}/{{*rest}}")]
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        Box::pin(async move {
            match self.0.access.check(&request) {
                Ok(()) => self.0.answer(&request).await,
                Err(refusal) => answer::refused(refusal, request.path == self.0.settings.path),
            }
        })
    }
}

impl Inner {
    async fn answer(&self, request: &Request<'_>) -> Response {
        let below = request.path.strip_prefix(&*self.settings.path).unwrap_or_default();
        let Some(name) = below.strip_prefix('/') else { return assets::page(&self.settings.path) };
        if let Some(asset) = assets::of(name) {
            return asset;
        }
        if is_of_another_site(request) {
            return answer::refused(Refusal::CrossSite, false);
        }
        if name == "live" {
            return self.live(request);
        }
        let view = match View::read(name, request.query) {
            None => return answer::error(404, "there is nothing at this address"),
            Some(Err(unusable)) => return answer::json(400, unusable.body()),
            Some(Ok(view)) => view,
        };
        match self.worker.answer(view).await {
            Ok((status, body)) => answer::json(status, body),
            Err(NoAnswer::Busy) => {
                answer::error(503, "too many answers are waited for: ask again").header("retry-after", "1")
            }
            Err(NoAnswer::Gone) => answer::error(503, "the service is being shut down"),
            Err(NoAnswer::Failed) => answer::error(500, "this could not be answered, which is a mistake of tachograph"),
        }
    }

    fn live(&self, request: &Request<'_>) -> Response {
        const EVENTS: &str = "text/event-stream";
        let filter = Query::read(request.query, &Filter::PARAMETERS).and_then(|query| Filter::read(&query));
        let filter = match filter {
            Ok(filter) => filter,
            Err(unusable) => return answer::json(400, unusable.body()),
        };
        if request.method == "HEAD" {
            return answer::guarded(Response::new(200, EVENTS, []));
        }
        match self.worker.shared().live.open(filter, request.last_event_id.trim().parse().ok()) {
            Some(stream) => answer::guarded(Response::streaming(200, EVENTS, stream)),
            None => answer::error(503, "too many look at it already"),
        }
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("settings", &self.settings).finish_non_exhaustive()
    }
}

//! The exporter itself.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use tachograph_core::{Exporter, Handle, Record, RecordKind, Service, Sharded, lock};

use crate::accept::Format;
use crate::bounds::AllBounds;
use crate::call::{self, Calls, Shown};
use crate::error::Error;
use crate::names::Names;
use crate::nanos::nanos;
use crate::page::Page;
use crate::pool::{PoolUse, Pools};
use crate::render;
use crate::request::{self, Requests, Tasks};
use crate::series::{Family, Key, Table, Totals};
use crate::settings::{Naming, Settings, WarningHook};
use crate::source::{Collected, Sources};
use crate::target;

/// Counts requests, tasks and their calls, and writes them as a page for Prometheus when it is asked to.
///
/// Each thread adds to numbers of its own. Clones are one and the same: give one to the handle and keep one for
/// [`render`](Self::render).
#[derive(Debug, Clone)]
pub struct Prometheus(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) names: &'static Names,
    naming: Naming,
    pub(crate) bounds: AllBounds,
    pub(crate) families: Families,
    shards: Sharded<Mutex<Shard>>,
    pub(crate) pools: Pools,
    pub(crate) target: String,
    pub(crate) build: String,
    pub(crate) sources: Sources,
    on_warning: WarningHook,
    /// What was told of already, by the name of the family.
    told: Mutex<HashSet<String>>,
    max_series: usize,
}

#[derive(Debug)]
pub(crate) struct Families {
    requests: Family,
    tasks: Family,
    queries: Family,
    external: Family,
    remote_procedures: Family,
    caches: Family,
}

#[derive(Debug, Default)]
struct Shard {
    requests: Table<Requests>,
    tasks: Table<Tasks>,
    queries: Table<Calls>,
    external: Table<Calls>,
    remote_procedures: Table<Calls>,
    caches: Table<Calls>,
}

/// The series of all threads.
#[derive(Debug, Default)]
pub(crate) struct AllTotals {
    pub(crate) requests: Totals<Requests>,
    pub(crate) tasks: Totals<Tasks>,
    pub(crate) queries: Totals<Calls>,
    pub(crate) external: Totals<Calls>,
    pub(crate) remote_procedures: Totals<Calls>,
    pub(crate) caches: Totals<Calls>,
}

/// An answer to a scrape.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rendered {
    /// The value of the header `Content-Type`.
    pub content_type: &'static str,
    /// The page.
    pub body: String,
}

impl Prometheus {
    /// An exporter for this service.
    ///
    /// # Errors
    /// When buckets are no rising numbers from 0 up, or there are more than 100 of a kind; when
    /// [`max_series`](Settings::max_series) is 0.
    pub fn new(service: &Service, settings: Settings) -> Result<Self, Error> {
        let bounds = AllBounds::of(&settings)?;
        let Settings { naming, max_series, resource, on_warning, .. } = settings;
        if max_series == 0 {
            return Err(Error::new("max_series is 0: use at least 1"));
        }
        let calls = |shown| call::family(shown, naming, max_series);
        Ok(Prometheus(Arc::new(Inner {
            names: Names::of(naming),
            naming,
            bounds,
            families: Families {
                requests: request::family(naming, max_series),
                tasks: request::tasks(naming, max_series),
                queries: calls(Shown::Query),
                external: calls(Shown::External),
                remote_procedures: calls(Shown::RemoteProcedure),
                caches: calls(Shown::Cache),
            },
            shards: Sharded::new(Mutex::default),
            pools: Pools::default(),
            target: target::target_labels(service, &resource),
            build: target::build_labels(service),
            sources: Sources::default(),
            on_warning,
            told: Mutex::default(),
            max_series,
        })))
    }

    /// Looks at a pool of connections with every scrape, under this name. `read` must not wait. A pool that was watched
    /// under the same name is no longer.
    pub fn watch_pool(&self, name: impl Into<String>, read: impl Fn() -> PoolUse + Send + Sync + 'static) {
        self.0.pools.watch(name.into(), Arc::new(read));
    }

    /// Shows what others count on the same page, behind what is ours. `collect` is called with every scrape and must not
    /// wait. A family that is called as one on the page already is left out, and told of.
    pub fn add_source(&self, collect: impl Fn() -> Vec<Collected> + Send + Sync + 'static) {
        self.0.sources.add(Arc::new(collect));
    }

    /// The page, in the format that the value of an `Accept` header asks for: OpenMetrics 1.0 for those who name it,
    /// else Prometheus' text format 0.0.4. `handle` is the instance that this is an exporter of; what it counts itself
    /// is on the page, too.
    pub fn render(&self, handle: &Handle, accept: Option<&[u8]>) -> Rendered {
        let format = Format::wanted(accept);
        let totals = self.0.totals();
        let mut page = Page::new(format);
        let refused = render::page(&self.0, &totals, handle, &mut page);
        self.0.tell_of_overflow(&totals);
        self.0.tell_of_refused(refused);
        Rendered { content_type: format.content_type(), body: page.finish() }
    }
}

impl Exporter for Prometheus {
    fn name(&self) -> &str {
        "prometheus"
    }

    fn record(&self, record: &Record) {
        let inner = &*self.0;
        let shard = &mut *lock(inner.shards.local());
        match record.kind() {
            RecordKind::Request => request::with_key(record, inner.naming, |key| {
                shard.requests.series(key, &inner.families.requests).record(record, &inner.bounds);
            }),
            RecordKind::Task => {
                let error = record.error_type();
                let parts = [record.path(), error.as_deref().unwrap_or(""), "", "", ""];
                let tasks = shard.tasks.series(&Key { parts, status: 0 }, &inner.families.tasks);
                tasks.durations.observe(nanos(record.duration()), &inner.bounds.durations);
            }
        }
        for call in record.calls() {
            let Some(shown) = Shown::of(call.operation(), inner.naming) else { continue };
            let (table, family, bounds) = inner.calls(shard, shown);
            call::with_key(call, |key| {
                table.series(key, family).durations.observe(nanos(call.duration()), bounds);
            });
        }
        for group in record.calls_grouped() {
            let Some(shown) = Shown::of(group.operation(), inner.naming) else { continue };
            let (table, family, bounds) = inner.calls(shard, shown);
            call::add_group(group, bounds, |key, add| add(table.series(key, family)));
        }
    }
}

impl Inner {
    fn calls<'a>(
        &'a self,
        shard: &'a mut Shard,
        shown: Shown,
    ) -> (&'a mut Table<Calls>, &'a Family, &'a crate::histogram::Bounds) {
        let (families, bounds) = (&self.families, &self.bounds);
        match shown {
            Shown::Query => (&mut shard.queries, &families.queries, &bounds.database),
            Shown::External => (&mut shard.external, &families.external, &bounds.durations),
            Shown::RemoteProcedure => (&mut shard.remote_procedures, &families.remote_procedures, &bounds.durations),
            Shown::Cache => (&mut shard.caches, &families.caches, &bounds.database),
        }
    }

    /// One thread after the other, so that none waits for long.
    fn totals(&self) -> AllTotals {
        let mut totals = AllTotals::default();
        for shard in self.shards.iter() {
            let shard = lock(shard);
            totals.requests.add(&shard.requests, &self.families.requests);
            totals.tasks.add(&shard.tasks, &self.families.tasks);
            totals.queries.add(&shard.queries, &self.families.queries);
            totals.external.add(&shard.external, &self.families.external);
            totals.remote_procedures.add(&shard.remote_procedures, &self.families.remote_procedures);
            totals.caches.add(&shard.caches, &self.families.caches);
        }
        totals
    }

    /// Told here and not where it happens: the hook is somebody else's code, and can take its time.
    fn tell_of_overflow(&self, totals: &AllTotals) {
        for (name, _) in totals.overflowed(self.names).into_iter().filter(|(_, overflowed)| *overflowed > 0) {
            let most = self.max_series;
            self.tell_once(name, || {
                format!(
                    "{name} has {most} series, and further ones are counted as one that is called overflow: see which \
                     label has so many values, or raise max_series"
                )
            });
        }
    }

    fn tell_of_refused(&self, refused: Vec<String>) {
        for name in refused {
            self.tell_once(&name, || {
                format!("the application's metric {name} is not shown, as there is one of that name: rename it")
            });
        }
    }

    fn tell_once(&self, name: &str, what: impl FnOnce() -> String) {
        let is_new = {
            let mut told = lock(&self.told);
            told.len() < MOST_TOLD && told.insert(name.to_owned())
        };
        if is_new {
            (self.on_warning)(&what());
        }
    }
}

/// Names are the application's, who may make them up as it goes.
const MOST_TOLD: usize = 100;

impl AllTotals {
    /// How much was counted in the overflow series of each family, by the family's name.
    pub(crate) fn overflowed(&self, names: &Names) -> [(&'static str, u64); 6] {
        [
            (names.durations.name, self.requests.overflowed),
            (names.tasks.name, self.tasks.overflowed),
            (names.queries.name, self.queries.overflowed),
            (names.external.name, self.external.overflowed),
            (names.remote_procedures.name, self.remote_procedures.overflowed),
            (names.caches.name, self.caches.overflowed),
        ]
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("naming", &self.naming).field("pools", &self.pools).finish_non_exhaustive()
    }
}

//! The exporter itself.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;

use tachograph_core::{Exporter, Handle, Record, RecordKind, Service, Sharded, WeakHandle, lock};

use crate::active::Active;
use crate::attributes::Attributes;
use crate::bounds::AllBounds;
use crate::call::{self, Calls, Shown};
use crate::collect::collect;
use crate::collection::Collection;
use crate::error::Error;
use crate::histogram::Bounds;
use crate::naming::Naming;
use crate::nanos::nanos;
use crate::pool::{self, Waits};
use crate::request::{self, Requests};
use crate::resource::resource;
use crate::series::{Family, Table};
use crate::settings::{Settings, WarningHook};
use crate::snapshot::{Metric, Snapshot};
use crate::source::Sources;
use crate::task::{self, Tasks};

/// Counts requests, tasks and their calls, once for every exporter that shows numbers.
///
/// Each thread adds to numbers of its own. Clones are one and the same: give one to the handle, and one to each of those
/// who show what was counted.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) bounds: AllBounds,
    pub(crate) families: Families,
    pub(crate) shards: Sharded<Mutex<Shard>>,
    pub(crate) active: Active,
    pub(crate) resource: Attributes,
    pub(crate) sources: Sources,
    /// When it became a part of its instance; before that, nothing is counted.
    started: OnceLock<SystemTime>,
    handle: OnceLock<WeakHandle>,
    on_warning: WarningHook,
    /// What was told of already.
    told: Mutex<HashSet<String>>,
    max_series: usize,
}

/// One of each family.
#[derive(Debug, Default)]
pub(crate) struct Each<Requests, Tasks, Calls, Waits> {
    pub(crate) requests: Requests,
    pub(crate) tasks: Tasks,
    pub(crate) queries: Calls,
    pub(crate) external: Calls,
    pub(crate) remote_procedures: Calls,
    pub(crate) cache_databases: Calls,
    pub(crate) caches: Calls,
    pub(crate) waits: Waits,
}

pub(crate) type Families = Each<Family, Family, Family, Family>;
pub(crate) type Shard = Each<Table<Requests>, Table<Tasks>, Table<Calls>, Table<Waits>>;

impl Metrics {
    /// Metrics of this service.
    ///
    /// # Errors
    /// When buckets are no rising numbers from 0 up, or there are more than 100 of a kind; when
    /// [`max_series`](Settings::max_series) is 0.
    pub fn new(service: &Service, settings: Settings) -> Result<Self, Error> {
        let bounds = AllBounds::of(&settings)?;
        let max_series = settings.max_series;
        if max_series == 0 {
            return Err(Error::new("max_series is 0: use at least 1"));
        }
        Ok(Metrics(Arc::new(Inner {
            bounds,
            families: Families {
                requests: request::family(max_series),
                tasks: task::family(max_series),
                queries: call::family(Shown::Query, max_series),
                external: call::family(Shown::External, max_series),
                remote_procedures: call::family(Shown::RemoteProcedure, max_series),
                cache_databases: call::family(Shown::CacheDatabase, max_series),
                caches: call::family(Shown::Cache, max_series),
                waits: pool::family(max_series),
            },
            shards: Sharded::new(Mutex::default),
            active: Active::default(),
            resource: resource(service, &settings.resource),
            sources: Sources::default(),
            started: OnceLock::new(),
            handle: OnceLock::new(),
            on_warning: settings.on_warning,
            told: Mutex::default(),
            max_series,
        })))
    }

    /// Shows what others count, behind what is ours. `collect` is called whenever metrics are collected and must not
    /// wait. A metric that is called as one that is there already is left out, and told of; of several series with the
    /// same attributes, the last is shown.
    pub fn add_source(&self, collect: impl Fn() -> Vec<Metric> + Send + Sync + 'static) {
        self.0.sources.add(Arc::new(move |_: &mut Collection| collect()));
    }

    #[cfg(feature = "recorder")]
    pub(crate) fn add_own_source(&self, collect: impl Fn(&mut Collection) -> Vec<Metric> + Send + Sync + 'static) {
        self.0.sources.add(Arc::new(collect));
    }

    #[cfg(feature = "recorder")]
    pub(crate) fn bounds(&self) -> &AllBounds {
        &self.0.bounds
    }

    /// The most series of one family, as in [`Settings`].
    pub fn max_series(&self) -> usize {
        self.0.max_series
    }

    /// What was counted so far. `handle` is the instance that this is an exporter of; what it counts itself is there,
    /// too. It takes some milliseconds where there are thousands of series, and holds up no thread that counts.
    pub fn collect(&self, handle: &Handle, naming: Naming) -> Snapshot {
        let taken = handle.now();
        let mut collection = collect(&self.0, handle, naming);
        // Told here and not where it happens: the hook is somebody else's code, and can take its time.
        for (about, what) in std::mem::take(&mut collection.warnings) {
            self.warn_once(&about, || what);
        }
        for name in collection.names_overflowed() {
            let most = self.0.max_series;
            self.warn_once(name, || {
                format!(
                    "{name} has {most} series, and further ones are counted as one that is called overflow: see which \
                     label has so many values, or raise max_series"
                )
            });
        }
        let started = self.0.started.get().copied().unwrap_or(taken);
        Snapshot { resource: self.0.resource.clone(), started, taken, metrics: collection.into_metrics() }
    }

    /// The instance whose requests are counted, while it is there.
    pub fn handle(&self) -> Option<Handle> {
        self.0.handle.get()?.upgrade()
    }

    /// Tells of something once, and of no more than 100 things: names are the application's, who may make them up as it
    /// goes. For those who show metrics, where they cannot show one. `about` says what was told of.
    pub fn warn_once(&self, about: &str, what: impl FnOnce() -> String) {
        let is_new = {
            let mut told = lock(&self.0.told);
            told.len() < MOST_TOLD && told.insert(about.to_owned())
        };
        if is_new {
            (self.0.on_warning)(&what());
        }
    }
}

const MOST_TOLD: usize = 100;

impl Exporter for Metrics {
    fn name(&self) -> &str {
        "metrics"
    }

    fn attached(&self, handle: &WeakHandle) {
        let _ = self.0.handle.set(handle.clone());
        if let Some(handle) = handle.upgrade() {
            let _ = self.0.started.set(handle.now());
        }
    }

    fn shows_events(&self) -> bool {
        false
    }

    fn record(&self, record: &Record) {
        let inner = &*self.0;
        let shard = &mut *lock(inner.shards.local());
        match record.kind() {
            RecordKind::Request => request::with_key(record, |key| {
                shard.requests.series(key, &inner.families.requests).record(record, &inner.bounds);
            }),
            RecordKind::Task => task::with_key(record, |key| {
                shard.tasks.series(key, &inner.families.tasks).record(record, &inner.bounds.durations);
            }),
        }
        pool::record(record, &mut shard.waits, &inner.families.waits, &inner.bounds.durations);
        for call in record.calls() {
            let Some(shown) = Shown::of(call.operation()) else { continue };
            let (table, family, bounds) = inner.calls(shard, shown);
            call::with_key(call, |key| {
                table.series(key, family).durations.observe(nanos(call.duration()), bounds);
            });
        }
        for group in record.calls_grouped() {
            let Some(shown) = Shown::of(group.operation()) else { continue };
            let (table, family, bounds) = inner.calls(shard, shown);
            call::add_group(group, bounds, |key, add| add(table.series(key, family)));
        }
    }
}

impl Inner {
    fn calls<'a>(&'a self, shard: &'a mut Shard, shown: Shown) -> (&'a mut Table<Calls>, &'a Family, &'a Bounds) {
        let (families, bounds) = (&self.families, &self.bounds);
        match shown {
            Shown::Query => (&mut shard.queries, &families.queries, &bounds.database),
            Shown::External => (&mut shard.external, &families.external, &bounds.durations),
            Shown::RemoteProcedure => (&mut shard.remote_procedures, &families.remote_procedures, &bounds.durations),
            Shown::CacheDatabase => (&mut shard.cache_databases, &families.cache_databases, &bounds.database),
            Shown::Cache => (&mut shard.caches, &families.caches, &bounds.database),
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("resource", &self.resource).finish_non_exhaustive()
    }
}

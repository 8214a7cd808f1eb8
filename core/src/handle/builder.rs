//! Setting an instance up.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use super::{Handle, Inner, Instance};
use crate::capture::Capture;
use crate::clock::{Clock, SystemClock};
use crate::counters::LiveCounters;
use crate::endpoint::Places;
use crate::exporter::Exporter;
use crate::ids::{IdSource, RandomIds};
use crate::limits::Limits;
use crate::pool::Pools;
use crate::sampling::Sampler;
use crate::service::Service;
use crate::shard::Shard;
use crate::sharded::Sharded;

/// Configures an instance.
#[derive(Debug)]
pub struct HandleBuilder {
    service: Service,
    capture: Capture,
    limits: Limits,
    clock: Box<dyn Clock>,
    ids: Box<dyn IdSource>,
    sampler: Sampler,
    exporters: Vec<Box<dyn Exporter>>,
}

impl Default for HandleBuilder {
    fn default() -> Self {
        HandleBuilder {
            service: Service::default(),
            capture: Capture::default(),
            limits: Limits::default(),
            clock: Box::new(SystemClock),
            ids: Box::new(RandomIds),
            sampler: Sampler::default(),
            exporters: Vec::new(),
        }
    }
}

impl HandleBuilder {
    /// The service that is measured.
    pub fn service(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    /// Which requests are measured.
    pub fn capture(mut self, capture: Capture) -> Self {
        self.capture = capture;
        self
    }

    /// How much of a request is kept.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Other clocks than the machine's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Other ids than random ones.
    pub fn ids(mut self, ids: impl IdSource + 'static) -> Self {
        self.ids = Box::new(ids);
        self
    }

    /// Which traces are sampled. Default: as the caller says, and all that begin here.
    pub fn sampler(mut self, sampler: Sampler) -> Self {
        self.sampler = sampler;
        self
    }

    /// One more exporter. Each sees every record, in the order they were added.
    pub fn exporter(mut self, exporter: impl Exporter) -> Self {
        self.exporters.push(Box::new(exporter));
        self
    }

    /// The instance.
    pub fn build(self) -> Handle {
        // The machine's clock takes its origin when it is first asked; a request should not be the first.
        self.clock.monotonic();
        let handle = Handle(Instance::Counted(Arc::new(Inner {
            service: self.service,
            capture: self.capture,
            limits: self.limits,
            clock: self.clock,
            ids: self.ids,
            sampler: self.sampler,
            exporters: self.exporters,
            endpoints: Mutex::default(),
            stream_places: Places::default(),
            pools: Pools::default(),
            shards: Sharded::new(Shard::default),
            counters: LiveCounters::default(),
            companions: Default::default(),
            reported_calls: AtomicBool::new(false),
            drain: Arc::default(),
            shut_down: AtomicBool::new(false),
        })));
        let weak = handle.downgrade();
        // Exporters are only told: one that panics has nothing to lose yet.
        handle.each_exporter(|exporter| exporter.attached(&weak));
        handle
    }
}

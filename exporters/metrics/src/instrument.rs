//! What is said of a metric of ours, but for its series.

use std::borrow::Cow;

use crate::naming::{ByNaming, Naming};
use crate::prometheus::prometheus_name;
use crate::snapshot::Points;

/// A metric of ours: what it is called, what it is counted in, and by what its series are told apart. The list of them is
/// [`names`](crate::names).
#[derive(Debug, Clone, Copy)]
pub struct Instrument {
    pub(crate) name: ByNaming<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) unit: &'static str,
    pub(crate) description: &'static str,
    /// Prometheus' name, where it is not the one that OpenTelemetry's is translated to.
    pub(crate) prometheus: Option<&'static str>,
    pub(crate) attributes: fn(Naming) -> Vec<&'static str>,
}

/// What kind of metric it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What only grows.
    Counter,
    /// What goes up and down, and has a sense when it is added up over series. To Prometheus it is a gauge.
    UpDownCounter,
    /// What is as it is.
    Gauge,
    /// How values are distributed.
    Histogram,
}

impl Instrument {
    /// What it is called. A counter's name never ends in `_total`.
    pub fn name(&self, naming: Naming) -> &'static str {
        self.name.get(naming)
    }

    /// What kind of metric it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What it is counted in, as UCUM has it: `s`, `By`, `{request}`; empty where it is a mere number.
    pub fn unit(&self) -> &'static str {
        self.unit
    }

    /// What it is, in a sentence.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// The attributes that its series can have, in no particular order. A series has those of them that apply, and the one
    /// that takes what has no room has `otel.metric.overflow` instead by OpenTelemetry's names.
    pub fn attributes(&self, naming: Naming) -> Vec<&'static str> {
        (self.attributes)(naming)
    }

    /// What Prometheus calls it, without what its samples have behind it: `_total`, `_bucket`.
    pub fn prometheus_name(&self, naming: Naming) -> Cow<'static, str> {
        match self.prometheus_given(naming) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(prometheus_name(self.name(naming), self.unit, self.kind)),
        }
    }

    /// What Prometheus calls it, where that does not follow from its name and unit.
    pub(crate) fn prometheus_given(&self, naming: Naming) -> Option<&'static str> {
        match naming {
            Naming::OpenTelemetry => self.prometheus,
            Naming::Plain => Some(self.name.plain),
        }
    }
}

impl Points {
    /// What kind of metric they are of.
    pub fn kind(&self) -> Kind {
        match self {
            Points::Counter(_) => Kind::Counter,
            Points::UpDownCounter(_) => Kind::UpDownCounter,
            Points::Gauge(_) => Kind::Gauge,
            Points::Histogram(_) => Kind::Histogram,
        }
    }
}

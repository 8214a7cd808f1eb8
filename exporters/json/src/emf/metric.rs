//! A metric as CloudWatch is told of it, and its values.

use crate::number;
use tachograph_core::write_millis;

/// A metric of ours, with all that is written of it known when this is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    /// Whether the wide line has a member of this name anyhow.
    pub(crate) is_member: bool,
    /// `,"duration_ms":`
    pub(crate) json_key: &'static str,
    /// `{"Name":"duration_ms","Unit":"Milliseconds"}`
    definition: &'static str,
    high_resolution: &'static str,
}

impl Metric {
    /// What stands in `Metrics`.
    pub(crate) fn definition(&self, high_resolution: bool) -> &'static str {
        if high_resolution { self.high_resolution } else { self.definition }
    }
}

/// A metric that is a member of the wide line.
macro_rules! member {
    ($name:literal, $unit:literal) => {
        $crate::emf::metric::metric!(@ $name, $unit, true)
    };
}

/// A metric that needs a member of its own.
macro_rules! metric {
    (@ $name:literal, $unit:literal, $is_member:literal) => {
        const {
            &$crate::emf::metric::Metric::new(
                [$name, $unit],
                $is_member,
                concat!(",\"", $name, "\":"),
                concat!("{\"Name\":\"", $name, "\",\"Unit\":\"", $unit, "\"}"),
                concat!("{\"Name\":\"", $name, "\",\"Unit\":\"", $unit, "\",\"StorageResolution\":1}"),
            )
        }
    };
    ($name:literal, $unit:literal) => {
        $crate::emf::metric::metric!(@ $name, $unit, false)
    };
}
pub(crate) use {member, metric};

impl Metric {
    pub(crate) const fn new(
        [name, unit]: [&'static str; 2],
        is_member: bool,
        json_key: &'static str,
        definition: &'static str,
        high_resolution: &'static str,
    ) -> Self {
        Metric { name, unit, is_member, json_key, definition, high_resolution }
    }
}

/// A value of a metric. None is ever infinite or no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    /// A number of things, or of bytes.
    Whole(u64),
    /// Microseconds, to be shown as milliseconds.
    Millis(u64),
    /// Microseconds, to be shown as seconds.
    Seconds(u64),
}

impl Number {
    /// Appends it as JSON.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Number::Whole(whole) => number::integer(whole, out),
            Number::Millis(micros) => write_millis(micros, out),
            Number::Seconds(micros) => number::seconds(micros, out),
        }
    }
}

//! The example of a series: the request that shows best why it is slow.

use std::time::{Duration, SystemTime};

use tachograph_core::{Record, SpanId, TraceId};

use crate::histogram::Bounds;
use crate::snapshot::Exemplar;

/// For so long the slowest one stands for its series, unless a slower one comes.
const STANDS: Duration = Duration::from_secs(60);

/// One request of a series, for jumping from a metric to a trace.
#[derive(Debug, Clone)]
pub(crate) struct Slowest {
    trace_id: TraceId,
    span_id: SpanId,
    nanos: u64,
    ended: SystemTime,
}

impl Slowest {
    /// The record becomes the example if it is slower than the one there is, or that one is old; and if its trace is
    /// shown, as it leads nowhere otherwise.
    pub(crate) fn offer(place: &mut Option<Slowest>, record: &Record, nanos: u64) {
        let ended = record.ended();
        if place.as_ref().is_none_or(|known| known.gives_way(nanos, ended)) && record.keeps_trace() {
            let identity = record.identity();
            *place = Some(Slowest { trace_id: identity.trace_id(), span_id: identity.span_id(), nanos, ended });
        }
    }

    /// The better one of two.
    pub(crate) fn merge(place: &mut Option<Slowest>, other: &Option<Slowest>) {
        if let Some(other) = other
            && place.as_ref().is_none_or(|known| known.gives_way(other.nanos, other.ended))
        {
            *place = Some(other.clone());
        }
    }

    pub(crate) fn shown(&self, bounds: &Bounds) -> Exemplar {
        Exemplar {
            value: bounds.number(self.nanos),
            bucket: bounds.bucket(self.nanos),
            time: self.ended,
            trace_id: self.trace_id,
            span_id: self.span_id,
        }
    }

    fn gives_way(&self, nanos: u64, ended: SystemTime) -> bool {
        match ended.duration_since(self.ended) {
            Ok(since) => nanos >= self.nanos || since >= STANDS,
            // What ended before this one is the better only if it is slower, and not old itself.
            Err(before) => nanos > self.nanos && before.duration() < STANDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_of_a_minute_stands() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let known = Slowest { trace_id: trace_id(), span_id: span_id(), nanos: 500, ended: at(1000) };
        let gives_way = [(501, 1000), (500, 1059), (499, 1059), (499, 1060), (501, 941), (500, 999), (501, 940)]
            .map(|(nanos, ended)| known.gives_way(nanos, at(ended)));
        assert_eq!(gives_way, [true, true, false, true, true, false, false]);
    }

    fn trace_id() -> TraceId {
        use tachograph_core::{IdSource, SequentialIds};
        SequentialIds::default().trace_id()
    }

    fn span_id() -> SpanId {
        use tachograph_core::{IdSource, SequentialIds};
        SequentialIds::default().span_id()
    }
}

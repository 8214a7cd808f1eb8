//! Which traces are sampled: decided when a request comes in, for its calls take the decision along.

use std::fmt;

use crate::ids::TraceId;
use crate::open_request::RequestHead;
use crate::trace::TraceContext;

/// Decides whether the trace of a request is sampled.
///
/// It decides about traces alone: every request is measured and counted, whatever is decided. And a request that turns out
/// to matter keeps its own trace ([`Record::keeps_trace`](crate::Record::keeps_trace)) where the decision was made here.
///
/// ```
/// use tachograph_core::{Handle, Sampler};
///
/// let handle = Handle::builder().sampler(Sampler::ratio(0.1).heeding_caller()).build();
/// # drop(handle);
/// ```
pub struct Sampler {
    heeds_caller: bool,
    asks_for_host: bool,
    root: Root,
}

enum Root {
    Always,
    Never,
    /// Sampled where the last 64 bits of the trace id, halved, are below this.
    Below(u64),
    Asked(Box<Ask>),
}

type Ask = dyn Fn(TraceId, &RequestHead<'_>) -> bool + Send + Sync;

/// What was decided about a trace, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether the trace is sampled.
    pub sampled: bool,
    /// Whether that was the caller's decision.
    pub by_caller: bool,
}

/// As many traces as there can be, in the arithmetic of a ratio: that of OpenTelemetry's SDKs for Go, Python and Rust, so
/// that the same traces are sampled there.
const ALL: f64 = (1_u64 << 63) as f64;

impl Sampler {
    /// Every trace: OpenTelemetry's `always_on`.
    pub fn always_on() -> Self {
        Self::by(Root::Always)
    }

    /// No trace: `always_off`.
    pub fn always_off() -> Self {
        Self::by(Root::Never)
    }

    /// This part of all traces, from 0 to 1: `traceidratio`. The trace id decides, so that services with the same ratio
    /// sample the same traces, and those with a larger one these and more. What is no number samples everything.
    pub fn ratio(ratio: f64) -> Self {
        if ratio.is_nan() || ratio >= 1.0 {
            return Self::always_on();
        }
        Self::by(Root::Below((ratio.max(0.0) * ALL) as u64))
    }

    /// The traces that `ask` says. It is asked on every request whose caller has not decided, and must not wait.
    pub fn asking(ask: impl Fn(TraceId, &RequestHead<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self::by(Root::Asked(Box::new(ask)))
    }

    /// A caller that has decided is followed; what is decided here are the traces that begin here: `parentbased_…`.
    pub fn heeding_caller(mut self) -> Self {
        self.heeds_caller = true;
        self
    }

    /// The host that a request asked for counts, too ([`RequestHead::host`]): adapters look it up then, and records have it.
    pub fn asking_for_host(mut self) -> Self {
        self.asks_for_host = true;
        self
    }

    /// Whether adapters are to look up the host.
    pub fn asks_for_host(&self) -> bool {
        self.asks_for_host
    }

    fn by(root: Root) -> Self {
        Sampler { heeds_caller: false, asks_for_host: false, root }
    }

    pub(crate) fn decide(&self, trace: &TraceContext, head: &RequestHead<'_>) -> Decision {
        if let (true, Some(sampled)) = (self.heeds_caller, trace.sampled) {
            return Decision { sampled, by_caller: true };
        }
        let sampled = match &self.root {
            Root::Always => true,
            Root::Never => false,
            Root::Below(bound) => (trace.trace_id.get() as u64) >> 1 < *bound,
            Root::Asked(ask) => ask(trace.trace_id, head),
        };
        Decision { sampled, by_caller: false }
    }
}

/// `parentbased_always_on`, as the specification has it.
impl Default for Sampler {
    fn default() -> Self {
        Sampler::always_on().heeding_caller()
    }
}

impl fmt::Debug for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.heeds_caller { "parentbased_" } else { "" })?;
        match &self.root {
            Root::Always => f.write_str("always_on"),
            Root::Never => f.write_str("always_off"),
            Root::Below(bound) => write!(f, "traceidratio({})", *bound as f64 / ALL),
            Root::Asked(_) => f.write_str("asking"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{IdSource, RandomIds};

    fn decided(sampler: &Sampler, trace_id: u128, caller: Option<bool>) -> Decision {
        let trace = TraceContext { sampled: caller, ..TraceContext::new(TraceId::new(trace_id).unwrap()) };
        sampler.decide(&trace, &RequestHead::default())
    }

    #[test]
    fn a_caller_is_followed_where_it_is_heeded_and_has_decided() {
        for sampled in [true, false] {
            for sampler in [Sampler::always_on(), Sampler::always_off(), Sampler::ratio(0.5)] {
                let by_caller = Decision { sampled, by_caller: true };
                assert_eq!(decided(&sampler.heeding_caller(), 1, Some(sampled)), by_caller);
            }
            let here = Decision { sampled: false, by_caller: false };
            assert_eq!(decided(&Sampler::always_off(), 1, Some(sampled)), here);
        }
        assert_eq!(decided(&Sampler::default(), 1, None), Decision { sampled: true, by_caller: false });
    }

    #[test]
    fn the_last_half_of_the_trace_id_decides_a_ratio() {
        let half = Sampler::ratio(0.5);
        for (trace_id, sampled) in
            [(0x7fff_ffff_ffff_ffff, true), (0x8000_0000_0000_0000, false), (u128::MAX << 64, true), (u128::MAX, false)]
        {
            assert_eq!(decided(&half, trace_id, None).sampled, sampled, "{trace_id:x}");
        }
    }

    #[test]
    fn a_larger_ratio_samples_what_a_smaller_one_does_and_more() {
        let (small, large) = (Sampler::ratio(0.1), Sampler::ratio(0.4));
        let mut counts = (0, 0);
        for _ in 0..10_000 {
            let id = RandomIds.trace_id().get();
            let sampled = (decided(&small, id, None).sampled, decided(&large, id, None).sampled);
            assert!(sampled.1 || !sampled.0);
            counts.0 += u32::from(sampled.0);
            counts.1 += u32::from(sampled.1);
        }
        assert!((700..1300).contains(&counts.0) && (3500..4500).contains(&counts.1), "{counts:?}");
    }

    #[test]
    fn ratios_beyond_the_ends_are_the_ends() {
        for (ratio, sampled) in [(0.0, false), (-1.0, false), (1.0, true), (7.0, true), (f64::NAN, true)] {
            for id in [1, u128::MAX] {
                assert_eq!(decided(&Sampler::ratio(ratio), id, None).sampled, sampled, "{ratio}");
            }
        }
    }

    #[test]
    fn somebody_else_is_asked_with_the_head() {
        let sampler = Sampler::asking(|_, head| head.path == "/kept").heeding_caller();
        let trace = TraceContext::new(TraceId::new(1).unwrap());
        let decide = |path| sampler.decide(&trace, &RequestHead { path, ..RequestHead::default() }).sampled;
        assert!(decide("/kept") && !decide("/other"));
    }
}

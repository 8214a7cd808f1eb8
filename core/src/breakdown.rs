//! Where the time of a request went: seven shares that sum to its duration.

use std::time::Duration;

/// What an instant of a request is charged to. The order is the precedence: where several apply at once, the first
/// one here has the instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Share {
    /// A database call is open.
    Database,
    /// The request waits for a database connection.
    ConnectionWait,
    /// A call to another service is open.
    External,
    /// A call to a cache is open.
    Cache,
    /// The service's own code is running: the request is being polled.
    Own,
    /// The response head is out and the body is being sent.
    Body,
    /// None of these: a lock, a sleep, a queue, an unknown client.
    Waiting,
}

impl Share {
    /// Every share, in order of precedence.
    pub const ALL: [Share; 7] = [
        Share::Database,
        Share::ConnectionWait,
        Share::External,
        Share::Cache,
        Share::Own,
        Share::Body,
        Share::Waiting,
    ];

    /// The share's name in the JSON line, where it is followed by `_ms`.
    pub fn name(self) -> &'static str {
        match self {
            Share::Database => "db",
            Share::ConnectionWait => "db_wait",
            Share::External => "external",
            Share::Cache => "cache",
            Share::Own => "own",
            Share::Body => "body",
            Share::Waiting => "waiting",
        }
    }

    /// What it is called in a verdict: `waiting for a connection`.
    pub fn label(self) -> &'static str {
        match self {
            Share::Database => "database",
            Share::ConnectionWait => "waiting for a connection",
            Share::External => "external calls",
            Share::Cache => "cache",
            Share::Own => "own code",
            Share::Body => "sending the body",
            Share::Waiting => "waiting",
        }
    }

    pub(crate) fn from_index(index: u64) -> Share {
        Share::ALL[index as usize % Share::ALL.len()]
    }
}

/// The shares of one request. They are disjoint and sum to its duration, to the nanosecond.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Breakdown {
    nanos: [u64; 7],
}

impl Breakdown {
    pub(crate) fn from_nanos(nanos: [u64; 7]) -> Self {
        Breakdown { nanos }
    }

    /// The time charged to one share.
    pub fn share(&self, share: Share) -> Duration {
        Duration::from_nanos(self.nanos[share as usize])
    }

    /// The sum of all shares: the request's duration.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.nanos.iter().sum())
    }

    /// The shares in whole microseconds, in the order of [`Share::ALL`], rounded so that they sum to
    /// [`micros`] of the [`total`](Self::total): what is written must add up too. No share is off by a microsecond
    /// or more.
    pub fn rounded_micros(&self) -> [u64; 7] {
        let mut rounded = self.nanos.map(|nanos| nanos / 1000);
        let mut missing = micros(self.total()).saturating_sub(rounded.iter().sum());
        if missing == 0 {
            return rounded;
        }
        // The largest remainders are rounded up first.
        let mut order = Share::ALL;
        order.sort_by_key(|share| std::cmp::Reverse(self.nanos[*share as usize] % 1000));
        for share in order {
            if missing == 0 {
                break;
            }
            rounded[share as usize] += 1;
            missing -= 1;
        }
        rounded
    }
}

/// Whole microseconds, rounded half up: how every exporter rounds a duration.
pub fn micros(duration: Duration) -> u64 {
    // Nanoseconds would need 128 bits, whose division is a call of its own.
    duration.as_secs().saturating_mul(1_000_000).saturating_add(u64::from(duration.subsec_nanos() + 500) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{CallKind, CallOutcome, Yield};
    use crate::clock::ManualClock;
    use crate::context::Scope;
    use crate::open_call::{ConnectionWait, OpenCall, start_call, start_connection_wait};
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::operation::Operation;
    use crate::polling::Polling;
    use crate::testing::Instance;
    use proptest::prelude::*;

    fn length(step: &Step) -> u64 {
        match step {
            Step::Poll(steps) => steps.iter().map(|(after, step)| after + length(step)).sum(),
            _ => 0,
        }
    }

    /// What a request does next, and how many nanoseconds later.
    #[derive(Debug, Clone)]
    enum Step {
        Start(CallKind),
        End(usize),
        Wait,
        Poll(Vec<(u64, Step)>),
        Respond,
        Report(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let kind = prop::sample::select(vec![CallKind::Database, CallKind::External, CallKind::Cache, CallKind::Other]);
        let leaf = prop_oneof![
            kind.prop_map(Step::Start),
            (0usize..8).prop_map(Step::End),
            Just(Step::Wait),
            Just(Step::Respond),
            (0u64..5_000_000).prop_map(Step::Report),
        ];
        leaf.prop_recursive(2, 16, 8, |inner| {
            prop::collection::vec((0u64..3_000_000, inner), 0..8).prop_map(Step::Poll)
        })
    }

    /// Everything that is open is kept until a later step ends it, or the request's end does.
    #[derive(Default)]
    struct Going {
        calls: Vec<OpenCall>,
        waits: Vec<ConnectionWait>,
        responded: bool,
    }

    fn take(step: &Step, open: &mut OpenRequest, clock: &ManualClock, going: &mut Going) {
        let _scope = Scope::enter(Some(open.recording().clone()));
        match step {
            Step::Start(kind) => {
                let operation = match kind {
                    CallKind::Database => Operation::database("sqlite", "main", "SELECT 1"),
                    CallKind::External => Operation::external("partner", "GET"),
                    CallKind::Cache => Operation::cache("flags", "GET"),
                    CallKind::Other => Operation::other("disk", "read"),
                };
                going.calls.push(start_call(operation, None));
            }
            Step::End(at) if *at < going.calls.len() => going.calls.swap_remove(*at).completed(),
            Step::End(_) => drop(going.waits.pop()),
            Step::Wait => going.waits.push(start_connection_wait()),
            Step::Respond if going.responded => {}
            Step::Respond => {
                going.responded = true;
                open.respond(200, None, false);
            }
            Step::Report(nanos) => open.recording().report_call(
                Operation::database("sqlite", "main", "SELECT 2"),
                Duration::from_nanos(*nanos),
                CallOutcome::Unknown,
                Yield::Unknown,
            ),
            Step::Poll(steps) => {
                let recording = open.recording().clone();
                let polling = Polling::start(recording);
                for (after, step) in steps {
                    clock.advance(Duration::from_nanos(*after));
                    take(step, open, clock, going);
                }
                drop(polling);
            }
        }
    }

    proptest! {
        /// Whatever overlaps, nests, comes late or never ends.
        #[test]
        fn the_shares_of_any_request_sum_to_its_duration(
            steps in prop::collection::vec((0u64..3_000_000, step()), 0..24),
            reported in any::<bool>(),
        ) {
            let clock = ManualClock::new();
            let instance = Instance::with_clock(clock.clone());
            if reported {
                instance.handle().expect_reported_calls();
            }
            let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
            open.pause();
            let mut going = Going::default();
            let mut passed = 0;
            for (after, step) in &steps {
                clock.advance(Duration::from_nanos(*after));
                passed += length(step) + after;
                take(step, &mut open, &clock, &mut going);
            }
            open.complete();
            let record = instance.take().remove(0);
            prop_assert_eq!(record.duration(), Duration::from_nanos(passed));
            prop_assert_eq!(record.breakdown().total(), record.duration());
            let written: u64 = record.breakdown().rounded_micros().iter().sum();
            prop_assert_eq!(written, micros(record.duration()));
        }

        #[test]
        fn rounded_shares_sum_to_the_rounded_duration(nanos in prop::array::uniform7(0u64..10_000_000_000)) {
            let breakdown = Breakdown::from_nanos(nanos);
            let rounded = breakdown.rounded_micros();
            prop_assert_eq!(rounded.iter().sum::<u64>(), micros(breakdown.total()));
            for (rounded, nanos) in rounded.iter().zip(nanos) {
                prop_assert!((rounded * 1000).abs_diff(nanos) < 1000);
            }
        }
    }
}

//! When the daemon is asked for what.

use crate::sampling::random::Random;

const NANOS: u64 = 1_000_000_000;

/// Rules, and a random part of five seconds more, so that services that were started at once do not stay together.
const RULES_EACH: u64 = 300 * NANOS;
const RULES_JITTER: u64 = 5 * NANOS;

/// Targets, and a random part of a tenth more.
const TARGETS_EACH: u64 = 10 * NANOS;
const TARGETS_JITTER: u64 = NANOS / 10;

/// A daemon that gives no rules is asked again after one second, then two, four, and so on.
const FIRST_RETRY: u64 = NANOS;
const LONGEST_RETRY: u64 = 60 * NANOS;

/// What is to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Rules,
    Targets,
    /// Nothing before so many nanoseconds.
    Nothing(u64),
}

#[derive(Debug)]
pub(super) struct Schedule {
    rules_at: u64,
    targets_at: u64,
    /// In a row.
    failures: u32,
}

impl Schedule {
    /// Rules at once, and targets when they have been used for a while.
    pub(super) fn new(now: u64, random: &dyn Random) -> Self {
        let mut schedule = Schedule { rules_at: now, targets_at: 0, failures: 0 };
        schedule.targets_asked(now, random);
        schedule
    }

    pub(super) fn due(&self, now: u64) -> Due {
        if now >= self.rules_at {
            Due::Rules
        } else if now >= self.targets_at {
            Due::Targets
        } else {
            Due::Nothing(self.rules_at.min(self.targets_at) - now)
        }
    }

    /// `now`: when they were asked for.
    pub(super) fn rules_came(&mut self, now: u64, random: &dyn Random) {
        self.failures = 0;
        self.rules_at = now + RULES_EACH + part(RULES_JITTER, random);
    }

    pub(super) fn rules_failed(&mut self, now: u64, random: &dyn Random) {
        let doubled = FIRST_RETRY.checked_shl(self.failures).unwrap_or(u64::MAX).min(LONGEST_RETRY);
        self.failures = (self.failures + 1).min(16);
        self.rules_at = now + doubled / 2 + part(doubled / 2, random);
    }

    /// Somebody changed them.
    pub(super) fn rules_changed(&mut self, now: u64) {
        self.rules_at = self.rules_at.min(now);
    }

    pub(super) fn targets_asked(&mut self, now: u64, random: &dyn Random) {
        self.targets_at = now + TARGETS_EACH + part(TARGETS_JITTER, random);
    }
}

fn part(of: u64, random: &dyn Random) -> u64 {
    (of as f64 * random.fraction()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::random::testing::Always;

    const HALF: Always = Always(0.5);

    #[test]
    fn rules_are_asked_for_at_once_and_every_five_minutes() {
        let mut schedule = Schedule::new(7, &HALF);
        assert_eq!(schedule.due(7), Due::Rules);
        schedule.rules_came(7, &HALF);
        schedule.targets_asked(400 * NANOS, &HALF);
        let next = 7 + 302 * NANOS + NANOS / 2;
        assert_eq!(schedule.due(next - 1), Due::Nothing(1));
        assert_eq!(schedule.due(next), Due::Rules);
    }

    #[test]
    fn targets_are_asked_for_every_ten_seconds() {
        let mut schedule = Schedule::new(0, &HALF);
        schedule.rules_came(0, &HALF);
        assert_eq!(schedule.due(0), Due::Nothing(10_050_000_000));
        assert_eq!(schedule.due(10_050_000_000), Due::Targets);
        schedule.targets_asked(10_050_000_000, &HALF);
        assert_eq!(schedule.due(20_099_999_999), Due::Nothing(1));
        assert_eq!(schedule.due(20_100_000_000), Due::Targets);
    }

    #[test]
    fn waits_double_while_there_are_no_rules() {
        let mut schedule = Schedule::new(0, &HALF);
        let mut wait = |random| {
            schedule.rules_failed(0, &Always(random));
            schedule.rules_at
        };
        let waits: Vec<_> = (0..8).map(|_| wait(1.0) / NANOS).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(wait(0.0), 30 * NANOS);
        (0..1000).for_each(|_| assert_eq!(wait(1.0), 60 * NANOS));
        schedule.rules_came(0, &HALF);
        schedule.rules_failed(0, &Always(1.0));
        assert_eq!(schedule.rules_at, NANOS);
    }

    #[test]
    fn changed_rules_are_asked_for_at_once() {
        let mut schedule = Schedule::new(0, &HALF);
        schedule.rules_came(0, &HALF);
        schedule.rules_changed(20);
        assert_eq!(schedule.due(20), Due::Rules);
        schedule.rules_changed(30);
        assert_eq!(schedule.due(20), Due::Rules, "no later than before");
    }
}

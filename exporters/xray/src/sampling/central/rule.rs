//! One rule: its definition, and what goes on with it.

use std::sync::{Arc, Mutex};

use tachograph_core::lock;

use crate::sampling::criteria::Criteria;
use crate::sampling::random::Random;
use crate::sampling::second::Second;

/// A rule as X-Ray has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Definition {
    pub(super) name: Box<str>,
    /// The lowest goes first, and of the same ones the first by name.
    pub(super) priority: u64,
    pub(super) criteria: Criteria,
    /// The part that is sampled of what comes beyond the reservoir, from 0 to 1.
    pub(super) rate: f64,
    /// How many a second all services together sample before that.
    pub(super) reservoir: u64,
}

/// What X-Ray says after it was told how a rule was used. What is left out stays as it was.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Target {
    pub(super) rate: Option<f64>,
    /// This service's part of the reservoir, a second.
    pub(super) quota: Option<u64>,
    /// How long it has that, in seconds since 1970.
    pub(super) quota_until: Option<f64>,
    /// In how many seconds the rule's use is to be told again.
    pub(super) interval: Option<u64>,
}

/// How a rule was used since that was told last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) requests: u64,
    /// All that were sampled, those with what was borrowed among them: the number of requests recorded, as the API's
    /// documentation has it.
    pub(super) sampled: u64,
    pub(super) borrowed: u64,
}

/// A rule in use.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) definition: Definition,
    /// Shared with the rule of the same name that takes its place when it is changed: one who decides by the old one at
    /// that moment must count where it is told.
    usage: Arc<Mutex<Usage>>,
}

#[derive(Debug)]
struct Usage {
    counts: Counts,
    second: Second,
    reservoir: u64,
    rate: f64,
    quota: u64,
    /// By the monotonic clock, for the wall clock may be set.
    quota_until: Option<u64>,
    /// When its use is told next.
    due: u64,
}

const NANOS: u64 = 1_000_000_000;

/// Where X-Ray names no interval.
pub(super) const INTERVAL: u64 = 10;

/// Rules live no longer without being renewed, so neither does what was said of them.
pub(super) const LONGEST: u64 = 3600;

impl Rule {
    pub(super) fn new(definition: Definition) -> Self {
        let usage = Usage {
            counts: Counts::default(),
            second: Second::default(),
            reservoir: definition.reservoir,
            rate: definition.rate,
            quota: 0,
            quota_until: None,
            due: 0,
        };
        Rule { definition, usage: Arc::new(Mutex::new(usage)) }
    }

    /// The same rule after somebody may have changed it. What was counted stays, and so does the quota; the rate that X-Ray
    /// last set stays unless the rule was changed.
    pub(super) fn renewed(&self, definition: Definition) -> Self {
        let mut usage = lock(&self.usage);
        if definition.rate != self.definition.rate {
            usage.rate = definition.rate;
        }
        usage.reservoir = definition.reservoir;
        drop(usage);
        Rule { definition, usage: Arc::clone(&self.usage) }
    }

    /// Decides about a request that it is for: by the quota while there is one, else by borrowing one a second from the
    /// reservoir, and beyond that by the rate.
    pub(super) fn samples(&self, now: u64, random: &dyn Random) -> bool {
        let mut usage = lock(&self.usage);
        let has_quota = usage.quota_until.is_some_and(|until| now <= until);
        let limit = if has_quota { usage.quota } else { usage.reservoir.min(1) };
        let reserved = usage.second.take(now, limit);
        let sampled = reserved || random.fraction() < usage.rate;
        usage.counts.requests += 1;
        usage.counts.sampled += u64::from(sampled);
        usage.counts.borrowed += u64::from(reserved && !has_quota);
        sampled
    }

    /// How it was used, where that is to be told now; it begins at nothing again.
    pub(super) fn take_counts(&self, now: u64) -> Option<Counts> {
        let mut usage = lock(&self.usage);
        (usage.counts.requests > 0 && now >= usage.due).then(|| std::mem::take(&mut usage.counts))
    }

    /// They could not be told.
    pub(super) fn give_back(&self, counts: Counts) {
        let mut usage = lock(&self.usage);
        usage.counts.requests += counts.requests;
        usage.counts.sampled += counts.sampled;
        usage.counts.borrowed += counts.borrowed;
    }

    /// `asked`: when it was asked for, `wall` the seconds since 1970 then.
    pub(super) fn aim(&self, target: Target, asked: u64, wall: f64) {
        let mut usage = lock(&self.usage);
        usage.rate = target.rate.unwrap_or(usage.rate);
        usage.quota = target.quota.unwrap_or(usage.quota);
        if let Some(until) = target.quota_until {
            let left = (until - wall).clamp(-1.0, LONGEST as f64);
            usage.quota_until = (left >= 0.0).then(|| asked + (left * NANOS as f64) as u64);
        }
        usage.due = asked + target.interval.unwrap_or(INTERVAL).min(LONGEST) * NANOS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::random::testing::Always;

    const WALL: f64 = 1_767_225_600.0;

    fn rule(reservoir: u64, rate: f64) -> Rule {
        Rule::new(Definition { name: "a".into(), priority: 1, criteria: Criteria::any(), rate, reservoir })
    }

    fn sampled(rule: &Rule, now: u64, random: f64, requests: usize) -> usize {
        (0..requests).filter(|_| rule.samples(now, &Always(random))).count()
    }

    fn counts(rule: &Rule) -> (u64, u64, u64) {
        let counts = rule.take_counts(u64::MAX).unwrap_or_default();
        (counts.requests, counts.sampled, counts.borrowed)
    }

    fn quota(quota: u64, seconds: f64) -> Target {
        Target { rate: Some(0.5), quota: Some(quota), quota_until: Some(WALL + seconds), interval: Some(10) }
    }

    #[test]
    fn before_there_is_a_quota_one_a_second_is_borrowed() {
        let rule = rule(50, 0.25);
        for second in 1..=3 {
            assert_eq!(sampled(&rule, second * NANOS, 0.25, 10), 1);
        }
        assert_eq!(counts(&rule), (30, 3, 3));
        assert_eq!(sampled(&rule, 4 * NANOS, 0.24, 10), 10, "the rate");
        assert_eq!(counts(&rule), (10, 10, 1));
    }

    #[test]
    fn nothing_is_borrowed_from_an_empty_reservoir() {
        let rule = rule(0, 0.25);
        assert_eq!(sampled(&rule, NANOS, 0.25, 10), 0);
        assert_eq!(sampled(&rule, NANOS, 0.0, 10), 10);
        assert_eq!(counts(&rule), (20, 10, 0));
    }

    #[test]
    fn a_quota_is_used_until_it_ends_and_nothing_is_borrowed() {
        let rule = rule(50, 0.25);
        let asked = 100 * NANOS;
        rule.aim(quota(3, 10.0), asked, WALL);
        for second in 100..=110 {
            assert_eq!(sampled(&rule, second * NANOS, 0.5, 10), 3, "{second}");
        }
        assert_eq!(counts(&rule), (110, 33, 0));
        assert_eq!(sampled(&rule, 111 * NANOS, 0.5, 10), 1);
        assert_eq!(sampled(&rule, 111 * NANOS, 0.49, 10), 10, "the rate of the target");
        assert_eq!(counts(&rule), (20, 11, 1));
    }

    #[test]
    fn a_quota_of_nothing_lends_nothing() {
        let rule = rule(50, 0.25);
        rule.aim(quota(0, 10.0), 0, WALL);
        assert_eq!(sampled(&rule, NANOS, 0.5, 10), 0);
        assert_eq!(counts(&rule), (10, 0, 0));
    }

    #[test]
    fn a_quota_that_has_ended_already_is_none() {
        let rule = rule(50, 0.25);
        rule.aim(quota(3, -0.5), NANOS, WALL);
        assert_eq!(sampled(&rule, NANOS, 0.5, 10), 1);
        assert_eq!(counts(&rule), (10, 1, 1));
    }

    #[test]
    fn what_a_target_leaves_out_stays() {
        let rule = rule(50, 0.25);
        rule.aim(quota(3, 10.0), 0, WALL);
        rule.aim(Target::default(), NANOS, WALL + 1.0);
        assert_eq!(sampled(&rule, 10 * NANOS, 0.49, 5), 5);
        assert_eq!(sampled(&rule, 9 * NANOS, 0.5, 5), 0, "a late one gets nothing of a second that is over");
        rule.aim(Target { quota: Some(4), ..Target::default() }, NANOS, WALL + 1.0);
        assert_eq!(sampled(&rule, 10 * NANOS, 0.5, 5), 1);
        assert_eq!(sampled(&rule, 11 * NANOS, 0.5, 5), 1, "borrowed");
    }

    #[test]
    fn a_quota_for_ever_lasts_an_hour() {
        let rule = rule(50, 0.0);
        for until in [1e300, WALL * 1000.0] {
            let target = Target { quota_until: Some(until), ..quota(3, 0.0) };
            rule.aim(target, 0, WALL);
            assert_eq!(lock(&rule.usage).quota_until, Some(3600 * NANOS));
        }
    }

    #[test]
    fn its_use_is_told_where_there_was_one_and_as_often_as_wished() {
        let rule = rule(1, 0.0);
        assert_eq!(rule.take_counts(0), None);
        sampled(&rule, 0, 0.5, 1);
        assert!(rule.take_counts(0).is_some());
        rule.aim(Target { interval: Some(30), ..Target::default() }, 5 * NANOS, WALL);
        sampled(&rule, 6 * NANOS, 0.5, 1);
        assert_eq!(rule.take_counts(35 * NANOS - 1), None);
        let counts = rule.take_counts(35 * NANOS).unwrap();
        assert_eq!(counts, Counts { requests: 1, sampled: 1, borrowed: 1 });
        assert_eq!(rule.take_counts(35 * NANOS), None);
        rule.aim(Target::default(), 35 * NANOS, WALL);
        sampled(&rule, 35 * NANOS, 0.5, 1);
        assert!(rule.take_counts(45 * NANOS - 1).is_none() && rule.take_counts(45 * NANOS).is_some());
    }

    #[test]
    fn what_could_not_be_told_is_told_later() {
        let rule = rule(1, 0.0);
        sampled(&rule, NANOS, 0.5, 3);
        let first = rule.take_counts(NANOS).unwrap();
        sampled(&rule, 2 * NANOS, 0.5, 2);
        rule.give_back(first);
        assert_eq!(counts(&rule), (5, 2, 2));
    }

    #[test]
    fn a_changed_rule_keeps_what_was_counted_and_its_quota() {
        let old = rule(5, 0.25);
        old.aim(quota(3, 10.0), 0, WALL);
        sampled(&old, 0, 0.9, 4);
        let same = old.renewed(old.definition.clone());
        assert_eq!(sampled(&same, NANOS, 0.49, 4), 4, "the target's rate");
        let changed = same.renewed(Definition { rate: 0.125, reservoir: 0, ..old.definition.clone() });
        assert_eq!(sampled(&changed, 2 * NANOS, 0.13, 4), 3);
        assert_eq!(sampled(&old, 3 * NANOS, 0.13, 1), 1, "one who still decides by the old one");
        assert_eq!(counts(&changed), (13, 11, 0));
        assert_eq!(sampled(&changed, 11 * NANOS, 0.13, 4), 0, "nothing to borrow from any more");
    }

    #[test]
    fn counts_are_exact_under_threads() {
        let rule = rule(50, 0.5);
        rule.aim(quota(100, 10.0), 0, WALL);
        let told = Mutex::new(Counts::default());
        let sampled: usize = std::thread::scope(|threads| {
            let deciding: Vec<_> = (0..4)
                .map(|thread| {
                    let rule = &rule;
                    threads.spawn(move || {
                        let random = if thread % 2 == 0 { 0.4 } else { 0.6 };
                        (0..10).map(|second| sampled(rule, second * NANOS, random, 200)).sum::<usize>()
                    })
                })
                .collect();
            for _ in 0..100 {
                let counts = rule.take_counts(u64::MAX).unwrap_or_default();
                let mut told = lock(&told);
                told.requests += counts.requests;
                told.sampled += counts.sampled;
            }
            deciding.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        let rest = counts(&rule);
        let told = told.into_inner().unwrap();
        assert_eq!((told.requests + rest.0, told.sampled + rest.1), (8000, sampled as u64));
    }
}

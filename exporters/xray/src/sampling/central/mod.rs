//! Sampling by the rules in X-Ray, which the daemon tells.
//!
//! Requests are decided upon by what is known at that moment; what is known comes by a thread that asks the daemon.

mod poller;
mod rule;
mod schedule;
#[cfg(test)]
mod tests;
mod thread;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tachograph_core::{Clock, RequestHead};

pub(crate) use self::poller::Poller;
pub(crate) use self::thread::{Thread, start};
use super::criteria::Asked;
use super::local::Local;
use super::random::Random;
use crate::origin::Found;
use rule::{Definition, Rule};

/// Decides, and knows the rules.
#[derive(Debug)]
pub(crate) struct Central {
    pub(crate) service: Box<str>,
    pub(crate) origin: Found,
    pub(crate) fallback: Local,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    rules: RwLock<Rules>,
}

/// The rules, in the order in which they are tried.
#[derive(Debug, Default)]
struct Rules {
    rules: Vec<Arc<Rule>>,
    /// When they were asked for; never: they were not yet told.
    as_of: Option<u64>,
}

impl Rules {
    /// As long as rules hold without being told again.
    const HOLD: u64 = rule::LONGEST * 1_000_000_000;

    fn hold(&self, now: u64) -> bool {
        self.as_of.is_some_and(|as_of| now <= as_of + Self::HOLD)
    }
}

impl Central {
    pub(crate) fn new(
        service: &str,
        origin: Found,
        fallback: Local,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Central { service: service.into(), origin, fallback, clock, random, rules: RwLock::default() }
    }

    /// Whether the trace of this request is sampled.
    pub(crate) fn samples(&self, head: &RequestHead<'_>) -> bool {
        let now = self.clock.monotonic();
        let service_types = self.origin.known().map(|known| known.service_types).unwrap_or_default();
        let asked = Asked { service: &self.service, service_types, ..Asked::of(head) };
        let rules = self.rules.read().unwrap_or_else(PoisonError::into_inner);
        if rules.hold(now)
            && let Some(rule) = rules.rules.iter().find(|rule| rule.definition.criteria.match_all(&asked))
        {
            return rule.samples(now, &*self.random);
        }
        drop(rules);
        self.fallback.samples(&asked, now, &*self.random)
    }

    /// From now on these are the rules, as of `as_of`. One that was there before goes on where it was.
    fn renew(&self, definitions: Vec<Definition>, as_of: u64) {
        let mut known: HashMap<_, _> =
            self.rules().into_iter().map(|rule| (rule.definition.name.clone(), rule)).collect();
        let mut new: Vec<Arc<Rule>> = Vec::with_capacity(definitions.len());
        for definition in definitions {
            if new.iter().any(|rule| rule.definition.name == definition.name) {
                continue;
            }
            new.push(Arc::new(match known.remove(&definition.name) {
                Some(rule) => rule.renewed(definition),
                None => Rule::new(definition),
            }));
        }
        let order = |rule: &Arc<Rule>| (rule.definition.priority, rule.definition.name.clone());
        new.sort_by_cached_key(order);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Rules { rules: new, as_of: Some(as_of) };
    }

    fn rules(&self) -> Vec<Arc<Rule>> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).rules.clone()
    }

    /// How many requests a rule has decided about.
    #[cfg(test)]
    pub(crate) fn used(&self, rule: &str) -> u64 {
        let rules = self.rules();
        let named = rules.iter().find(|known| *known.definition.name == *rule);
        named.map_or(0, |rule| {
            let counts = rule.take_counts(u64::MAX).unwrap_or_default();
            rule.give_back(counts);
            counts.requests
        })
    }
}

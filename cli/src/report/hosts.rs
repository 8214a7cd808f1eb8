//! Whom services were asked, by hour.

use hashbrown::HashMap;
use tachograph_summary::{Call, Calls, OVERFLOW};

use super::moment::Millis;
use super::over_time::ByHour;

/// As many as this have a place of their own.
const MOST_HOSTS: usize = 200;

/// What was asked of one host.
#[derive(Debug, Clone, Default)]
pub(crate) struct Host {
    pub(crate) calls: Calls,
    pub(crate) by_hour: ByHour,
}

/// The hosts that other services are at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts(HashMap<String, Host>);

impl Hosts {
    /// Calls of one request to a host.
    pub(crate) fn add(&mut self, call: &Call<'_>, at: Option<Millis>) {
        let host = self.at(call.target);
        let (count, errors) = (call.count as f64 * call.weight, call.errors as f64 * call.weight);
        let total = call.total as f64 * call.weight;
        add(&mut host.calls, &Calls { requests: call.weight, count, errors, total, slowest: call.slowest });
        if let Some(at) = at {
            let hour = host.by_hour.at(at);
            hour.count += count;
            hour.errors += errors;
            hour.total += total;
        }
    }

    /// The host of this name, or the one that stands for those that have no place.
    fn at(&mut self, name: &str) -> &mut Host {
        let name = if self.0.len() >= MOST_HOSTS && !self.0.contains_key(name) { OVERFLOW } else { name };
        self.0.entry_ref(name).or_default()
    }

    /// With all of another.
    pub(crate) fn merge(&mut self, other: &Hosts) {
        for (name, host) in &other.0 {
            let own = self.at(name);
            add(&mut own.calls, &host.calls);
            own.by_hour.merge(&host.by_hour);
        }
    }

    /// Those that there are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Host)> {
        self.0.iter().map(|(name, host)| (name.as_str(), host))
    }
}

/// Calls, and more of the same.
pub(crate) fn add(calls: &mut Calls, more: &Calls) {
    calls.requests += more.requests;
    calls.count += more.count;
    calls.errors += more.errors;
    calls.total += more.total;
    calls.slowest = calls.slowest.max(more.slowest);
}

//! The endpoints of some time.

use std::sync::Arc;

use hashbrown::hash_map::EntryRef;

use crate::asked::{Asked, ByKey};
use crate::endpoint::{Bounds, Endpoint};
use crate::key::{AskedEndpoint, EndpointKey};
use crate::limits::{Limits, Overflowed};
use crate::names::Names;

/// What the requests of some time come to, by endpoint.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    bounds: Arc<Bounds>,
    endpoints: ByKey<EndpointKey, Endpoint>,
}

impl Summary {
    /// Of nothing yet, with names of its own.
    pub fn new(limits: Limits) -> Self {
        Summary::with_names(limits, &Names::default())
    }

    /// Of nothing yet, with names that it shares with others.
    pub fn with_names(limits: Limits, names: &Names) -> Self {
        let bounds = Arc::new(Bounds { limits, names: names.clone() });
        Summary { bounds, endpoints: ByKey::default() }
    }

    /// The endpoint of this version, method and route, to add to it.
    pub fn endpoint(&mut self, version: &str, method: &str, route: &str) -> &mut Endpoint {
        self.at(AskedEndpoint::new(version, method, route))
    }

    fn at(&mut self, asked: AskedEndpoint<'_>) -> &mut Endpoint {
        let full = self.endpoints.len() >= self.bounds.limits.endpoints;
        let asked = if full && !self.endpoints.contains_key(&asked) { asked.overflow() } else { asked };
        match self.endpoints.entry_ref(&asked) {
            EntryRef::Occupied(known) => known.into_mut(),
            EntryRef::Vacant(new) => {
                let key = self.bounds.names.key(asked);
                new.insert_entry_with_key(key, Endpoint::within(&self.bounds)).into_mut()
            }
        }
    }

    /// Those that there are.
    pub fn endpoints(&self) -> impl Iterator<Item = (&EndpointKey, &Endpoint)> {
        self.endpoints.iter().map(|(key, endpoint)| (&**key, endpoint))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.endpoints.is_empty()
    }

    /// With all of another. Names are shared where both share them already, otherwise its own are taken.
    pub fn merge(&mut self, other: &Summary) {
        for (key, endpoint) in &other.endpoints {
            self.at(AskedEndpoint::of(key)).merge(endpoint);
        }
    }

    /// Forgets everything, and keeps its room.
    pub fn clear(&mut self) {
        self.endpoints.clear();
    }

    /// How much of it is counted together for want of room.
    pub fn overflowed(&self) -> Overflowed {
        let mut overflowed = Overflowed::default();
        for (key, endpoint) in &self.endpoints {
            overflowed += endpoint.overflowed();
            let asked = AskedEndpoint::of(key);
            if asked == asked.overflow() {
                let sums = endpoint.sums(|_| true);
                overflowed.endpoints += sums.requests + sums.streams;
            }
        }
        overflowed
    }

    /// The names that it has, with others or for itself.
    pub fn names(&self) -> &Names {
        &self.bounds.names
    }

    /// The memory that it takes, in bytes, without that of its [names](Self::names).
    pub fn bytes(&self) -> usize {
        let endpoints = self.endpoints.values().map(Endpoint::heap_bytes).sum::<usize>();
        size_of::<Self>() + size_of::<Bounds>() + self.endpoints.allocation_size() + endpoints
    }
}

impl PartialEq for Summary {
    /// Whether they count the same, whatever their bounds.
    fn eq(&self, other: &Self) -> bool {
        self.endpoints == other.endpoints
    }
}

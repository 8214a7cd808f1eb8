//! The endpoints of some time.

use std::sync::Arc;

use hashbrown::hash_map::EntryRef;

use crate::asked::{Asked, ByKey, known_or_overflow};
use crate::bounds::Bounds;
use crate::endpoint::Endpoint;
use crate::key::{AskedEndpoint, EndpointKey};
use crate::limits::{Limits, Overflowed};
use crate::names::Names;

/// What the requests of some time come to, by endpoint.
#[derive(Debug, Default)]
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
        let bounds = Arc::new(Bounds::new(limits, names.clone()));
        Summary { bounds, endpoints: ByKey::default() }
    }

    /// The endpoint of this version, method and route, to add to it.
    pub fn endpoint(&mut self, version: &str, method: &str, route: &str) -> &mut Endpoint {
        self.at(AskedEndpoint::new(version, method, route))
    }

    /// The endpoint of this version, method and route, if there is one.
    pub fn get(&self, version: &str, method: &str, route: &str) -> Option<&Endpoint> {
        self.endpoints.get(&AskedEndpoint::new(version, method, route))
    }

    fn at(&mut self, asked: AskedEndpoint<'_>) -> &mut Endpoint {
        let full = self.endpoints.len() >= self.bounds.limits.endpoints || self.bounds.is_full();
        let asked = if full { known_or_overflow(&self.endpoints, asked) } else { asked };
        match self.endpoints.entry_ref(&asked) {
            EntryRef::Occupied(known) => known.into_mut(),
            EntryRef::Vacant(new) => {
                self.bounds.one_more();
                let key = self.bounds.names.key(asked);
                new.insert_entry_with_key(key, Endpoint::default().within(&self.bounds)).into_mut()
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
        self.bounds.clear();
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

impl Clone for Summary {
    /// With the same names, and room of its own.
    fn clone(&self) -> Self {
        let bounds = Arc::new(Bounds::clone(&self.bounds));
        let endpoints = self.endpoints.iter().map(|(key, endpoint)| (key.clone(), endpoint.clone().within(&bounds)));
        Summary { endpoints: endpoints.collect(), bounds }
    }
}

impl PartialEq for Summary {
    /// Whether they count the same, whatever their bounds.
    fn eq(&self, other: &Self) -> bool {
        self.endpoints == other.endpoints
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Call, Finding, Request};

    fn random_summary(random: &mut fastrand::Rng, names: &Names) -> Summary {
        let mut summary = Summary::with_names(Limits::default(), names);
        for _ in 0..random.usize(..300) {
            let number = random.u64(..20);
            let endpoint = summary.endpoint(["1", "2"][random.usize(..2)], "GET", &format!("/{}", random.u8(..10)));
            let status = Some([200, 404, 500][random.usize(..3)]);
            endpoint.add(&Request { weight: 1.0, status, duration: random.u64(..3_000_000), ..Request::default() });
            let target = number.to_string();
            endpoint.add_call(&Call { target: &target, weight: 1.0, count: 2, total: number, ..Call::default() });
            endpoint.add_finding(&Finding { target: &target, weight: 1.0, cost: number, ..Finding::default() });
        }
        summary
    }

    #[test]
    fn merged_in_any_order_it_is_the_same() {
        for seed in 0..30 {
            let mut random = fastrand::Rng::with_seed(seed);
            let names = Names::default();
            let mut parts: Vec<Summary> = (0..5).map(|_| random_summary(&mut random, &names)).collect();
            let mut merged: Vec<Summary> = vec![];
            for _ in 0..4 {
                random.shuffle(&mut parts);
                let mut whole = Summary::default();
                parts.iter().for_each(|part| whole.merge(part));
                merged.push(whole);
            }
            let mut in_pairs = [Summary::default(), Summary::default()];
            parts.iter().enumerate().for_each(|(at, part)| in_pairs[at % 2].merge(part));
            let [mut one, other] = in_pairs;
            one.merge(&other);
            assert!(!one.is_empty());
            assert!(merged.iter().all(|whole| *whole == one), "{seed}");
        }
    }

    #[test]
    fn endpoints_are_told_apart_by_each_text_and_those_beyond_the_limit_are_one() {
        let limits = Limits { endpoints: 4, ..Limits::default() };
        let mut summary = Summary::new(limits);
        let keys = [
            ("1", "GET", "/a"),
            ("2", "GET", "/a"),
            ("1", "PUT", "/a"),
            ("1", "GET", "/b"),
            ("1", "GETG", "/"),
            ("3", "GET", "/c"),
        ];
        for _ in 0..2 {
            for (version, method, route) in keys {
                let endpoint = summary.endpoint(version, method, route);
                endpoint.add(&Request { weight: 1.0, is_streaming: method == "GETG", ..Request::default() });
            }
        }
        assert_eq!(summary.endpoints().count(), 5);
        let (key, rest) = summary.endpoints().find(|(key, _)| &*key.route == crate::OVERFLOW).unwrap();
        assert_eq!((&*key.version, &*key.method), ("", crate::OVERFLOW));
        assert_eq!((rest.sums(|_| true).requests, rest.sums(|_| true).streams), (2.0, 2.0));
        assert_eq!(summary.overflowed().endpoints, 4.0);

        let mut merged = Summary::new(Limits { endpoints: 1, ..Limits::default() });
        merged.merge(&summary);
        // One where those beyond the limit came first, as what is iterated over has no order.
        assert!(merged.endpoints().count() <= 2);
        assert!(merged.overflowed().endpoints >= 8.0);
        let all: f64 =
            merged.endpoints().map(|(_, of)| of.sums(|_| true)).map(|sums| sums.requests + sums.streams).sum();
        assert_eq!(all, 12.0);
    }

    #[test]
    fn what_is_new_has_no_room_where_all_together_or_the_names_are_too_many() {
        for (limits, names) in
            [(Limits { entries: 10, ..Limits::default() }, Names::default()), (Limits::default(), Names::bounded(3000))]
        {
            let mut summary = Summary::with_names(limits, &names);
            for number in 0..200 {
                let text = format!("{number:0100}");
                let endpoint = summary.endpoint("1", "GET", &text);
                endpoint.add(&Request { weight: 1.0, ..Request::default() });
                endpoint.add_call(&Call { target: &text, weight: 1.0, count: 1, ..Call::default() });
                endpoint.add_finding(&Finding { callsite: &text, weight: 1.0, ..Finding::default() });
            }
            assert!((2..20).contains(&summary.endpoints().count()), "{}", summary.endpoints().count());
            assert!(names.bytes() < 6000, "{}", names.bytes());
            let overflowed = summary.overflowed();
            assert!(overflowed.endpoints > 180.0 && overflowed.calls > 180.0 && overflowed.findings > 180.0);
            let requests = summary.endpoints().map(|(_, of)| of.sums(|_| true).requests);
            assert_eq!(requests.sum::<f64>(), 200.0);

            // What one endpoint has takes of the same room.
            summary.clear();
            names.forget_unused();
            for number in 0..100 {
                let text = format!("{number:0100}");
                let endpoint = summary.endpoint("1", "GET", "/");
                endpoint.add_call(&Call { target: &text, weight: 1.0, ..Call::default() });
                endpoint.add_finding(&Finding { callsite: &text, weight: 1.0, ..Finding::default() });
            }
            let endpoint = summary.get("1", "GET", "/").unwrap();
            assert!((3..20).contains(&endpoint.calls().count()), "{}", endpoint.calls().count());
            assert!((3..20).contains(&endpoint.findings().count()), "{}", endpoint.findings().count());

            // Once there is room, it is new no longer.
            summary.clear();
            names.forget_unused();
            summary.endpoint("1", "GET", "/").add(&Request { weight: 1.0, ..Request::default() });
            assert!(summary.overflowed().is_empty());
            assert!(summary.get("1", "GET", "/").is_some() && summary.get("1", "GET", "/a").is_none());
        }
    }

    #[test]
    fn a_copy_has_room_of_its_own() {
        let mut one = Summary::new(Limits { entries: 2, ..Limits::default() });
        one.endpoint("", "GET", "/a");
        let mut copy = one.clone();
        assert_eq!(copy, one);
        for summary in [&mut copy, &mut one] {
            // Of an endpoint alone, too.
            summary.get("", "GET", "/a").unwrap().clone().add_call(&Call { weight: 1.0, ..Call::default() });
            summary.endpoint("", "GET", "/b");
            assert!(summary.get("", "GET", "/b").is_some());
            summary.endpoint("", "GET", "/c");
            assert!(summary.get("", "GET", "/c").is_none());
            summary.endpoint("", "GET", "/a").add_call(&Call { weight: 1.0, ..Call::default() });
            assert_eq!(&*summary.get("", "GET", "/a").unwrap().calls().next().unwrap().0.target, crate::OVERFLOW);
        }
    }

    #[test]
    fn summaries_share_their_names() {
        let names = Names::default();
        let mut random = fastrand::Rng::with_seed(1);
        let mut one = Summary::with_names(Limits::default(), &names);
        let mut other = Summary::with_names(Limits::default(), &names);
        one.merge(&random_summary(&mut random, &Names::default()));
        other.merge(&one);
        let mut view = Endpoint::default();
        for (key, endpoint) in &one.endpoints {
            let (same, copy) = other.endpoints.get_key_value(key).unwrap();
            assert!(Arc::ptr_eq(key, same));
            for (key, _) in &endpoint.calls {
                assert!(Arc::ptr_eq(key, copy.calls.get_key_value(key).unwrap().0));
            }
            view.merge(endpoint);
        }
        let (key, _) = view.calls.iter().next().unwrap();
        let shared = one.endpoints.values().any(|of| of.calls.keys().any(|own| Arc::ptr_eq(own, key)));
        assert!(shared, "what is only looked at has no names of its own");
        let texts: Vec<&Arc<str>> = one.endpoints.keys().map(|key| &key.method).collect();
        assert!(texts.iter().all(|text| Arc::ptr_eq(text, texts[0])));
    }

    #[test]
    fn cleared_it_is_as_new() {
        let mut summary = random_summary(&mut fastrand::Rng::with_seed(1), &Names::default());
        assert!(!summary.is_empty());
        summary.clear();
        assert_eq!(summary, Summary::default());
    }
}

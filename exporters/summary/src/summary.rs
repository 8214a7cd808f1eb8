//! The endpoints of some time.

use hashbrown::HashMap;

use crate::endpoint::Endpoint;
use crate::key::EndpointKey;

/// How much there may be of what others choose the names of.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Endpoints, of all versions together. Default 1000.
    pub endpoints: usize,
    /// Of each endpoint, the things that it asked. Default 200.
    pub calls: usize,
    /// Of each endpoint, the places at which something was found. Default 100.
    pub findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { endpoints: 1000, calls: 200, findings: 100 }
    }
}

/// What the requests of some time come to, by endpoint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    limits: Limits,
    endpoints: HashMap<EndpointKey, Endpoint>,
}

impl Summary {
    /// Of nothing yet.
    pub fn new(limits: Limits) -> Self {
        Summary { limits, endpoints: HashMap::new() }
    }

    /// The endpoint of this version, method and route, to add to it.
    pub fn endpoint(&mut self, version: &str, method: &str, route: &str) -> &mut Endpoint {
        let key = EndpointKey { version: version.into(), method: method.into(), route: route.into() };
        self.endpoints.entry(key).or_default()
    }

    /// Those that there are.
    pub fn endpoints(&self) -> impl Iterator<Item = (&EndpointKey, &Endpoint)> {
        self.endpoints.iter()
    }

    /// With all of another.
    pub fn merge(&mut self, other: &Summary) {
        for (key, endpoint) in &other.endpoints {
            self.endpoints.entry(key.clone()).or_default().merge(endpoint);
        }
    }
}

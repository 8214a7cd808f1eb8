//! The layer: which instance measures, and how routes are found.

use tachograph_core::Handle;
use tachograph_core::inbound::Inbound;

use crate::framework::{Route, Tower};
use crate::service::Service;

/// Measures every request of the service inside it.
///
/// It belongs outside other layers, so that it sees what they do, too: outside a compression, it counts the bytes that
/// go on the wire. Where one such layer stands inside another, the request is measured once, by the outer one; the
/// inner one adds the route if it knows it.
#[derive(Debug, Clone, Default)]
pub struct Layer<F = Tower> {
    inbound: Inbound,
    framework: F,
}

impl Layer {
    /// Measures by the instance that is current when a request comes in. While there is none, requests pass untouched.
    pub fn current() -> Self {
        Self::default()
    }

    /// Measures by this instance.
    pub fn new(handle: &Handle) -> Self {
        Layer { inbound: Inbound::new(handle), framework: Tower::default() }
    }

    /// How the route of a request is found; by default, no request has one. It must be of low cardinality: a template,
    /// or a path that is one by nature, as gRPC's `/package.Service/Method`:
    ///
    /// ```
    /// let layer = tachograph_tower::Layer::current().route_from(|uri, _| Some(uri.path()));
    /// ```
    pub fn route_from(self, route: Route) -> Self {
        self.framework(Tower::with_route(route))
    }
}

impl<F> Layer<F> {
    /// For a framework that knows more of a request than tower does.
    pub fn framework<G>(self, framework: G) -> Layer<G> {
        Layer { inbound: self.inbound, framework }
    }
}

impl<S, F: Clone> tower_layer::Layer<S> for Layer<F> {
    type Service = Service<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        Service::new(inner, self.inbound.clone(), self.framework.clone())
    }
}

//! The layer, with what axum knows of a route.

use tachograph_core::Handle;

use crate::framework::Axum;
use crate::service::Service;

/// A [`Layer`] for the instance that is current when a request comes in. While there is none, requests pass untouched.
pub fn layer() -> Layer {
    Layer::current()
}

/// Measures every request of a router, or of a service that axum serves.
///
/// Where one such layer stands inside another, the request is measured once, by the outer one; the inner one adds the
/// route.
#[derive(Debug, Clone)]
pub struct Layer(tachograph_tower::Layer<Axum>);

impl Layer {
    /// Measures by the instance that is current when a request comes in: see [`layer`].
    pub fn current() -> Self {
        Layer(tachograph_tower::Layer::current().framework(Axum))
    }

    /// Measures by this instance.
    pub fn new(handle: &Handle) -> Self {
        Layer(tachograph_tower::Layer::new(handle).framework(Axum))
    }
}

impl Default for Layer {
    fn default() -> Self {
        Self::current()
    }
}

impl<S> tower_layer::Layer<S> for Layer {
    type Service = Service<S>;

    fn layer(&self, inner: S) -> Service<S> {
        Service(tower_layer::Layer::layer(&self.0, inner))
    }
}

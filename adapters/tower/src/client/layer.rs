//! The layer: how whom it calls is named, and how errors are told apart.

use std::sync::Arc;

use crate::client::error_type::BySources;
use crate::client::service::Service;

/// Measures every call of the client inside it. The same as [`Layer::new`].
pub fn layer() -> Layer {
    Layer::new()
}

/// Measures every call of the client inside it. See [the module](crate::client).
#[derive(Debug, Clone, Default)]
pub struct Layer<T = BySources> {
    target: Option<Arc<str>>,
    error_types: T,
}

impl Layer {
    /// Names calls by the host of their URIs. Which instance records a call is decided by the request that makes it.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<T> Layer<T> {
    /// Names whom all calls go to. It is needed where the requests have neither a URI with a host nor a `Host` header at
    /// this place; otherwise, calls of gRPC go to their service, `package.Service`, and others to nobody known. A port,
    /// as in `partner:50051`, is the one that spans and metrics show; without it, that of the URI's scheme is meant.
    pub fn target(self, name: impl Into<Arc<str>>) -> Self {
        Layer { target: Some(name.into()), ..self }
    }

    /// How errors are told apart, for a client whose error is no [`std::error::Error`], as that of many layers:
    ///
    /// ```
    /// use tachograph_tower::client;
    /// use tower::BoxError;
    ///
    /// let layer = client::layer().error_types(|error: &BoxError| client::error_type(&**error));
    /// ```
    ///
    /// The types must be few: they are labels of metrics.
    pub fn error_types<E>(self, error_type: fn(&E) -> &'static str) -> Layer<fn(&E) -> &'static str> {
        Layer { target: self.target, error_types: error_type }
    }
}

impl<S, T: Clone> tower_layer::Layer<S> for Layer<T> {
    type Service = Service<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        Service::new(inner, self.target.clone(), self.error_types.clone())
    }
}

//! What the instance serves of itself, as routes of a router.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::Extensions;
use axum::routing::any;
use tachograph_core::Handle;
use tachograph_core::endpoint::Mount;
use tachograph_tower::exchange::{asked, response};

/// The [`Endpoints`] of the instance that is current now. Where there is none, there are none, and stderr says so once.
pub fn endpoints() -> Endpoints {
    Endpoints::current()
}

/// What the instance serves of itself, its health and its metrics, for [`Router::merge`]:
///
/// ```
/// # use axum::{Router, routing::get};
/// # async fn experiments() {}
/// # let app: Router =
/// Router::new()
///     .route("/experiments", get(experiments))
///     .merge(tachograph_axum::endpoints())
///     .layer(tachograph_axum::layer());
/// ```
///
/// The paths are those that the instance serves when this is made.
///
/// It goes before the layer that measures, as in the example: a router that is merged brings its answer to unknown paths with
/// it, which would not be measured then. What the instance serves is not measured in either place.
///
/// It is merged once.
///
/// # Who asks
/// What is shown to this machine only has to know whence a connection comes. axum says so where it is asked to:
///
/// ```no_run
/// # use std::net::SocketAddr;
/// # async fn example(listener: tokio::net::TcpListener, app: axum::Router) -> std::io::Result<()> {
/// axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await
/// # }
/// ```
///
/// Served without it, every request is one of another machine's.
///
/// # Streams, and the end
/// What is sent while it is made, as a live page does, ends when the instance [drains](tachograph_core::Handle::drain). axum
/// itself does not say when its graceful shutdown begins: without a drain, that takes up to the few seconds that
/// [such a stream](tachograph_core::endpoint::Chunks#bounds) lasts.
///
/// # Paths that the application has too
/// Where the application has the path by methods, `get(health)`, its own handlers answer them. Where it has it by
/// [`any`], as a service, or below a parameter in the same place, axum cannot have both, and panics at the merge with the
/// path in its message: leave it out by [`without`](Self::without), or let the endpoints go first, as a layer around all
/// routes ([`tachograph_tower::Endpoints`]), which is told by [`peer`] who asks.
#[derive(Debug, Clone)]
pub struct Endpoints(Vec<Mount>);

impl Endpoints {
    /// Those of the instance that is current now: see [`endpoints`].
    pub fn current() -> Self {
        Endpoints(Mount::all_of_current())
    }

    /// Those of this instance.
    pub fn new(handle: &Handle) -> Self {
        Endpoints(Mount::all(handle))
    }

    /// Leaves one path to the application: `/health`.
    pub fn without(mut self, path: &str) -> Self {
        self.0.retain(|mount| mount.path() != path);
        self
    }
}

impl<S: Clone + Send + Sync + 'static> From<Endpoints> for Router<S> {
    fn from(endpoints: Endpoints) -> Self {
        endpoints.0.into_iter().fold(Router::new(), |router, mount| {
            let path = mount.path().to_owned();
            let answer = move |request: Request| async move {
                let (head, _) = request.into_parts();
                response(mount.answer(asked(&head, peer(&head.extensions)))).await.map(Body::new)
            };
            router.route(&path, any(answer))
        })
    }
}

/// Whence a request's connection was opened, where axum serves with a [`ConnectInfo`] of [`SocketAddr`]: for
/// [`tachograph_tower::Endpoints::peer_from`].
pub fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())
}

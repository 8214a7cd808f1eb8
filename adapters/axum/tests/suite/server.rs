//! A router with the layer, on a loopback port and in process.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use tachograph_axum::Layer;
use tachograph_loopback::Recorder;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// The layer that measures for a recorder.
pub(crate) trait RecorderLayer {
    fn layer(&self) -> Layer;
}

impl RecorderLayer for Recorder {
    fn layer(&self) -> Layer {
        Layer::new(&self.handle)
    }
}

/// Serves a router for the rest of the test.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, told_of_peers(router)).await });
    address
}

/// What is served, with who asks.
pub(crate) fn told_of_peers(router: Router) -> IntoMakeServiceWithConnectInfo<Router, SocketAddr> {
    router.into_make_service_with_connect_info()
}

/// A GET in process: the response, collected.
pub(crate) async fn get(router: &Router, path: &str) -> Response<Bytes> {
    request(router, Request::get(path).body(Body::empty()).unwrap()).await
}

/// A request in process: the response, collected.
pub(crate) async fn request(router: &Router, request: Request) -> Response<Bytes> {
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

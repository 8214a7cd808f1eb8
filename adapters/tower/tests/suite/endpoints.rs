//! What the instance serves of itself, in front of a service.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tachograph_core::Handle;
use tachograph_loopback::endpoints::Served;
use tachograph_loopback::{Recorder, endpoint_tests};
use tachograph_tower::{Endpoints, Layer};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, ServiceExt};

async fn own<B>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = if request.uri().path() == "/own" { (200, "own") } else { (404, "none") };
    Ok(Response::builder().status(status).body(body.into()).unwrap())
}

async fn serve(handle: &Handle) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let endpoints = Endpoints::new(handle).peer_from(|extensions| extensions.get().map(SocketAddr::ip));
    let service = ServiceBuilder::new().layer(Layer::new(handle)).layer(endpoints).service_fn(own);
    tokio::spawn(async move {
        loop {
            let (stream, peer) = listener.accept().await.unwrap();
            let service = service.clone().map_request(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(peer);
                request
            });
            let service = TowerToHyperService::new(service);
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

endpoint_tests!(tokio::test, |handle| serve(handle).await);

fn get(path: &str) -> Request<Empty<Bytes>> {
    Request::get(path).body(Empty::new()).unwrap()
}

#[tokio::test]
async fn the_current_instance_s_are_served() {
    let recorder = Recorder::new();
    let _ = Served::by(&recorder.handle);
    let layer = recorder.handle.scope(async { tachograph_tower::endpoints() }).await;
    let service = ServiceBuilder::new().layer(layer).service_fn(own);
    assert_eq!(service.oneshot(get("/echo")).await.unwrap().status(), 200);
    let service = ServiceBuilder::new().layer(tachograph_tower::endpoints()).service_fn(own);
    assert_eq!(service.oneshot(get("/echo")).await.unwrap().status(), 404, "without an instance there are none");
}

#[tokio::test]
async fn bodies_are_as_large_as_they_say() {
    let recorder = Recorder::new();
    let _ = Served::by(&recorder.handle);
    let service = ServiceBuilder::new().layer(Endpoints::new(&recorder.handle)).service_fn(own);
    for path in ["/own", "/echo"] {
        let body = service.clone().oneshot(get(path)).await.unwrap().into_body();
        let (announced, over) = (body.size_hint().exact().unwrap(), body.is_end_stream());
        let bytes = body.collect().await.unwrap().to_bytes();
        assert_eq!((announced, over), (bytes.len() as u64, false));
    }
    for (path, length) in [("/echo", Some("45")), ("/events", None)] {
        let head = Request::head(path).body(Empty::<Bytes>::new()).unwrap();
        let answer = service.clone().oneshot(head).await.unwrap();
        assert_eq!(answer.headers().get("content-length").map(|length| length.to_str().unwrap()), length);
        assert_eq!((answer.body().size_hint().exact(), answer.body().is_end_stream()), (None, true));
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "");
    }
}

#[tokio::test]
async fn who_asks_is_not_guessed() {
    let recorder = Recorder::new();
    let _ = Served::by(&recorder.handle);
    let service = ServiceBuilder::new().layer(Endpoints::new(&recorder.handle)).service_fn(own);
    let request =
        Request::get("http://localhost:8080/who").header("host", "example").body(Empty::<Bytes>::new()).unwrap();
    let said = service.oneshot(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert_eq!(&*said, b"peer=unknown host=localhost:8080, example authorization= forwarded=false last= site=");
}

//! A gRPC service of tonic's and its client, whose messages are text, so that nothing has to be generated.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BufMut};
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt, stream};
use http::uri::PathAndQuery;
use http_body::Body;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tachograph_core::Handle;
use tachograph_tower::{Layer, client};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, Streaming};
use tower::{BoxError, ServiceBuilder};

#[derive(Default, Clone, Copy)]
pub(crate) struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Text;
    type Decoder = Text;

    fn encoder(&mut self) -> Text {
        Text
    }

    fn decoder(&mut self) -> Text {
        Text
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

type Greetings = Pin<Box<dyn Stream<Item = Result<String, Status>> + Send>>;

/// `nobody` is not found; `never` is not answered.
async fn greet(request: Request<String>) -> Result<Response<String>, Status> {
    match request.into_inner().as_str() {
        "nobody" => Err(Status::not_found("nobody of this name")),
        "never" => std::future::pending().await,
        name => Ok(Response::new(format!("hello {name}"))),
    }
}

/// Greets each letter; `!` fails there, and `?` is not answered.
async fn greet_each(request: Request<String>) -> Result<Response<Greetings>, Status> {
    let letters: Vec<char> = request.into_inner().chars().collect();
    let greetings = stream::iter(letters).then(|letter| async move {
        match letter {
            '!' => Err(Status::unavailable("closed")),
            '?' => std::future::pending().await,
            letter => Ok(format!("hello {letter}")),
        }
    });
    Ok(Response::new(Box::pin(greetings)))
}

/// What tonic-build would make of the service.
#[derive(Clone)]
struct GreeterServer;

impl tonic::server::NamedService for GreeterServer {
    const NAME: &'static str = "greet.Greeter";
}

impl<B> tower::Service<http::Request<B>> for GreeterServer
where
    B: Body<Error: Into<BoxError> + Send> + Send + 'static,
{
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(Text);
            Ok(match request.uri().path() {
                "/greet.Greeter/Greet" => grpc.unary(tower::service_fn(greet), request).await,
                "/greet.Greeter/GreetEach" => grpc.server_streaming(tower::service_fn(greet_each), request).await,
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}

fn layer(handle: &Handle) -> Layer {
    Layer::new(handle).route_from(|uri, _| Some(uri.path()))
}

async fn listen() -> (TcpListener, Endpoint) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::from_shared(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    (listener, endpoint)
}

/// The service on a port of its own, measured by the inbound layer. Whoever aborts the task closes the connection.
pub(crate) async fn start(handle: &Handle) -> (Endpoint, JoinHandle<()>) {
    let (listener, endpoint) = listen().await;
    let layer = layer(handle);
    let server = tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        let service = ServiceBuilder::new().layer(layer).service(GreeterServer);
        let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(connection), TowerToHyperService::new(service))
            .await;
    });
    (endpoint, server)
}

/// The same, in the server that tonic brings.
pub(crate) async fn start_tonic(handle: &Handle) -> Endpoint {
    let (listener, endpoint) = listen().await;
    let server = tonic::transport::Server::builder().layer(layer(handle)).add_service(GreeterServer);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    endpoint
}

/// And of its client.
pub(crate) struct Greeter(tonic::client::Grpc<client::Service<Channel>>);

impl Greeter {
    pub(crate) fn new(channel: Channel) -> Self {
        let channel = ServiceBuilder::new().layer(client::layer().target("greeter")).service(channel);
        Greeter(tonic::client::Grpc::new(channel))
    }

    pub(crate) async fn greet(&mut self, request: Request<String>) -> Result<String, Status> {
        self.call(request, "/greet.Greeter/Greet").await
    }

    pub(crate) async fn call(&mut self, request: Request<String>, path: &'static str) -> Result<String, Status> {
        self.0.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
        let answer = self.0.unary(request, PathAndQuery::from_static(path), Text).await;
        answer.map(Response::into_inner)
    }

    pub(crate) async fn greet_each(&mut self, letters: &str) -> Result<Streaming<String>, Status> {
        self.0.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
        let path = PathAndQuery::from_static("/greet.Greeter/GreetEach");
        let answer = self.0.server_streaming(Request::new(letters.to_owned()), path, Text).await;
        answer.map(Response::into_inner)
    }
}

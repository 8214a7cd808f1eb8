//! What the instance serves of itself, as resources of an application.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{self, BodySize, BoxBody, MessageBody};
use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use tachograph_core::Handle;
use tachograph_core::endpoint::{self, Mount, Request, Stream};

use crate::head::Headers;

/// The [`Endpoints`] of the instance that is current now. Where there is none, there are none, and stderr says so once.
pub fn endpoints() -> Endpoints {
    Endpoints::current()
}

/// What the instance serves of itself, its health and its metrics, for [`App::service`](actix_web::App::service):
///
/// ```
/// # use actix_web::{App, web};
/// # async fn experiments() -> &'static str { "" }
/// App::new()
///     .route("/experiments", web::get().to(experiments))
///     .service(tachograph_actix_web::endpoints())
///     .wrap(tachograph_actix_web::middleware());
/// ```
///
/// The paths are those that the instance serves when this is made. Where the application has one of them too, what was
/// registered first answers.
///
/// # Streams, and the end
/// What is sent while it is made, as a live page does, ends when the instance [drains](tachograph_core::Handle::drain).
/// actix-web itself does not say when its graceful shutdown begins, as on a SIGTERM that it listens for: without a drain,
/// that takes up to the few seconds that [such a stream](tachograph_core::endpoint::Chunks#bounds) lasts.
///
/// actix-web sees that a client is gone when it sends to it, unless the server is told that
/// [`h1_allow_half_closed(false)`](actix_web::HttpServer::h1_allow_half_closed).
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
}

impl HttpServiceFactory for Endpoints {
    fn register(self, config: &mut AppService) {
        for mount in self.0 {
            let pattern = mount.spelled(|rest| format!("{{{rest}:.+}}"));
            let answer = move |request: HttpRequest| {
                let mount = mount.clone();
                async move { answer(&mount, &request).await }
            };
            web::resource(pattern).to(answer).register(config);
        }
    }
}

async fn answer(mount: &Mount, request: &HttpRequest) -> HttpResponse {
    // actix-web leaves out the body of the answer to a HEAD itself, and knows its length only as that of a body.
    let is_head = request.method() == Method::HEAD;
    let method = if is_head { &Method::GET } else { request.method() };
    let Some(answering) = mount.answer(asked(request, method)) else {
        return HttpResponse::NotFound().finish();
    };
    let endpoint::Response { status, headers, body, stream, .. } = answering.await;
    let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    let body = match stream {
        None => BoxBody::new(body.into_owned()),
        // It would be made, and thrown away, for ever.
        Some(_) if is_head => BoxBody::new(body::None::new()),
        Some(stream) => {
            // Else the middleware that compresses would keep what is sent until it has enough of it.
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
            BoxBody::new(StreamBody(stream))
        }
    };
    response.set_body(body)
}

fn asked<'a>(request: &'a HttpRequest, method: &'a Method) -> Request<'a> {
    let mut asked = Request::new(method.as_str(), request.path(), request.query_string());
    if let Some(peer) = request.peer_addr() {
        asked = asked.from_peer(peer.ip());
    }
    if let Some(authority) = request.uri().authority() {
        asked = asked.to_host(authority.as_str());
    }
    asked.headers(&Headers(request.headers()))
}

struct StreamBody(Stream);

impl MessageBody for StreamBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.get_mut().0.poll_chunk(cx).map(|chunk| chunk.map(|chunk| Ok(chunk.into())))
    }
}

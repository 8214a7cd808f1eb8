//! The daemon's two calls over HTTP.

use bytes::Bytes;
use http::{Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;

use crate::sampling::Reply;
use crate::server::Shared;

pub(crate) async fn serve(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if head.method != Method::POST {
        shared.change(|received| received.complaints.push(format!("{} is no method for {path}", head.method)));
        return response(405, Vec::new());
    }
    let reply = match body.collect().await {
        Ok(body) => {
            let answers = shared.answers();
            let body = body.to_bytes();
            shared.change(|received| answers.reply(&path, &body, received))
        }
        // Whoever asked is gone.
        Err(error) => Reply::Send(400, error.to_string().into()),
    };
    match reply {
        Reply::Send(status, body) => response(status, body),
        Reply::Nothing => std::future::pending().await,
    }
}

fn response(status: u16, body: Vec<u8>) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.body(Full::new(body.into())).expect("the test names a status of HTTP")
}

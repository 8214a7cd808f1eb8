//! OTLP over HTTP, in protobuf.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use prost::Message;
use tonic::Code;
use tonic::body::Body;

use crate::answer::{Reply, RpcStatus};
use crate::collector::Shared;
use crate::received::{Signal, Transport};

const PROTOBUF: &str = "application/x-protobuf";

pub(crate) async fn serve(shared: &Shared, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let complaint = match Signal::of_http(head.uri.path()) {
        None => format!("{} is no path of OTLP", head.uri.path()),
        Some(_) if head.method != Method::POST => format!("{} is no method of OTLP", head.method),
        Some(_) if header(header::CONTENT_TYPE) != PROTOBUF => {
            format!("content-type is {:?}, not {PROTOBUF}", header(header::CONTENT_TYPE))
        }
        Some(_) if header(header::USER_AGENT).is_empty() => "user-agent is missing".to_owned(),
        Some(signal) => match body.collect().await {
            // The exporter is gone, and with it whoever would be answered.
            Err(error) => return failure(StatusCode::BAD_REQUEST, Code::Cancelled, &error.to_string()),
            Ok(body) => match take(shared, signal, &head, body.to_bytes()).await {
                Ok(response) => return response,
                Err(complaint) => complaint,
            },
        },
    };
    shared.complain(complaint.clone());
    failure(StatusCode::BAD_REQUEST, Code::InvalidArgument, &complaint)
}

/// An error is a complaint of what has no message of OTLP in it, or none that would be taken.
async fn take(shared: &Shared, signal: Signal, head: &Parts, body: Bytes) -> Result<Response<Body>, String> {
    let aws = shared.aws();
    if let Some(Err(complaint)) = aws.as_ref().map(|aws| aws.authenticate(signal, head, &body)) {
        shared.complain(complaint.clone());
        return Ok(failure(StatusCode::FORBIDDEN, Code::PermissionDenied, &complaint));
    }
    let encoding = head.headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let bytes = uncompressed(encoding.unwrap_or_default(), body)?;
    match aws.and_then(|aws| aws.complaint(signal, head, &bytes)) {
        Some(complaint) => Err(complaint),
        None => Ok(respond(shared.export(signal, Transport::Http, &head.headers, &bytes).await)),
    }
}

fn uncompressed(encoding: &str, bytes: Bytes) -> Result<Bytes, String> {
    match encoding {
        "" | "identity" => Ok(bytes),
        "gzip" => {
            let mut plain = Vec::new();
            GzDecoder::new(bytes.as_ref()).read_to_end(&mut plain).map_err(|error| format!("no gzip: {error}"))?;
            Ok(plain.into())
        }
        other => Err(format!("content-encoding {other:?} is none of OTLP's")),
    }
}

fn respond(reply: Reply) -> Response<Body> {
    match reply {
        Reply::Success(message) => response(StatusCode::OK, message),
        Reply::Invalid(complaint) => failure(StatusCode::BAD_REQUEST, Code::InvalidArgument, &complaint),
        Reply::Unavailable(retry_after) => {
            let mut response = failure(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, "come again");
            if let Some(delay) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, delay.as_secs().into());
            }
            response
        }
    }
}

fn failure(status: StatusCode, code: Code, message: &str) -> Response<Body> {
    response(status, RpcStatus::new(code, message, None).encode_to_vec().into())
}

fn response(status: StatusCode, message: Bytes) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, PROTOBUF);
    response.body(Body::new(Full::new(message))).expect("a response of constants is one")
}

//! AWS JSON 1.1: an operation in a header, JSON in the body, and errors by name.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use serde_json::json;

use crate::call::Call;
use crate::rules::Refused;
use crate::signature;

/// A call that was understood so far.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) call: Call,
    pub(crate) region: String,
    pub(crate) format: Option<String>,
    pub(crate) body: Bytes,
}

/// Reads a request. An error says what no client should send.
pub(crate) async fn read(request: Request<Incoming>) -> Result<Asked, String> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|error| format!("the request broke off: {error}"))?.to_bytes();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    if head.method != Method::POST || head.uri.path() != "/" {
        return Err(format!("{} {} is no call", head.method, head.uri));
    }
    if header("content-type") != Some("application/x-amz-json-1.1") {
        return Err(format!("the content type is {:?}", header("content-type")));
    }
    if let Some(coding) = header("content-encoding") {
        return Err(format!("the content coding is {coding}"));
    }
    let target = header("x-amz-target").unwrap_or_default();
    let call = Call::named(target).ok_or_else(|| format!("`{target}` is no operation"))?;
    let region = signature::region(&head.headers)?;
    Ok(Asked { call, region, format: header("x-amzn-logs-format").map(str::to_owned), body })
}

pub(crate) fn answer(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let kind = http::HeaderValue::from_static("application/x-amz-json-1.1");
    response.headers_mut().insert("content-type", kind);
    response
}

/// An error of the service.
pub(crate) fn refusal(refused: &Refused) -> Response<Full<Bytes>> {
    let body = json!({ "__type": refused.name, "message": refused.message });
    answer(StatusCode::BAD_REQUEST, body.to_string())
}

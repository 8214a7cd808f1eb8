//! axum: a router that is asked as a service.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body;
use axum::http::{Request, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::answer::{Answer, Body};
use crate::app::App;
use crate::case::Case;

/// Asks for a case; the status of the answer, whose body has been read to its end.
pub(crate) async fn ask(case: &Case, app: App) -> u16 {
    let handler = Arc::clone(&case.handler);
    let router = Router::new().route(&case.route(), get(async move || respond(handler(app).await)));
    let request = Request::get(case.route()).body(body::Body::empty()).unwrap();
    let response = router.layer(tachograph::axum::layer()).oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    body.collect().await.unwrap();
    head.status.as_u16()
}

fn respond(answer: Answer) -> Response {
    let status = axum::http::StatusCode::from_u16(answer.status).unwrap();
    let body = match answer.body {
        Body::Whole(bytes) => bytes.into(),
        Body::Parts(parts) => body::Body::from_stream(parts.map(Ok::<_, Infallible>)),
    };
    (status, [(header::CONTENT_TYPE, answer.content_type)], body).into_response()
}

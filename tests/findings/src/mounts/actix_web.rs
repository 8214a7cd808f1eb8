//! actix-web: an application under its own means of testing.

use std::convert::Infallible;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, test, web};
use futures_util::StreamExt as _;

use crate::answer::{Answer, Body};
use crate::app::App;
use crate::case::Case;

/// Asks for a case; the status of the answer, whose body has been read to its end.
pub(crate) async fn ask(case: &Case, app: App) -> u16 {
    let handler = Arc::clone(&case.handler);
    let handle = move || {
        let answer = handler(app.clone());
        async { respond(answer.await) }
    };
    let service = actix_web::App::new().route(&case.route(), web::get().to(handle));
    let service = test::init_service(service.wrap(tachograph::actix_web::middleware())).await;
    let response = test::call_service(&service, test::TestRequest::get().uri(&case.route()).to_request()).await;
    let status = response.status().as_u16();
    to_bytes(response.into_body()).await.unwrap();
    status
}

fn respond(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).unwrap());
    response.content_type(answer.content_type);
    match answer.body {
        Body::Whole(bytes) => response.body(bytes),
        Body::Parts(parts) => response.streaming(parts.map(|part| Ok::<_, Infallible>(part.into()))),
    }
}

//! rocket: an application that is asked by a local client.

use std::io::Cursor;

use rocket::http::{ContentType, Method, Status};
use rocket::local::asynchronous::Client;
use rocket::response::{Responder, stream::ByteStream};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response, Route};

use crate::answer::{Answer, Body};
use crate::app::App;
use crate::case::{self, Case};

/// Asks for a case; the status of the answer, whose body has been read to its end.
pub(crate) async fn ask(case: &Case, app: App) -> u16 {
    let route = Route::new(Method::Get, &case.route(), Handle { handler: case.handler.clone(), app });
    let quiet = rocket::Config { log_level: rocket::config::LogLevel::Off, ..rocket::Config::debug_default() };
    let service = rocket::custom(quiet).mount("/", tachograph::rocket::measure(vec![route]));
    let client = Client::untracked(service.attach(tachograph::rocket::fairing())).await.unwrap();
    let response = client.get(case.route()).dispatch().await;
    let status = response.status().code;
    response.into_bytes().await;
    status
}

#[derive(Clone)]
struct Handle {
    handler: case::Handler,
    app: App,
}

#[rocket::async_trait]
impl Handler for Handle {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let answer = (self.handler)(self.app.clone()).await;
        Outcome::Success(respond(answer, request))
    }
}

fn respond<'r>(answer: Answer, request: &'r Request<'_>) -> Response<'r> {
    let mut response = match answer.body {
        Body::Whole(bytes) => Response::build().sized_body(bytes.len(), Cursor::new(bytes)).finalize(),
        Body::Parts(parts) => ByteStream(parts).respond_to(request).unwrap(),
    };
    response.set_status(Status::new(answer.status));
    response.set_header(ContentType::parse_flexible(answer.content_type).unwrap());
    response
}

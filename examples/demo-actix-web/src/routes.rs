//! actix-web's part: routes, extractors, responses.

use actix_web::error::{ErrorBadRequest, ErrorUnprocessableEntity, ErrorUnsupportedMediaType, JsonPayloadError};
use actix_web::guard::{Any, Get, Head};
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, Path, Query, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder, Route};
use serde::Deserialize;
use tachograph_experiments::{Answer, App, Event, Export, Failure, NewAssignment, NewExperiment, Work, export};

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .app_data(web::JsonConfig::default().error_handler(|error, _| refuse(error)))
        .app_data(web::PathConfig::default().error_handler(|error, _| ErrorBadRequest(error)))
        .service(web::resource("/experiments").route(get(experiments)).route(web::post().to(create)))
        .service(web::resource("/experiments/{id}").route(get(experiment)))
        .service(web::resource("/experiments/{id}/assignments").route(web::post().to(assign)))
        .service(web::resource("/experiments/{id}/report").route(get(report)))
        .service(web::resource("/events").route(web::post().to(track)))
        .service(web::resource("/flags/{key}").route(get(flag)))
        .service(web::resource("/export").route(get(export_rows)))
        .service(web::resource("/slow").route(get(slow)))
        .service(web::resource("/work").route(get(work)))
        .service(web::resource("/fail").route(get(fail)))
        .service(web::resource("/panic").route(get(panic)));
}

/// A route for GET that answers HEAD, too.
fn get<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    web::route().guard(Any(Get()).or(Head())).to(handler)
}

/// What is wrong with a body: its type, its syntax, or what it says.
fn refuse(error: JsonPayloadError) -> actix_web::Error {
    match &error {
        JsonPayloadError::ContentType => ErrorUnsupportedMediaType(error),
        JsonPayloadError::Deserialize(reason) if reason.is_data() => ErrorUnprocessableEntity(error),
        _ => error.into(),
    }
}

async fn experiment(app: Data<App>, id: Path<i64>) -> HttpResponse {
    respond(app.experiment(*id).await)
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    joined: bool,
}

async fn experiments(app: Data<App>, list: Query<List>) -> HttpResponse {
    respond(app.experiments(list.joined).await)
}

async fn create(app: Data<App>, request: HttpRequest, new: Json<NewExperiment>) -> HttpResponse {
    let user = request.headers().get("x-user-id").and_then(|user| user.to_str().ok());
    respond(app.create(user, &new).await)
}

async fn assign(app: Data<App>, id: Path<i64>, new: Json<NewAssignment>) -> HttpResponse {
    respond(app.assign(*id, &new).await)
}

async fn track(app: Data<App>, event: Json<Event>) -> HttpResponse {
    respond(app.track(&event).await)
}

async fn report(app: Data<App>, id: Path<i64>) -> HttpResponse {
    respond(app.report(*id).await)
}

async fn flag(app: Data<App>, key: Path<String>) -> HttpResponse {
    respond(app.flag(&key).await)
}

async fn export_rows(asked: Query<Export>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/csv").streaming(export(*asked))
}

#[derive(Deserialize)]
struct Slow {
    ms: u64,
}

async fn slow(app: Data<App>, query: Query<Slow>) -> HttpResponse {
    respond(app.slow(query.ms).await)
}

async fn work(app: Data<App>, work: Query<Work>) -> HttpResponse {
    respond(app.work(&work).await)
}

#[derive(Deserialize)]
struct Fail {
    status: u16,
}

async fn fail(app: Data<App>, query: Query<Fail>) -> HttpResponse {
    respond(app.fail(query.status))
}

async fn panic(app: Data<App>) -> HttpResponse {
    respond(app.panic())
}

fn respond(answered: Result<Answer, Failure>) -> HttpResponse {
    let Answer { status, body } = answered.unwrap_or_else(Answer::from);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).json(body)
}

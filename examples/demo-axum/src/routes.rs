//! axum's part: routes, extractors, responses.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use tachograph_experiments::{Answer, App, Event, Export, Failure, NewAssignment, NewExperiment, Work, export};
use tower_http::compression::CompressionLayer;

pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/experiments", get(experiments).post(create))
        .route("/experiments/{id}", get(experiment))
        .route("/experiments/{id}/assignments", post(assign))
        .route("/experiments/{id}/report", get(report))
        .route("/events", post(track))
        .route("/flags/{key}", get(flag))
        .route("/export", get(export_rows))
        .route("/slow", get(slow))
        .route("/work", get(work))
        .route("/fail", get(fail))
        .route("/panic", get(panic))
        .merge(tachograph::axum::endpoints())
        .layer(CompressionLayer::new())
        // Outside the compression, so that it counts what goes over the wire.
        .layer(tachograph::axum::layer())
        .with_state(app)
}

async fn experiment(State(app): State<App>, Path(id): Path<i64>) -> Response {
    respond(app.experiment(id).await)
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    joined: bool,
}

async fn experiments(State(app): State<App>, Query(list): Query<List>) -> Response {
    respond(app.experiments(list.joined).await)
}

async fn create(State(app): State<App>, headers: HeaderMap, Json(new): Json<NewExperiment>) -> Response {
    let user = headers.get("x-user-id").and_then(|user| user.to_str().ok());
    respond(app.create(user, &new).await)
}

async fn assign(State(app): State<App>, Path(id): Path<i64>, Json(new): Json<NewAssignment>) -> Response {
    respond(app.assign(id, &new).await)
}

async fn track(State(app): State<App>, Json(event): Json<Event>) -> Response {
    respond(app.track(&event).await)
}

async fn report(State(app): State<App>, Path(id): Path<i64>) -> Response {
    respond(app.report(id).await)
}

async fn flag(State(app): State<App>, Path(key): Path<String>) -> Response {
    respond(app.flag(&key).await)
}

async fn export_rows(Query(asked): Query<Export>) -> Response {
    ([(header::CONTENT_TYPE, "text/csv")], Body::from_stream(export(asked))).into_response()
}

#[derive(Deserialize)]
struct Slow {
    ms: u64,
}

async fn slow(State(app): State<App>, Query(Slow { ms }): Query<Slow>) -> Response {
    respond(app.slow(ms).await)
}

async fn work(State(app): State<App>, Query(work): Query<Work>) -> Response {
    respond(app.work(&work).await)
}

#[derive(Deserialize)]
struct Fail {
    status: u16,
}

async fn fail(State(app): State<App>, Query(Fail { status }): Query<Fail>) -> Response {
    respond(app.fail(status))
}

async fn panic(State(app): State<App>) -> Response {
    respond(app.panic())
}

fn respond(answered: Result<Answer, Failure>) -> Response {
    let Answer { status, body } = answered.unwrap_or_else(Answer::from);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(body)).into_response()
}

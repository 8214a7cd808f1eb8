//! rocket's part: routes, guards, responders, catchers.

use std::convert::Infallible;

use rocket::http::{ContentType, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::stream::{One, ReaderStream};
use rocket::serde::json::Json;
use rocket::tokio::io::AsyncRead;
use rocket::{Catcher, FromForm, Route, State, catch, catchers, form, get, post, routes};
use serde_json::Value;
use tachograph_experiments::{Answer, App, Event, Export, Failure, NewAssignment, NewExperiment, Work, export};
use tokio_util::io::StreamReader;

pub(crate) fn routes() -> Vec<Route> {
    routes![experiments, create, experiment, assign, report, track, flag, export_rows, slow, work, fail, panic]
}

pub(crate) fn catchers() -> Vec<Catcher> {
    catchers![empty]
}

/// A parameter of the path that may be none; rocket would try other routes then, and end with 422.
type Given<'r, T> = Result<T, &'r str>;

#[get("/experiments/<id>")]
async fn experiment(app: &State<App>, id: Given<'_, i64>) -> Respond {
    let answer = async { app.experiment(in_path(id)?).await };
    respond(answer.await)
}

#[derive(FromForm)]
struct List {
    #[field(default = false)]
    joined: bool,
}

#[get("/experiments?<list..>")]
async fn experiments(app: &State<App>, list: form::Result<'_, List>) -> Respond {
    let answer = async { app.experiments(in_query(list)?.joined).await };
    respond(answer.await)
}

#[post("/experiments", data = "<new>")]
async fn create(app: &State<App>, user: User<'_>, new: Json<NewExperiment>) -> Respond {
    respond(app.create(user.0, &new).await)
}

#[post("/experiments/<id>/assignments", data = "<new>")]
async fn assign(app: &State<App>, id: Given<'_, i64>, new: Json<NewAssignment>) -> Respond {
    let answer = async { app.assign(in_path(id)?, &new).await };
    respond(answer.await)
}

#[post("/events", data = "<event>")]
async fn track(app: &State<App>, event: Json<Event>) -> Respond {
    respond(app.track(&event).await)
}

#[get("/experiments/<id>/report")]
async fn report(app: &State<App>, id: Given<'_, i64>) -> Respond {
    let answer = async { app.report(in_path(id)?).await };
    respond(answer.await)
}

#[get("/flags/<key>")]
async fn flag(app: &State<App>, key: &str) -> Respond {
    respond(app.flag(key).await)
}

/// [`Export`], as rocket reads it.
#[derive(FromForm)]
struct Rows {
    #[field(default = Export::default().rows)]
    rows: u64,
    #[field(default = false)]
    broken: bool,
}

type Csv<R> = (ContentType, ReaderStream<One<R>>);

#[get("/export?<rows..>")]
fn export_rows(rows: form::Result<'_, Rows>) -> Result<Csv<impl AsyncRead + Unpin + use<>>, Respond> {
    match in_query(rows) {
        Ok(Rows { rows, broken }) => {
            let reader = StreamReader::new(Box::pin(export(Export { rows, broken })));
            Ok((ContentType::new("text", "csv"), ReaderStream::one(reader)))
        }
        Err(failure) => Err(respond(Err(failure))),
    }
}

#[get("/slow?<ms>")]
async fn slow(app: &State<App>, ms: form::Result<'_, u64>) -> Respond {
    let answer = async { app.slow(in_query(ms)?).await };
    respond(answer.await)
}

/// [`Work`], as rocket reads it.
#[derive(FromForm)]
struct Asked {
    #[field(default = 0)]
    queries: u32,
    #[field(default = 0)]
    rows: i64,
    #[field(default = 0)]
    hits: u32,
    #[field(default = 0)]
    misses: u32,
    #[field(default = 0)]
    calls: u32,
}

#[get("/work?<asked..>")]
async fn work(app: &State<App>, asked: form::Result<'_, Asked>) -> Respond {
    let answer = async {
        let Asked { queries, rows, hits, misses, calls } = in_query(asked)?;
        app.work(&Work { queries, rows, hits, misses, calls }).await
    };
    respond(answer.await)
}

#[get("/fail?<status>")]
fn fail(app: &State<App>, status: form::Result<'_, u16>) -> Respond {
    respond(in_query(status).and_then(|status| app.fail(status)))
}

#[get("/panic")]
fn panic(app: &State<App>) -> Respond {
    respond(app.panic())
}

/// Who asks, where the request says so.
struct User<'r>(Option<&'r str>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(User(request.headers().get_one("x-user-id")))
    }
}

/// What no route answers has no body.
#[catch(default)]
fn empty(status: Status, _: &Request<'_>) -> (Status, ()) {
    (status, ())
}

type Respond = (Status, Json<Value>);

fn respond(answered: Result<Answer, Failure>) -> Respond {
    let Answer { status, body } = answered.unwrap_or_else(Answer::from);
    (Status::new(status), Json(body))
}

fn in_path<T>(given: Given<'_, T>) -> Result<T, Failure> {
    given.map_err(|given| Failure::Invalid(format!("the path has {given:?} where a number belongs")))
}

fn in_query<T>(given: form::Result<'_, T>) -> Result<T, Failure> {
    given.map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Invalid(format!("the query is not as it should be: {}", errors.join(", ")))
    })
}

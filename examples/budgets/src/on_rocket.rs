//! On rocket.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Build, Rocket, State, get, routes};
use tachograph::sqlx::SqlitePool;

use crate::store::{self, Experiment};

type Answer = Result<Json<Vec<Experiment>>, Status>;

#[get("/experiments")]
async fn one_by_one(pool: &State<SqlitePool>) -> Answer {
    store::one_by_one(pool).await.map(Json).map_err(|_| Status::InternalServerError)
}

#[get("/experiments/joined")]
async fn joined(pool: &State<SqlitePool>) -> Answer {
    store::joined(pool).await.map(Json).map_err(|_| Status::InternalServerError)
}

/// The service.
pub fn app(pool: SqlitePool) -> Rocket<Build> {
    // A test's own configuration: what is said to those who start it by hand is left out.
    let config = rocket::Config { log_level: rocket::config::LogLevel::Off, ..rocket::Config::debug_default() };
    rocket::custom(config)
        .manage(pool)
        .attach(tachograph::rocket::fairing())
        .mount("/", tachograph::rocket::measure(routes![one_by_one, joined]))
}

//! The handler that answers at once, under each framework: bare, and with tachograph as its README says, writing JSON.

use super::ours::json;
use super::{Proof, Row, answered};
use crate::report::Unit;
use crate::serve::{ActixWeb, Axum, Rocket, Serve};
use crate::workloads::{plain, user};
use actix_web::{App, web};
use tachograph_core::Handle;
use tokio::runtime::Runtime;

/// What is added, in what tachograph adds to axum.
pub const AXUM: Unit = Unit { row: "axum, tachograph", name: "axum" };

/// Every framework, bare and measured.
///
/// # Errors
/// What a framework says where it cannot be started.
pub fn rows(runtime: &Runtime) -> Result<Vec<Row>, Box<dyn std::error::Error>> {
    let mut rows = Vec::new();
    let mut add = |name, bare, app: Box<dyn Serve>, proof: Proof| rows.push(Row { name, bare, threads: 1, app, proof });

    add("axum", "axum", Box::new(Axum::new(plain())), answered());
    let (handle, proof) = json();
    let router = plain().layer(tachograph_axum::Layer::new(&handle));
    add(AXUM.row, "axum", Box::new(Axum::new(router)), proof);

    let app = App::new().route(ROUTE, web::get().to(actix_web_handler));
    let service = runtime.block_on(actix_web::test::init_service(app));
    add("actix-web", "actix-web", Box::new(ActixWeb::new(service)), answered());
    let (handle, proof) = json();
    let app =
        App::new().route(ROUTE, web::get().to(actix_web_handler)).wrap(tachograph_actix_web::Middleware::new(&handle));
    let service = runtime.block_on(actix_web::test::init_service(app));
    add("actix-web, tachograph", "actix-web", Box::new(ActixWeb::new(service)), proof);

    add("rocket", "rocket", Box::new(rocket_client(runtime, None)?), answered());
    let (handle, proof) = json();
    add("rocket, tachograph", "rocket", Box::new(rocket_client(runtime, Some(&handle))?), proof);
    Ok(rows)
}

const ROUTE: &str = "/users/{id}";

async fn actix_web_handler(id: web::Path<u64>) -> web::Json<impl serde::Serialize> {
    web::Json(user(id.into_inner()))
}

#[rocket::get("/users/<id>")]
async fn rocket_handler(id: u64) -> rocket::serde::json::Json<impl serde::Serialize> {
    rocket::serde::json::Json(user(id))
}

/// Bare, or measured by an instance.
fn rocket_client(runtime: &Runtime, handle: Option<&Handle>) -> Result<Rocket, Box<dyn std::error::Error>> {
    let config = rocket::Config { log_level: rocket::config::LogLevel::Off, ..rocket::Config::release_default() };
    let mut app = rocket::custom(config);
    let mut routes = rocket::routes![rocket_handler];
    if let Some(handle) = handle {
        app = app.attach(tachograph_rocket::Fairing::new(handle));
        routes = tachograph_rocket::measure(routes);
    }
    let client = runtime.block_on(rocket::local::asynchronous::Client::untracked(app.mount("/", routes)));
    Ok(Rocket::new(client.map_err(|error| error.to_string())?))
}

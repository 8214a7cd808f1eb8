//! On axum.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use tachograph::sqlx::SqlitePool;

use crate::store::{self, Experiment};

type Answer = Result<Json<Vec<Experiment>>, StatusCode>;

fn answer(experiments: Result<Vec<Experiment>, sqlx::Error>) -> Answer {
    experiments.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

/// The service.
pub fn app(pool: SqlitePool) -> Router {
    Router::new()
        .route("/experiments", get(async |State(pool): State<SqlitePool>| answer(store::one_by_one(&pool).await)))
        .route("/experiments/joined", get(async |State(pool): State<SqlitePool>| answer(store::joined(&pool).await)))
        .layer(tachograph::axum::layer())
        .with_state(pool)
}

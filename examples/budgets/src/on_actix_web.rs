//! On actix-web.

use actix_web::error::ErrorInternalServerError;
use actix_web::web::{Data, Json, ServiceConfig};
use actix_web::{Result, get};
use tachograph::sqlx::SqlitePool;

use crate::store::{self, Experiment};

#[get("/experiments")]
async fn one_by_one(pool: Data<SqlitePool>) -> Result<Json<Vec<Experiment>>> {
    store::one_by_one(&pool).await.map(Json).map_err(ErrorInternalServerError)
}

#[get("/experiments/joined")]
async fn joined(pool: Data<SqlitePool>) -> Result<Json<Vec<Experiment>>> {
    store::joined(&pool).await.map(Json).map_err(ErrorInternalServerError)
}

/// The service, for an application that has the middleware.
pub fn service(config: &mut ServiceConfig, pool: SqlitePool) {
    config.app_data(Data::new(pool)).service(one_by_one).service(joined);
}

//! The demonstration's HTTP API as a function in AWS Lambda, behind API Gateway, a load balancer or a function URL: the same
//! router that `demo-axum` serves.

#[path = "../../../demo-axum/src/routes.rs"]
mod routes;

use lambda_runtime::Error;
use tachograph_experiments::{App, Settings};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let _guard = tachograph::init!()?;
    let app = App::start(&Settings::from_env()?).await?;
    tachograph::lambda::run_http(routes::router(app)).await
}

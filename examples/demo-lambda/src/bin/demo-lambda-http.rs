//! The demonstration's HTTP API as a function in AWS Lambda, behind API Gateway, a load balancer or a function URL: the same
//! router that `demo-axum` serves. Beside it stands `demo-lambda`, whose events are its own.

#[path = "../outside.rs"]
mod outside;
#[path = "../../../demo-axum/src/routes.rs"]
mod routes;

use std::process::ExitCode;

use lambda_runtime::Error;
use tachograph_experiments::{App, Settings};

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    if let Some(code) = outside::hint("demo-lambda-http", EVENT) {
        return Ok(code);
    }
    let _guard = tachograph::init!()?;
    let app = App::start(&Settings::from_env()?).await?;
    tachograph::lambda::run_http(routes::router(app)).await?;
    Ok(ExitCode::SUCCESS)
}

/// What a function URL sends for `GET /experiments`, as far as it is read.
const EVENT: &str = r#"{"version":"2.0","rawPath":"/experiments","rawQueryString":"","headers":{},"requestContext":{"http":{"method":"GET","path":"/experiments"}},"isBase64Encoded":false}"#;

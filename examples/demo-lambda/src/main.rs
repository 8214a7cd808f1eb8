//! The demonstration as a function in AWS Lambda: what it is to do stands in the event.
//!
//! `{"do": "report", "id": 7}` asks two queries and a partner; `list`, `create`, `slow`, `block`, `fail` and `panic` show what
//! their names say. Beside it stands `demo-lambda-http`, an HTTP API as a function.
//!
//! To try it out without Lambda: `cargo build -p demo-lambda`, and then
//! `cargo run -p tachograph-lambda-api -- --invoke '{"do":"report","id":7}' --invoke '{"do":"fail"}' target/debug/demo-lambda`.

mod outside;

use std::process::ExitCode;
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::Value;
use tachograph_experiments::{App, NewExperiment, Settings};

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    if let Some(code) = outside::hint("demo-lambda", r#"{"do":"report","id":7}"#) {
        return Ok(code);
    }
    let _guard = tachograph::init!()?;
    let app = App::start(&Settings::from_env()?).await?;
    let handler = service_fn(move |event| handle(app.clone(), event));
    // One invocation at a time, unless AWS_LAMBDA_MAX_CONCURRENCY says otherwise.
    tachograph::lambda::run_concurrent(handler).await?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Asked {
    Report { id: i64 },
    List,
    Create(NewExperiment),
    Slow { ms: u64 },
    Block { ms: u64 },
    Fail,
    Panic,
}

async fn handle(app: App, event: LambdaEvent<Asked>) -> Result<Value, Error> {
    let answer = match event.payload {
        Asked::Report { id } => {
            tachograph::request().action("experiment.report").field("experiment_id", id);
            app.report(id).await?
        }
        Asked::List => app.experiments(false).await?,
        Asked::Create(new) => app.create(None, &new).await?,
        Asked::Slow { ms } => app.slow(ms).await?,
        Asked::Block { ms } => {
            std::thread::sleep(Duration::from_millis(ms)); // keeps its thread, as no handler should
            app.slow(0).await?
        }
        Asked::Fail => return Err("seven".parse::<u64>().unwrap_err().into()),
        Asked::Panic => app.panic()?,
    };
    Ok(answer.body)
}

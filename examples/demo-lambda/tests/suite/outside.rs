//! The functions where there is no Lambda.

use std::process::Command;

use serde_json::json;

use crate::{function, records, report};

#[test]
fn each_says_how_to_try_it() {
    for binary in [env!("CARGO_BIN_EXE_demo-lambda"), env!("CARGO_BIN_EXE_demo-lambda-http")] {
        let output = Command::new(binary).env_remove("AWS_LAMBDA_RUNTIME_API").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count(), output.stdout.len()), (Some(2), 1, 0), "{said}");
        let name = std::path::Path::new(binary).file_name().unwrap().to_str().unwrap();
        let ends = format!(" target/debug/{name}\n");
        assert!(said.starts_with(&format!("{name} runs in AWS Lambda; to try it here: ")) && said.ends_with(&ends));
        let event = said.split('\'').nth(1).unwrap();
        let function = tachograph_lambda_api::Function::of(binary).start();
        let event = tachograph_lambda_api::Event::new(serde_json::from_str(event).unwrap());
        let answer = function.invoke(&event).answer().response().json();
        assert!(answer.get("statusCode").is_none_or(|status| *status == json!(200)), "{answer}");
    }
}

#[test]
fn lines_can_be_embedded_metrics() {
    let function = function().variable("TACHOGRAPH_EXPORTERS__JSON__FORMAT", "emf").start();
    function.invoke(&report(7)).answer().response();
    function.frozen();
    let metrics = &records(&function)[0]["_aws"]["CloudWatchMetrics"];
    assert!(metrics[0]["Metrics"].is_array(), "{}", function.written());
}

//! Outside Lambda there is nobody to invoke the function.

use std::process::ExitCode;

/// How to try this binary out, where it is not in Lambda: lambda_runtime would panic, for want of a variable.
pub(crate) fn hint(binary: &str, event: &str) -> Option<ExitCode> {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return None;
    }
    eprintln!(
        "{binary} runs in AWS Lambda; to try it here: cargo run -p tachograph-lambda-api -- --invoke '{event}' \
         target/debug/{binary}"
    );
    Some(ExitCode::from(2))
}

//! What CloudWatch takes.

use crate::error::Error;

/// How many dimensions a set can have.
pub(crate) const MOST_DIMENSIONS: usize = 30;

/// How many metrics one directive can have.
pub(crate) const MOST_METRICS: usize = 100;

/// Whether CloudWatch takes this as the value of a dimension. What it does not take it drops, with all metrics of the line.
pub(crate) fn is_dimension_value(value: &str) -> bool {
    (1..=1024).contains(&value.len())
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && value.bytes().any(|byte| byte != b' ')
}

/// The namespace, if CloudWatch takes it.
pub(crate) fn namespace(text: &str) -> Result<&str, Error> {
    let is_taken = (1..=255).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/#:".contains(&byte))
        && !text.starts_with(':')
        && !text.starts_with("AWS/");
    let choices = "1 to 255 letters, digits and `.-_/#:`, which begin with neither `:` nor `AWS/`";
    if is_taken { Ok(text) } else { Err(refused(text, "namespace of CloudWatch", choices).about("emf.namespace")) }
}

/// The group of logs, if CloudWatch Logs takes it.
pub(crate) fn log_group(text: &str) -> Result<&str, Error> {
    let is_taken = (1..=512).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_/.#-".contains(&byte));
    let choices = "1 to 512 letters, digits and `_/.#-`";
    if is_taken { Ok(text) } else { Err(refused(text, "group of CloudWatch Logs", choices).about("emf.log_group")) }
}

/// The stream of logs, if CloudWatch Logs takes it.
pub(crate) fn log_stream(text: &str) -> Result<&str, Error> {
    let is_taken = (1..=512).contains(&text.len()) && !text.contains([':', '*']);
    let choices = "1 to 512 characters other than `:` and `*`";
    if is_taken { Ok(text) } else { Err(refused(text, "stream of CloudWatch Logs", choices).about("emf.log_stream")) }
}

fn refused(text: &str, what: &str, choices: &str) -> Error {
    Error::new(format!("`{}` is no {what}: use {choices}", text.escape_debug()))
}

//! Errors of the SDK, by names of low cardinality.

use std::borrow::Cow;

use aws_smithy_runtime_api::client::interceptors::context::Error;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;
use tachograph_core::text;

/// Codes are shorter; what comes behind one is the service's message.
const LONGEST_CODE: usize = 100;

/// Why an operation failed.
pub(crate) fn error_type(error: &OrchestratorError<Error>) -> Cow<'static, str> {
    if let Some(error) = error.as_operation_error() {
        let (text, _) = text::bounded(error, LONGEST_CODE);
        return code(&text).map_or(Cow::Borrowed("unhandled"), |code| Cow::Owned(code.to_owned()));
    }
    let connector = error.as_connector_error();
    let name = if error.is_timeout_error() || connector.is_some_and(|error| error.is_timeout()) {
        "timeout"
    } else if connector.is_some_and(is_io) {
        "io"
    } else if connector.is_some_and(|error| error.is_user()) {
        "request"
    } else if connector.is_some() {
        "connector"
    } else if error.is_response_error() {
        "response"
    } else if error.is_interceptor_error() {
        "interceptor"
    } else {
        "other"
    };
    Cow::Borrowed(name)
}

/// A connection that is lost in the middle of an answer is known by nothing but that it may be tried again.
fn is_io(error: &ConnectorError) -> bool {
    error.is_io() || error.as_other() == Some(ErrorKind::TransientError)
}

/// The code of a service's error, in the text that the SDK makes of it.
///
/// The error's type is the operation's own and not known here; all of them say `Code`, `Code: message` or, where the
/// SDK's model has no such error, `unhandled error (Code)`.
fn code(text: &str) -> Option<&str> {
    let text = text.strip_prefix("unhandled error").map_or(text, |rest| rest.trim_start_matches([' ', '(']));
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_from_its_message() {
        for (text, expected) in [
            ("ResourceNotFoundException", Some("ResourceNotFoundException")),
            ("ResourceNotFoundException: table experiments is gone", Some("ResourceNotFoundException")),
            ("ConflictError [ConflictException]: it is", Some("ConflictError")),
            ("unhandled error (SlowDown)", Some("SlowDown")),
            (
                "unhandled error (AWS.SimpleQueueService.NonExistentQueue)",
                Some("AWS.SimpleQueueService.NonExistentQueue"),
            ),
            ("unhandled error", None),
            ("", None),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }
}

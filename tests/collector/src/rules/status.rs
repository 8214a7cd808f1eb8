//! How a span of an instrumentation may end.

use crate::check::Check;
use crate::span::{Code, Span};

pub(crate) fn check(check: &mut Check, span: &Span) {
    let is_error = span.status.code == Code::Error;
    check.require(span.status.code != Code::Ok, "its status is Ok, which is the application's to say");
    check.require(is_error || span.status.message.is_empty(), "a message goes with a status of Error");
    let has_type = !span.text("error.type").is_empty();
    check.require(is_error || !has_type, "it has an error.type, but no status of Error");
    let is_conventional =
        span.attributes.contains_key("http.request.method") || span.attributes.contains_key("db.system.name");
    check.require(!is_error || has_type || !is_conventional, "it has a status of Error, but no error.type");
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

    use crate::testing::{fail, int, refused, server_span, set, text};

    #[test]
    fn an_error_has_a_type_and_nothing_else_has() {
        refused(|_| server_span(), "its status is Ok", |span| fail(span, StatusCode::Ok));
        refused(
            |_| server_span(),
            "an error.type, but no status",
            |span| {
                span.attributes.push(text("error.type", "client_disconnected"));
            },
        );
        refused(
            |_| server_span(),
            "a status of Error, but no error.type",
            |span| {
                set(&mut span.attributes, int("http.response.status_code", 500));
                fail(span, StatusCode::Error);
            },
        );
        refused(
            |_| server_span(),
            "a message goes with",
            |span| {
                fail(span, StatusCode::Unset);
                span.status.as_mut().unwrap().message = "so it was".to_owned();
            },
        );
    }
}

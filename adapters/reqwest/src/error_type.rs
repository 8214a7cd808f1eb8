//! Errors of reqwest, by names of low cardinality.

use std::error::Error;

/// Why a call failed. The order matters: a connection can time out, and a name that does not resolve connects nowhere.
pub(crate) fn error_type(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_dns() {
        "dns"
    } else if error.is_connect() {
        "connect"
    } else if error.is_redirect() {
        "redirect"
    } else if is_body(error) {
        "body"
    } else if error.is_decode() {
        "decode"
    } else if error.is_builder() {
        "builder"
    } else {
        "request"
    }
}

/// A request's own body fails inside the sending of the request.
fn is_body(error: &reqwest::Error) -> bool {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.downcast_ref().is_some_and(reqwest::Error::is_body) {
            return true;
        }
        source = error.source();
    }
    false
}

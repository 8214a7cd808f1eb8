//! What a request asks, of whom.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderValue, Request, Uri};
use tachograph_core::{Operation, known_method};

pub(crate) fn of<B>(request: &Request<B>, target: Option<&str>, is_grpc: bool) -> Arc<Operation> {
    let method = request.uri().path().trim_start_matches('/');
    let summary = if is_grpc { method } else { known_method(request.method().as_str()).unwrap_or("_OTHER") };
    if let Some(target) = target {
        return Operation::external(target, summary);
    }
    let given = || Authority::try_from(request.headers().get(HOST).map(HeaderValue::as_bytes)?).ok();
    match request.uri().authority().cloned().or_else(given) {
        Some(authority) => Operation::external(&host(&authority, request.uri()), summary),
        // Of a gRPC call this much is known even where its host is not.
        None if is_grpc => Operation::external(method.split('/').next().unwrap_or_default(), summary),
        None => Operation::external("", summary),
    }
}

/// The host in lower case, and the port if it is not the scheme's own.
fn host<'a>(authority: &'a Authority, uri: &Uri) -> Cow<'a, str> {
    let common = match uri.scheme_str() {
        Some("https") => 443,
        _ => 80,
    };
    // Without the user's name and password.
    let all = authority.as_str().rsplit('@').next().unwrap_or_default();
    let named = if authority.port_u16().is_none_or(|port| port == common) { authority.host() } else { all };
    if named.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(named.to_ascii_lowercase())
    } else {
        Cow::Borrowed(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(request: http::request::Builder, is_grpc: bool) -> String {
        of(&request.body(()).unwrap(), None, is_grpc).target().to_owned()
    }

    #[test]
    fn a_target_is_the_host_and_an_uncommon_port() {
        for (uri, expected) in [
            ("http://partner.example/a?b=c", "partner.example"),
            ("http://partner.example:80/", "partner.example"),
            ("https://Partner.Example:443/", "partner.example"),
            ("https://partner.example:80/", "partner.example:80"),
            ("http://user:p%40ss@partner.example:8080/@/", "partner.example:8080"),
            ("http://user@partner.example/", "partner.example"),
            ("http://[::1]:8080/", "[::1]:8080"),
            ("http://[::1]/", "[::1]"),
            ("partner.example:443", "partner.example:443"),
            ("/reports/7", ""),
        ] {
            assert_eq!(target(Request::get(uri), false), expected, "{uri}");
        }
    }

    #[test]
    fn without_a_host_in_the_uri_there_may_be_one_in_the_head() {
        assert_eq!(target(Request::get("/").header("host", "Partner.example:8080"), false), "partner.example:8080");
        assert_eq!(target(Request::get("/").header("host", "no host"), false), "");
        assert_eq!(target(Request::get("http://a.example/").header("host", "b.example"), false), "a.example");
    }

    #[test]
    fn a_call_of_grpc_is_named_by_its_method() {
        let summary = |uri: &str, target: Option<&str>| {
            let operation = of(&Request::post(uri).body(()).unwrap(), target, true);
            (operation.target().to_owned(), operation.summary().to_owned())
        };
        let expected = |target: &str| (target.to_owned(), "greet.Greeter/Greet".to_owned());
        assert_eq!(summary("/greet.Greeter/Greet", None), expected("greet.Greeter"));
        assert_eq!(summary("http://greeter.example/greet.Greeter/Greet", None), expected("greeter.example"));
        assert_eq!(summary("http://greeter.example/greet.Greeter/Greet", Some("greeter")), expected("greeter"));
    }

    #[test]
    fn an_unknown_method_adds_no_name_of_its_own() {
        for (method, expected) in [("GET", "GET"), ("PATCH", "PATCH"), ("BREW", "_OTHER"), ("get", "_OTHER")] {
            let request = Request::builder().method(method).uri("http://partner.example").body(()).unwrap();
            assert_eq!(of(&request, None, false).summary(), expected);
        }
    }
}

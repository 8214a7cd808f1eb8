//! What a request asks, of whom.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderValue, Request, Uri};
use tachograph_core::{OpenCall, Operation, Scheme, known_method, start_call};

/// The call begins, with what its URL and its method add to the operation.
pub(crate) fn begin<B>(request: &Request<B>, target: Option<&str>, is_grpc: bool) -> OpenCall {
    let mut call = start_call(of(request, target, is_grpc), None);
    if !is_grpc {
        if request.uri().path().starts_with('/') {
            call.set_path(request.uri().path());
        }
        if request.uri().query().is_some() {
            call.set_has_query();
        }
        if known_method(request.method().as_str()).is_none() {
            call.set_original_method(request.method().as_str());
        }
    }
    call
}

fn of<B>(request: &Request<B>, target: Option<&str>, is_grpc: bool) -> Arc<Operation> {
    let uri = request.uri();
    let (scheme, method) = (uri.scheme_str().and_then(Scheme::of), uri.path().trim_start_matches('/'));
    let operation = |target: &str| match scheme {
        _ if is_grpc => Operation::grpc(scheme, target, method),
        Some(scheme) => Operation::http(scheme, target, http_method(request)),
        None => Operation::external(target, http_method(request)),
    };
    if let Some(target) = target {
        return operation(target);
    }
    let given = || Authority::try_from(request.headers().get(HOST).map(HeaderValue::as_bytes)?).ok();
    match uri.authority().cloned().or_else(given) {
        Some(authority) => operation(&host(&authority, uri)),
        // Of a gRPC call this much is known even where its host is not.
        None if is_grpc => operation(method.split('/').next().unwrap_or_default()),
        None => operation(""),
    }
}

fn http_method<B>(request: &Request<B>) -> &'static str {
    known_method(request.method().as_str()).unwrap_or("_OTHER")
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

    #[test]
    fn the_port_is_known_where_the_scheme_is() {
        let port = |uri: &str, target: Option<&str>| of(&Request::get(uri).body(()).unwrap(), target, false).port();
        assert_eq!(port("http://partner.example/", None), Some(80));
        assert_eq!(port("https://partner.example/", None), Some(443));
        assert_eq!(port("https://partner.example:80/", None), Some(80));
        assert_eq!(port("https://10.0.0.7/", Some("partner")), Some(443));
        assert_eq!(port("/reports/7", Some("partner:8080")), Some(8080));
        assert_eq!(port("/reports/7", Some("partner")), None);
    }

    #[test]
    fn of_grpc_the_host_is_known_or_none() {
        let server = |uri: &str, target: Option<&str>| {
            let operation = of(&Request::post(uri).body(()).unwrap(), target, true);
            assert_eq!((operation.service(), operation.method()), (Some("greet.Greeter"), Some("Greet")));
            (operation.host().map(str::to_owned), operation.port())
        };
        assert_eq!(server("/greet.Greeter/Greet", None), (None, None));
        assert_eq!(server("/greet.Greeter/Greet", Some("greeter:50051")), (Some("greeter".to_owned()), Some(50051)));
        assert_eq!(server("http://greeter/greet.Greeter/Greet", None), (Some("greeter".to_owned()), Some(80)));
    }
}

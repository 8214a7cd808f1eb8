//! One call, from its first poll to the head of its answer: what the client, the extension and the middleware share.

use std::pin::Pin;
use std::sync::Arc;

use reqwest::{Request, Response, Url};
use tachograph_core::{Callsite, OpenCall, Operation, Scheme, known_method, start_call};

use crate::body;
use crate::error_type::error_type;
use crate::headers::Headers;

/// A boxed future can be moved, as reqwest's own can.
pub(crate) type Sending = Pin<Box<dyn Future<Output = reqwest::Result<Response>> + Send>>;

/// Sends a request by a plain client. One that could not be built is no call.
pub(crate) fn send(client: reqwest::Client, request: reqwest::Result<Request>, callsite: Callsite) -> Sending {
    Box::pin(async move {
        let send = |request| client.execute(request);
        measure(request?, Some(callsite), send, error_type).await
    })
}

/// Measures whatever `send` does with the request.
pub(crate) async fn measure<F, E>(
    mut request: Request,
    callsite: Option<Callsite>,
    send: impl FnOnce(Request) -> F,
    error_type: impl FnOnce(&E) -> &'static str,
) -> Result<Response, E>
where
    F: Future<Output = Result<Response, E>>,
{
    let mut call = begin(&request, callsite);
    call.inject_trace(&mut Headers(request.headers_mut()));
    match send(request).await {
        Ok(response) => Ok(body::follow(response, call)),
        Err(error) => {
            call.failed(error_type(&error));
            Err(error)
        }
    }
}

fn begin(request: &Request, callsite: Option<Callsite>) -> OpenCall {
    let mut call = start_call(operation(request), callsite);
    if request.url().has_host() {
        call.set_path(request.url().path());
        if request.url().query().is_some() {
            call.set_has_query();
        }
    }
    if known_method(request.method().as_str()).is_none() {
        call.set_original_method(request.method().as_str());
    }
    call
}

fn operation(request: &Request) -> Arc<Operation> {
    let (url, method) = (request.url(), known_method(request.method().as_str()).unwrap_or("_OTHER"));
    match Scheme::of(url.scheme()) {
        Some(scheme) => Operation::http(scheme, target(url), method),
        None => Operation::external(target(url), method),
    }
}

/// Host and port, of which a URL leaves out the scheme's own.
fn target(url: &Url) -> &str {
    // An `@` inside a user's name or password is always escaped.
    url.authority().rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_the_host_and_an_uncommon_port() {
        for (url, expected) in [
            ("http://partner.example/a?b=c#d", "partner.example"),
            ("https://Partner.Example:443/", "partner.example"),
            ("https://partner.example:80/", "partner.example:80"),
            ("http://user:p%40ss:w@partner.example:8080/@/", "partner.example:8080"),
            ("http://user@name@partner.example/", "partner.example"),
            ("http://[::1]:8080/", "[::1]:8080"),
            ("http://bücher.example/", "xn--bcher-kva.example"),
            ("data:text/plain,a@b", ""),
        ] {
            assert_eq!(target(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn an_unknown_method_adds_no_name_of_its_own() {
        let url = Url::parse("http://partner.example").unwrap();
        for (method, expected) in [("GET", "GET"), ("PATCH", "PATCH"), ("BREW", "_OTHER"), ("get", "_OTHER")] {
            let request = Request::new(method.parse().unwrap(), url.clone());
            assert_eq!(operation(&request).summary(), expected);
        }
    }

    #[test]
    fn the_port_is_known_where_the_target_names_none() {
        for (url, port) in [
            ("http://partner.example/", Some(80)),
            ("https://partner.example/", Some(443)),
            ("https://partner.example:80/", Some(80)),
            ("ftp://partner.example/", None),
        ] {
            let request = Request::new("GET".parse().unwrap(), Url::parse(url).unwrap());
            assert_eq!(operation(&request).port(), port, "{url}");
        }
    }
}

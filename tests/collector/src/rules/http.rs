//! The conventions of HTTP spans.

use crate::check::Check;
use crate::span::{Code, Kind, Span};

const METHODS: [&str; 11] =
    ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE", "_OTHER"];

/// Parameters of a query whose values are never to be seen.
const SECRETS: [&str; 7] = [
    "AWSAccessKeyId",
    "Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Goog-Signature",
    "sig",
];

/// The value of `http.request.method` in spans and metrics alike.
pub(crate) fn method(check: &mut Check, method: &str) {
    check.require(METHODS.contains(&method), format_args!("http.request.method is {method:?}, not _OTHER"));
}

pub(crate) fn check(check: &mut Check, span: &Span) {
    let is_of = |system: &str| span.attributes.keys().any(|name| name.starts_with(system));
    if !is_of("http.") {
        let is_rpc = is_of("rpc.") || is_of("messaging.");
        check.require(span.kind != Kind::Server || is_rpc, "a server span has no http.request.method");
        return;
    }
    let asked = span.text("http.request.method");
    method(check, asked);
    check.require(asked != "_OTHER" || !span.text("http.request.method_original").is_empty(), "which other method?");
    query(check, span.text("url.query"));
    let status = span.integer("http.response.status_code");
    if let Some(status) = status {
        check.require((100..600).contains(&status), format_args!("{status} is no status of HTTP"));
    }
    match span.kind {
        Kind::Server => {
            let path = span.text("url.path");
            check.require(path.starts_with('/') || path == "*", format_args!("url.path is {path:?}"));
            check.require(!path.contains(['?', '#']), format_args!("url.path is more than a path: {path}"));
            check.require(!span.text("url.scheme").is_empty(), "url.scheme is missing");
            name(check, span, span.text("http.route"));
        }
        Kind::Client => {
            check.require(!span.text("server.address").is_empty(), "server.address is missing");
            check.require(span.integer("server.port").is_some(), "server.port is missing");
            url(check, span.text("url.full"));
            name(check, span, span.text("url.template"));
        }
        _ => check.complain("a span of HTTP is the server's or the client's"),
    }
    ended(check, span, status.unwrap_or_default());
}

/// `GET /experiments/{id}`, or `GET` alone.
fn name(check: &mut Check, span: &Span, place: &str) {
    let method = match span.text("http.request.method") {
        "_OTHER" => "HTTP",
        method => method,
    };
    let name = if place.is_empty() { method.to_owned() } else { format!("{method} {place}") };
    check.require(span.name == name, format_args!("its name should be {name:?}"));
}

/// What the status says of the span. There may be another error beside it, a body that broke off, which has a type of
/// its own.
fn ended(check: &mut Check, span: &Span, status: i64) {
    let error_type = span.text("error.type");
    let is_by_status = error_type.is_empty() || error_type == status.to_string();
    let is_failure = status >= 500 || (status >= 400 && span.kind == Kind::Client);
    if is_failure {
        check.require(span.status.code == Code::Error, format_args!("{status} is an error here"));
    } else if is_by_status {
        check.require(span.status.code != Code::Error, format_args!("{status} is no error here"));
    }
}

fn url(check: &mut Check, url: &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    check.require(!scheme.is_empty() && !authority.is_empty(), format_args!("url.full is no URL: {url:?}"));
    if let Some((credentials, _)) = authority.rsplit_once('@') {
        check.require(credentials == "REDACTED:REDACTED", "url.full shows credentials");
    }
    query(check, url.split_once('?').map_or("", |(_, query)| query));
}

fn query(check: &mut Check, query: &str) {
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let is_shown = SECRETS.contains(&name) && value != "REDACTED";
        check.require(!is_shown, format_args!("the query shows {name}"));
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::trace::v1::{Span, status::StatusCode};

    use crate::received::Received;
    use crate::testing::{client_span, fail, int, refused, server_span, set, text, without};

    fn server(of: &str, spoil: impl FnOnce(&mut Span)) {
        refused(|_| server_span(), of, spoil);
    }

    fn answered(span: &mut Span, status: i64) {
        set(&mut span.attributes, int("http.response.status_code", status));
    }

    fn as_error(span: &mut Span, kind: &str) {
        fail(span, StatusCode::Error);
        span.attributes.push(text("error.type", kind));
    }

    #[test]
    fn a_server_span_says_what_was_asked() {
        server("a server span has no http.request.method", |span| span.attributes.clear());
        server("http.request.method is \"BREW\"", |span| {
            set(&mut span.attributes, text("http.request.method", "BREW"));
            span.name = "BREW /experiments/{id}".to_owned();
        });
        server("which other method?", |span| {
            set(&mut span.attributes, text("http.request.method", "_OTHER"));
            span.name = "HTTP /experiments/{id}".to_owned();
        });
        server("url.path is \"\"", |span| without(&mut span.attributes, "url.path"));
        server("more than a path", |span| set(&mut span.attributes, text("url.path", "/?a=b")));
        server("url.scheme is missing", |span| without(&mut span.attributes, "url.scheme"));
        server("its name should be \"GET /experiments/{id}\"", |span| span.name = "GET /experiments/1".to_owned());
        server("its name should be \"GET\"", |span| without(&mut span.attributes, "http.route"));
        server("is the server's or the client's", |span| span.kind = 1);
        server("the query shows sig", |span| span.attributes.push(text("url.query", "a=b&sig=secret")));
        server("99 is no status", |span| answered(span, 99));
    }

    #[test]
    fn a_client_span_says_who_was_asked() {
        refused(client_span, "server.address is missing", |span| without(&mut span.attributes, "server.address"));
        refused(client_span, "server.port is missing", |span| without(&mut span.attributes, "server.port"));
        refused(client_span, "its name should be \"GET\"", |span| span.name = "GET partner".to_owned());
        let url = |of: &str, url: &str| {
            refused(client_span, of, |span| set(&mut span.attributes, text("url.full", url)));
        };
        refused(client_span, "url.full is no URL", |span| without(&mut span.attributes, "url.full"));
        url("url.full is no URL", "/benchmarks/7");
        url("url.full is no URL", "http:///benchmarks/7");
        url("url.full shows credentials", "http://ada:secret@partner/");
        url("the query shows X-Amz-Signature", "http://partner/?X-Amz-Signature=secret");
    }

    #[test]
    fn the_status_says_whether_it_is_an_error() {
        server("404 is no error here", |span| {
            answered(span, 404);
            as_error(span, "404");
        });
        server("500 is an error here", |span| answered(span, 500));
        refused(client_span, "404 is an error here", |span| answered(span, 404));
        refused(client_span, "302 is no error here", |span| {
            answered(span, 302);
            as_error(span, "302");
        });
    }

    #[test]
    fn another_error_than_the_status_is_one() {
        let mut received = Received::default();
        let mut span = server_span();
        as_error(&mut span, "body_failed");
        assert_eq!(received.take_traces(vec![span]).complaints, [""; 0]);
    }
}

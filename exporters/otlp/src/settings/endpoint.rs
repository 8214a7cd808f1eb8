//! From what is said about the connection to where a signal goes.

use std::time::Duration;

use http::uri::Scheme;
use http::{HeaderName, HeaderValue, Uri};

use super::{Connection, Protocol, Target, Tls};
use crate::error::Error;
use crate::signal::Signal;

const USUAL_TIMEOUT: Duration = Duration::from_secs(10);

/// An endpoint, and whether it is for this signal alone.
struct Endpoint {
    text: Option<String>,
    is_own: bool,
}

/// Decides everything: what `own` says of this signal goes before what `all` says of every one. `otherwise` is the protocol
/// where neither they nor the port say one.
pub(super) fn target(signal: Signal, all: &Connection, own: &Connection, otherwise: Protocol) -> Result<Target, Error> {
    let endpoint =
        Endpoint { text: own.endpoint.clone().or_else(|| all.endpoint.clone()), is_own: own.endpoint.is_some() };
    let mut connection = all.clone();
    connection.overlay(own.clone());
    let protocol = connection.protocol.unwrap_or_else(|| endpoint.usual_protocol(otherwise));
    if connection.client_certificate.is_some() != connection.client_key.is_some() {
        return Err(Error::new(format!(
            "a client certificate and its key come together, and for {signal} only one is set: set both \
             OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY, or none"
        )));
    }
    Ok(Target {
        protocol,
        endpoint: endpoint.resolve(signal, protocol, connection.insecure.unwrap_or(false))?,
        headers: headers(connection.headers.unwrap_or_default())?,
        compression: connection.compression.unwrap_or_default(),
        timeout: connection.timeout.unwrap_or(USUAL_TIMEOUT),
        tls: Tls {
            certificate: connection.certificate,
            client_certificate: connection.client_certificate,
            client_key: connection.client_key,
        },
        signing: None,
    })
}

impl Endpoint {
    fn usual_protocol(&self, otherwise: Protocol) -> Protocol {
        let uri = self.text.as_ref().and_then(|text| text.parse::<Uri>().ok());
        Protocol::usual(uri.and_then(|uri| uri.port_u16()), otherwise)
    }

    fn resolve(&self, signal: Signal, protocol: Protocol, insecure: bool) -> Result<String, Error> {
        let text = self.text.as_deref().unwrap_or(protocol.usual_endpoint()).trim();
        let text = match (protocol, text.contains("://")) {
            (Protocol::Grpc, false) if insecure => format!("http://{text}"),
            (Protocol::Grpc, false) => format!("https://{text}"),
            _ => text.to_owned(),
        };
        let unusable = || {
            // Without what stands before an `@`, which may be a password.
            let shown = text.rsplit_once('@').map_or(&*text, |(_, host)| host);
            Error::new(format!(
                "the endpoint `{shown}` for {signal} is no address of a receiver: set OTEL_EXPORTER_OTLP_ENDPOINT, or \
                 `endpoint` in `[exporters.otlp]`, to one such as `http://collector:4318`"
            ))
        };
        let uri: Uri = text.parse().map_err(|_| unusable())?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return Err(unusable()) };
        if (scheme != &Scheme::HTTP && scheme != &Scheme::HTTPS) || authority.host().is_empty() {
            return Err(unusable());
        }
        let path = uri.path();
        Ok(match (protocol, self.is_own) {
            (Protocol::Grpc, _) => format!("{scheme}://{authority}"),
            (Protocol::HttpProtobuf, true) => text,
            (Protocol::HttpProtobuf, false) => {
                let separator = if path.ends_with('/') { "" } else { "/" };
                format!("{scheme}://{authority}{path}{separator}{}", signal.http_path())
            }
        })
    }
}

fn headers(headers: Vec<(String, String)>) -> Result<Vec<(HeaderName, HeaderValue)>, Error> {
    headers.into_iter().map(|(name, value)| header(&name, &value)).collect()
}

/// Says nothing of the value, which may be a key.
pub(super) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let of_header = || format!("the header `{name}` cannot be sent");
    let valid = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::new(format!("{}: a name is made of letters, digits and `-`", of_header())))?;
    let value = HeaderValue::from_str(value)
        .map_err(|_| Error::new(format!("{}: its value must be one line of ASCII", of_header())))?;
    Ok((valid, value))
}

#[cfg(all(test, feature = "grpc", feature = "http"))]
mod tests {
    use super::*;

    const SPECIFIED: Protocol = Protocol::HttpProtobuf;

    fn all(endpoint: &str) -> Connection {
        Connection { endpoint: Some(endpoint.to_owned()), ..Connection::default() }
    }

    fn resolved(signal: Signal, all: &Connection, own: &Connection) -> (Protocol, String) {
        let target = target(signal, all, own, SPECIFIED).unwrap();
        (target.protocol, target.endpoint)
    }

    #[test]
    fn the_examples_of_the_specification() {
        let nothing = Connection::default();
        let http = |endpoint: &str| (Protocol::HttpProtobuf, endpoint.to_owned());
        let base = all("http://collector:4318");
        for (signal, path) in Signal::ALL.into_iter().zip(["traces", "metrics", "logs"]) {
            assert_eq!(resolved(signal, &base, &nothing), http(&format!("http://collector:4318/v1/{path}")));
        }
        assert_eq!(resolved(Signal::Traces, &nothing, &base), http("http://collector:4318"));
        let own = all("https://collector.example.com/v1/metrics/");
        let base = all("http://collector:4318/mycollector/");
        assert_eq!(resolved(Signal::Metrics, &base, &own), http("https://collector.example.com/v1/metrics/"));
        assert_eq!(resolved(Signal::Logs, &base, &nothing), http("http://collector:4318/mycollector/v1/logs"));
    }

    #[test]
    fn the_port_of_grpc_says_grpc_where_nothing_else_does() {
        let nothing = Connection::default();
        let grpc = |endpoint: &str| (Protocol::Grpc, endpoint.to_owned());
        assert_eq!(resolved(Signal::Logs, &all("http://collector:4317"), &nothing), grpc("http://collector:4317"));
        let asked = Connection { protocol: Some(Protocol::HttpProtobuf), ..all("http://collector:4317") };
        assert_eq!(resolved(Signal::Logs, &asked, &nothing).1, "http://collector:4317/v1/logs");
        let asked = Connection { protocol: Some(Protocol::Grpc), ..Connection::default() };
        assert_eq!(resolved(Signal::Logs, &asked, &nothing), grpc("http://localhost:4317"));
        assert_eq!(resolved(Signal::Logs, &nothing, &nothing).1, "http://localhost:4318/v1/logs");
        assert_eq!(resolved(Signal::Logs, &nothing, &asked), grpc("http://localhost:4317"));
    }

    #[test]
    fn grpc_needs_no_scheme_and_is_secure_then_unless_told_otherwise() {
        let nothing = Connection::default();
        let mut bare = Connection { protocol: Some(Protocol::Grpc), ..all("collector:4317") };
        assert_eq!(resolved(Signal::Traces, &bare, &nothing).1, "https://collector:4317");
        bare.insecure = Some(true);
        assert_eq!(resolved(Signal::Traces, &bare, &nothing).1, "http://collector:4317");
        let secured = Connection { insecure: Some(true), ..all("https://collector:4317/path") };
        assert_eq!(resolved(Signal::Traces, &secured, &nothing).1, "https://collector:4317", "what is written wins");
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_remedy_and_without_a_password() {
        for endpoint in ["collector:4318", "ftp://collector", "http://", "http:///v1", "user:secret@collector", ":"] {
            let error =
                target(Signal::Traces, &all(endpoint), &Connection::default(), SPECIFIED).unwrap_err().to_string();
            assert!(error.contains("for traces") && error.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn headers_that_cannot_be_sent_are_refused_without_their_values() {
        for (name, value) in [("a b", "secret"), ("", "secret"), ("x", "secret\n")] {
            let headers = Some(vec![(name.to_owned(), value.to_owned())]);
            let connection = Connection { headers, ..Connection::default() };
            let error = target(Signal::Traces, &connection, &Connection::default(), SPECIFIED).unwrap_err().to_string();
            assert!(error.contains(&format!("`{name}`")) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn half_an_identity_is_refused() {
        let connection = Connection { client_key: Some("key.pem".into()), ..Connection::default() };
        let error = target(Signal::Traces, &connection, &Connection::default(), SPECIFIED).unwrap_err().to_string();
        assert!(error.contains("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"), "{error}");
    }
}

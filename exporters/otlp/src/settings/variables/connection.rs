//! `OTEL_EXPORTER_OTLP_…`, for all signals and for one.

use tachograph_core::text::percent_decoded;

use super::super::Connection;
use super::super::endpoint::header;
use super::environment::Environment;
use crate::signal::Signal;

pub(super) fn of_all(environment: &mut Environment) -> Connection {
    connection("OTEL_EXPORTER_OTLP", environment)
}

pub(super) fn of(signal: Signal, environment: &mut Environment) -> Connection {
    connection(&format!("OTEL_EXPORTER_OTLP_{}", signal.upper_case()), environment)
}

fn connection(prefix: &str, environment: &mut Environment) -> Connection {
    let name = |of: &str| format!("{prefix}_{of}");
    Connection {
        endpoint: environment.text(&name("ENDPOINT")),
        protocol: environment.read(&name("PROTOCOL")),
        headers: headers(&name("HEADERS"), environment),
        compression: environment.read(&name("COMPRESSION")),
        timeout: environment.timeout(&name("TIMEOUT")),
        certificate: environment.text(&name("CERTIFICATE")).map(Into::into),
        client_certificate: environment.text(&name("CLIENT_CERTIFICATE")).map(Into::into),
        client_key: environment.text(&name("CLIENT_KEY")).map(Into::into),
        insecure: environment.boolean(&name("INSECURE")),
    }
}

/// `name=value,name=value`, values percent-encoded, as in W3C baggage. Warnings do not repeat values, which may be keys.
fn headers(variable: &str, environment: &mut Environment) -> Option<Vec<(String, String)>> {
    let list = environment.text(variable)?;
    let mut headers = Vec::new();
    for (at, entry) in list.split(',').enumerate().filter(|(_, entry)| !entry.trim().is_empty()) {
        let pair = entry.split_once('=').map(|(name, value)| (name.trim(), percent_decoded(value.trim())));
        let read = match pair {
            Some((name, Some(value))) => {
                header(name, &value).map(|_| (name.to_owned(), value)).map_err(|e| e.to_string())
            }
            Some((name, None)) => Err(format!("the value of `{name}` is not percent-encoded UTF-8")),
            None => Err("it is not of the form `name=value`".to_owned()),
        };
        match read {
            Ok(header) => headers.push(header),
            Err(why) => environment.warn(variable, format!("entry {} is ignored: {why}", at + 1)),
        }
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> (Vec<(String, String)>, Vec<String>) {
        let mut environment = Environment::new([("OTEL_H", list)]);
        let headers = headers("OTEL_H", &mut environment).unwrap_or_default();
        (headers, environment.into_warnings().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn headers_are_separated_trimmed_and_decoded() {
        let (headers, warnings) = read(" api-key = a=b%2Cc%20d , x-tenant=50%, ,empty=");
        let expected = [("api-key", "a=b,c d"), ("x-tenant", "50%"), ("empty", "")];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn entries_that_cannot_be_sent_are_warned_of_without_their_values() {
        let (headers, warnings) = read("secret,a b=secret,c=%ff secret,d=secret%0A,e=kept");
        assert_eq!(headers, [("e".to_owned(), "kept".to_owned())]);
        assert_eq!(warnings.len(), 4);
        assert!(warnings.iter().all(|warning| !warning.contains("secret")), "{warnings:?}");
        assert!(warnings[1].starts_with("OTEL_H: entry 2 is ignored: the header `a b`"), "{warnings:?}");
    }
}

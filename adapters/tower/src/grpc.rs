//! What gRPC says over HTTP.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

/// Whether the body is of messages as gRPC has them: `application/grpc`, `application/grpc+proto`.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|content_type| is_content_type(content_type.as_bytes()))
}

pub(crate) fn is_content_type(content_type: &[u8]) -> bool {
    let rest = content_type.strip_prefix(b"application/grpc");
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// Keeps a call's failure with the current request, which serves it: the status of HTTP is 200 all the same.
pub(crate) fn keep_failure(headers: &HeaderMap) {
    if let Status::Failed(name) = Status::of(headers) {
        tachograph_core::request().field("grpc_status", name);
    }
}

/// What the head or the trailers of an answer say of its call.
pub(crate) enum Status {
    /// Nothing: it is in what follows.
    Missing,
    Ok,
    Failed(&'static str),
}

impl Status {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match headers.get("grpc-status").map(HeaderValue::as_bytes) {
            None => Status::Missing,
            Some(b"0") => Status::Ok,
            Some(code) => Status::Failed(name(code)),
        }
    }
}

/// What a call is whose answer does not say.
pub(crate) const UNKNOWN: &str = "UNKNOWN";

fn name(code: &[u8]) -> &'static str {
    match code {
        b"1" => "CANCELLED",
        b"3" => "INVALID_ARGUMENT",
        b"4" => "DEADLINE_EXCEEDED",
        b"5" => "NOT_FOUND",
        b"6" => "ALREADY_EXISTS",
        b"7" => "PERMISSION_DENIED",
        b"8" => "RESOURCE_EXHAUSTED",
        b"9" => "FAILED_PRECONDITION",
        b"10" => "ABORTED",
        b"11" => "OUT_OF_RANGE",
        b"12" => "UNIMPLEMENTED",
        b"13" => "INTERNAL",
        b"14" => "UNAVAILABLE",
        b"15" => "DATA_LOSS",
        b"16" => "UNAUTHENTICATED",
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_by_their_content_type() {
        for (content_type, expected) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;charset=utf-8", true),
            ("application/grpc-web", false),
            ("application/json", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            assert_eq!(is_grpc(&headers), expected, "{content_type}");
        }
        assert!(!is_grpc(&HeaderMap::new()));
    }

    #[test]
    fn codes_have_the_names_that_tonic_knows_them_by() {
        for code in 0..=17 {
            let headers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from(code))]);
            match Status::of(&headers) {
                Status::Missing => panic!("it is there"),
                Status::Ok => assert_eq!(code, 0),
                Status::Failed(name) => {
                    // `DeadlineExceeded`, as an identifier.
                    let camel = format!("{:?}", tonic::Code::from_i32(code));
                    assert_eq!(name.replace('_', ""), camel.to_uppercase(), "{code}");
                }
            }
        }
        let rubbish = HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static("rubbish"))]);
        assert!(matches!(Status::of(&rubbish), Status::Failed(UNKNOWN)));
        assert!(matches!(Status::of(&HeaderMap::new()), Status::Missing));
    }
}

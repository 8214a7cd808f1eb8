//! Names of errors: few, and the same for the same cause.

use redis::{ErrorKind, RedisError};

/// What OpenTelemetry has for an error without a name.
const OTHER: &str = "_OTHER";

/// The server's code where it gave one, else what kind of error it is for redis.
pub(crate) fn error_type(error: &RedisError) -> &str {
    if let Some(code) = error.code() {
        return server_code(code);
    }
    if error.is_timeout() {
        return "timeout";
    }
    if error.is_connection_refusal() {
        return "connect";
    }
    match error.kind() {
        ErrorKind::Io => "io",
        ErrorKind::Parse => "parse",
        ErrorKind::AuthenticationFailed => "authentication_failed",
        ErrorKind::UnexpectedReturnType => "unexpected_return_type",
        ErrorKind::InvalidClientConfig => "invalid_client_config",
        ErrorKind::Client => "client",
        ErrorKind::ClusterConnectionNotFound => "cluster_connection_not_found",
        ErrorKind::RESP3NotSupported => "resp3_not_supported",
        _ => OTHER,
    }
}

/// Scripts make errors of their own, whose first word may be anything.
pub(crate) fn server_code(code: &str) -> &str {
    let is_code = |code: &str| (1..=32).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code(code) { code } else { OTHER }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn server(line: &str) -> RedisError {
        redis::parse_redis_value(line.as_bytes()).unwrap().extract_error().unwrap_err()
    }

    #[test]
    fn errors_are_named_by_their_code_or_kind_and_never_by_their_text() {
        for (error, expected) in [
            (server("-ERR secret\r\n"), "ERR"),
            (server("-WRONGTYPE secret\r\n"), "WRONGTYPE"),
            (server("-NOSCRIPT secret\r\n"), "NOSCRIPT"),
            (server("-OOM secret\r\n"), "OOM"),
            (server("-secret\r\n"), "_OTHER"),
            (server("-SECRET-7 secret\r\n"), "_OTHER"),
            (io::Error::from(io::ErrorKind::TimedOut).into(), "timeout"),
            (io::Error::from(io::ErrorKind::ConnectionRefused).into(), "connect"),
            (io::Error::from(io::ErrorKind::BrokenPipe).into(), "io"),
            (io::Error::other("secret").into(), "io"),
            ((ErrorKind::AuthenticationFailed, "secret").into(), "authentication_failed"),
            ((ErrorKind::Client, "secret", "secret".to_owned()).into(), "client"),
            ((ErrorKind::EmptySentinelList, "secret").into(), "_OTHER"),
        ] {
            assert_eq!(error_type(&error), expected, "{error:?}");
        }
        assert_eq!(server_code(&"A".repeat(33)), "_OTHER");
    }
}

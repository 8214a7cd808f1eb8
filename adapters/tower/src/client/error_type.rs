//! Errors of clients, by names of low cardinality.

use std::error::Error;
use std::io::{self, ErrorKind};

/// Why a call failed: `timeout`, `dns`, `connect`, or `request` for all else.
///
/// It is found among the error's sources, wherever the layers of a client have put it. Layers and clients that are no
/// dependencies here are known by what their errors say: tower, tonic and tokio of a time-out, hyper-util of a name
/// that does not resolve and of a connection.
pub fn error_type(error: &(dyn Error + 'static)) -> &'static str {
    let mut causes = vec![];
    let mut next = Some(error);
    while let Some(error) = next {
        causes.extend(cause(error));
        next = error.source();
    }
    // The order matters: a connection can time out, and a name that does not resolve connects nowhere.
    ["timeout", "dns", "connect"].into_iter().find(|name| causes.contains(name)).unwrap_or("request")
}

fn cause(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return match error.kind() {
            ErrorKind::TimedOut => Some("timeout"),
            ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                Some("connect")
            }
            _ => None,
        };
    }
    match error.to_string().as_str() {
        "request timed out" | "Timeout expired" | "deadline has elapsed" => Some("timeout"),
        "dns error" => Some("dns"),
        "client error (Connect)" => Some("connect"),
        _ => None,
    }
}

/// Tells a client's errors apart. [`Layer::error_types`](crate::client::Layer::error_types) takes a function that does.
#[diagnostic::on_unimplemented(
    message = "`{E}` is no `std::error::Error`",
    note = "say how to tell it apart: `client::layer().error_types(|error: &{E}| client::error_type(&**error))`"
)]
pub trait ErrorTypes<E> {
    /// Why the call failed, by a name of low cardinality.
    fn error_type(&self, error: &E) -> &'static str;
}

/// Tells errors apart by [`error_type`].
#[derive(Debug, Clone, Copy, Default)]
pub struct BySources;

impl<E: Error + 'static> ErrorTypes<E> for BySources {
    fn error_type(&self, error: &E) -> &'static str {
        error_type(error)
    }
}

impl<E> ErrorTypes<E> for fn(&E) -> &'static str {
    fn error_type(&self, error: &E) -> &'static str {
        self(error)
    }
}

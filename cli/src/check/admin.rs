//! The listener of the service's own.

use std::io::ErrorKind;
use std::net::TcpListener;

use tachograph::config::AdminConfig;

/// Whether it could listen. Where the service runs here already, it does.
pub(super) fn told(admin: &AdminConfig) -> String {
    let listen = &admin.listen;
    match TcpListener::bind(listen) {
        Ok(_) => format!("admin at {listen}: is free"),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            format!("admin at {listen}: is in use, by the service itself or by something else")
        }
        Err(error) => format!("admin at {listen}: cannot listen here: {error}"),
    }
}

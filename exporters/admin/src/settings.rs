//! Where it listens.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use crate::error::Error;

/// How [`Admin`](crate::Admin) is set up; begin with [`Settings::default`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The address: a host, or its address, and a port, where 0 is one that is free. Default `127.0.0.1:9464`, which only
    /// this machine reaches.
    pub listen: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { listen: "127.0.0.1:9464".to_owned() }
    }
}

impl Settings {
    /// Listens, and does not block.
    pub(crate) fn bind(&self) -> Result<(TcpListener, SocketAddr), Error> {
        let listen = &self.listen;
        let addresses: Vec<SocketAddr> = listen.to_socket_addrs().map(Iterator::collect).map_err(|error| {
            let what = format!(
                "admin.listen is `{listen}`, where there is no address: write one and a port, as in \"127.0.0.1:9464\" or \
                 \"[::1]:9464\" ({error})"
            );
            Error::new(what, error)
        })?;
        let bound = TcpListener::bind(&*addresses).and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        });
        bound.map_err(|error| {
            let remedy = match error.kind() {
                io::ErrorKind::AddrInUse => {
                    "something listens there already: set another port, or 0 for one that is free"
                }
                io::ErrorKind::AddrNotAvailable => "this machine has no such address: set one of its own, or 127.0.0.1",
                io::ErrorKind::PermissionDenied => "the process may not: set a port above 1023",
                _ => "set another address",
            };
            Error::new(format!("admin.listen is `{listen}`, and {remedy} ({error})"), error)
        })
    }
}

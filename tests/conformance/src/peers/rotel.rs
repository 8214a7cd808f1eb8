//! rotel, an OTLP collector, which passes on what it gets.

use std::net::{SocketAddr, TcpStream};

use super::program::{Program, free_address};
use crate::service::{LONG, eventually};

/// A rotel of its own.
#[derive(Debug)]
pub(crate) struct Rotel {
    grpc: SocketAddr,
    http: SocketAddr,
    program: Program,
}

impl Rotel {
    /// Sends all it gets to this receiver, by gRPC.
    pub(crate) fn before(receiver: &str) -> Self {
        let (grpc, http) = (free_address(), free_address());
        let mut program = Program::start("PEER_ROTEL", |folder, command| {
            command.args(["start", "--exporter", "otlp", "--otlp-exporter-endpoint", receiver]);
            command.args(["--otlp-grpc-endpoint", &grpc.to_string(), "--otlp-http-endpoint", &http.to_string()]);
            command.arg("--pid-file").arg(folder.path().join("pid")).arg("--log-file").arg(folder.path().join("log"));
        });
        eventually(LONG, "rotel listens", || {
            program.assert_runs();
            [grpc, http].iter().all(|address| TcpStream::connect(address).is_ok())
        });
        Rotel { grpc, http, program }
    }

    /// Where it takes gRPC.
    pub(crate) fn endpoint_grpc(&self) -> String {
        format!("http://{}", self.grpc)
    }

    /// Where it takes HTTP.
    pub(crate) fn endpoint_http(&self) -> String {
        format!("http://{}", self.http)
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        self.program.said()
    }
}

//! A strict daemon of AWS X-Ray for tests: it takes segment documents over UDP and answers what is asked about sampling over
//! TCP, on one port of its own, and complains of whatever the daemon or X-Ray would refuse or silently leave out.
//!
//! ```
//! use tachograph_xray_daemon::Daemon;
//!
//! let daemon = Daemon::start();
//! # let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
//! # let document = r#"{"name":"api","id":"70de5b6f19ff9a0a","trace_id":"1-581cf771-a006649127e371903a2de979","start_time":1478293361.271,"end_time":1478293361.449}"#;
//! # socket.send_to(format!("{{\"format\":\"json\",\"version\":1}}\n{document}").as_bytes(), daemon.address()).unwrap();
//! // A service is told to send to `daemon.address()`, does something, and then:
//! daemon.wait_for(1);
//! assert_eq!(daemon.complaints(), [""; 0]);
//! assert_eq!(daemon.trace("1-581cf771-a006649127e371903a2de979").segment().name(), "api");
//! ```
//!
//! A document that breaks a rule is kept and complained of; one that cannot be read is only a complaint. The daemon runs on
//! threads of its own, and what waits here blocks, so that it serves tests of either kind.

mod check;
mod daemon;
mod datagram;
mod document;
mod http;
mod json;
mod received;
mod rules;
mod sampling;
mod server;
mod trace;
mod whole;

pub use daemon::Daemon;
pub use document::Document;
pub use received::Received;
pub use sampling::{Answer, Rule, Statistics, Target, Targets, Unprocessed};
pub use trace::Trace;

/// What is wrong with one document, which stands without the line before it that a datagram has.
pub fn check(document: &[u8]) -> Vec<String> {
    rules::document(document).1
}

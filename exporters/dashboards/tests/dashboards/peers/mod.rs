//! A real Prometheus that looks at the demonstration answers what the panels ask, and takes the rules.
//!
//! `PEER_PROMETHEUS` and `PEER_PROMTOOL` are its programs, `PEER_DEMO` is the demonstration.

mod http;
mod panels;
mod rules;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command};

/// The path of a program.
fn program(name: &str) -> PathBuf {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is the path of a program")).into()
}

/// A process that ends with this.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Running(command.spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first line that a process writes in which there is something; what comes behind it is thrown away.
fn first<T: Send + 'static>(
    written: impl std::io::Read + Send + 'static,
    mut find: impl FnMut(&str) -> Option<T> + Send + 'static,
) -> T {
    let (send, receive) = std::sync::mpsc::channel();
    // A pipe that nobody reads fills up, and who writes to it waits.
    std::thread::spawn(move || {
        for line in BufReader::new(written).lines().map_while(Result::ok) {
            if let Some(found) = find(&line) {
                let _ = send.send(found);
            }
        }
    });
    receive.recv().expect("it says where it is")
}

//! A program that a scenario configures and starts itself.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// It ends with this.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    folder: TempDir,
}

impl Program {
    /// `variable` has its path. It runs in a folder of its own, where what it says is in `output.log`.
    pub(crate) fn start(variable: &str, configure: impl FnOnce(&TempDir, &mut Command)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(super::variable(variable));
        let output = std::fs::File::create(folder.path().join("output.log")).unwrap();
        command.current_dir(folder.path()).stdin(Stdio::null());
        command.stdout(output.try_clone().unwrap()).stderr(output);
        configure(&folder, &mut command);
        let child = command.spawn().unwrap_or_else(|error| panic!("{variable} is a program: {error}"));
        Program { child, folder }
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("output.log")).unwrap()
    }

    /// # Panics
    /// When it has ended.
    pub(crate) fn assert_runs(&mut self) {
        let status = self.child.try_wait().unwrap();
        assert!(status.is_none(), "{status:?}: {}", self.said());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free at this moment.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

//! The program, in a folder and an environment of its own.

use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Shell {
    pub(crate) folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What it wrote, and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Shell {
    /// In which the service has a name.
    pub(crate) fn new() -> Self {
        Self::nameless().variable("OTEL_SERVICE_NAME", "service")
    }

    pub(crate) fn nameless() -> Self {
        Shell { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// With a file in its folder.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tachograph"));
        command.env_clear().envs(self.variables.iter().cloned()).current_dir(self.folder.path());
        let output = command.args(arguments).stdin(Stdio::null()).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes text");
        Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

//! How a function is to be started.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::api::Api;
use crate::process::Process;
use crate::running::Running;

/// A function that is not running yet: in a folder of its own, with the variables that Lambda sets and no others.
#[derive(Debug)]
pub struct Function {
    command: Command,
    folder: TempDir,
    concurrency: usize,
}

impl Function {
    /// The function of this binary.
    ///
    /// # Panics
    /// When there is no place for temporary files.
    #[must_use]
    pub fn of(binary: impl AsRef<OsStr>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(binary);
        command.env_clear().current_dir(folder.path()).stdin(Stdio::null());
        for (name, value) in [
            ("AWS_LAMBDA_FUNCTION_NAME", "experiments"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/experiments"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
            ("LAMBDA_TASK_ROOT", "/var/task"),
        ] {
            command.env(name, value);
        }
        Function { command, folder, concurrency: 1 }
    }

    /// A variable of its environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// One more argument of the binary.
    #[must_use]
    pub fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// In the folder of this process instead of its own, and with its variables beside those of Lambda.
    ///
    /// # Panics
    /// When this process has no folder.
    #[must_use]
    pub fn here(mut self) -> Self {
        let of_lambda: Vec<_> =
            self.command.get_envs().map(|(name, value)| (name.to_owned(), value.map(OsStr::to_owned))).collect();
        for (name, value) in std::env::vars_os().filter(|(name, _)| of_lambda.iter().all(|(of, _)| of != name)) {
            self.command.env(name, value);
        }
        self.command.current_dir(std::env::current_dir().expect("a folder"));
        self
    }

    /// A file in the folder of its own.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).expect("a file");
        self
    }

    /// So many invocations at once, as on Lambda Managed Instances. It is not frozen then.
    #[must_use]
    pub fn concurrency(mut self, invocations: usize) -> Self {
        self.concurrency = invocations;
        self.variable("AWS_LAMBDA_MAX_CONCURRENCY", invocations.to_string())
            .variable("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances")
    }

    /// Starts it.
    ///
    /// # Panics
    /// When the binary is none.
    #[must_use]
    pub fn start(self) -> Running {
        self.try_start().expect("a binary that starts")
    }

    /// Starts it, if the binary is one.
    ///
    /// # Errors
    /// When it is none.
    pub fn try_start(mut self) -> io::Result<Running> {
        let api = Api::start(self.concurrency).expect("a port on loopback");
        let output = |name| File::create(self.folder.path().join(name)).expect("a file");
        let (stdout, stderr) = (output(Running::STDOUT), output(Running::STDERR));
        self.command.stdout(stdout).stderr(stderr);
        self.command.env("AWS_LAMBDA_RUNTIME_API", api.address.to_string());
        // Held, so that the function is known when it asks for its first invocation.
        let mut process = api.shared.process();
        let child = self.command.spawn()?;
        if self.concurrency == 1 {
            *process = Some(Process::of(&child));
        }
        drop(process);
        Ok(Running::new(api, child, self.folder))
    }
}

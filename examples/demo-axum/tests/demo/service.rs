//! The service as a process of its own, in a folder and an environment of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::{Connection, Request, Response};
use crate::lines::Lines;

/// No test takes this long; one that hangs should end and say so.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// How the service is to be started.
pub(crate) struct Setup {
    folder: TempDir,
    command: Command,
}

/// The service as the tests know it: without a file or a variable that would configure it.
pub(crate) fn setup() -> Setup {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo-axum"));
    command.env_clear().env("PORT", "0").current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Setup { folder, command }
}

impl Setup {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// A file in the folder that the service is started in.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    pub(crate) fn start(self) -> Demo {
        self.launch(|stdout| Stdout::Read(thread::spawn(move || read_all(stdout))))
    }

    /// Starts it with a stdout that nobody reads.
    pub(crate) fn start_unread(self) -> Demo {
        self.launch(Stdout::Unread)
    }

    /// Starts it with a stdout that is closed.
    pub(crate) fn start_closed(self) -> Demo {
        self.launch(|_| Stdout::Closed)
    }

    fn launch(mut self, stdout: impl FnOnce(ChildStdout) -> Stdout) -> Demo {
        let mut child = self.command.spawn().expect("the binary starts");
        let stdout = stdout(child.stdout.take().unwrap());
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        while !first.contains("http://") && stderr.read_line(&mut first).unwrap() > 0 {}
        let address = first.split_once("http://").and_then(|(_, rest)| rest.split(';').next()?.parse().ok());
        let said = Arc::new(Mutex::new(first));
        let listener = thread::spawn({
            let said = Arc::clone(&said);
            move || stderr.lines().map_while(Result::ok).for_each(|line| *said.lock().unwrap() += &(line + "\n"))
        });
        let mut demo = Demo { child, stdout, said, listener: Some(listener), address: None, folder: self.folder };
        demo.address = Some(address.unwrap_or_else(|| panic!("no address: {}", demo.said())));
        demo
    }

    /// What a service that cannot start says on stderr.
    pub(crate) fn refused(mut self) -> String {
        let mut child = self.command.spawn().expect("the binary starts");
        let status = wait(&mut child, LONG);
        assert!(!status.success(), "{status}");
        read_all(child.stderr.take().unwrap())
    }
}

enum Stdout {
    Read(JoinHandle<String>),
    Unread(#[expect(dead_code, reason = "held open")] ChildStdout),
    Closed,
}

/// A running service.
pub(crate) struct Demo {
    child: Child,
    stdout: Stdout,
    said: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
    address: Option<SocketAddr>,
    folder: TempDir,
}

impl Demo {
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address.expect("a started service has an address"))
    }

    pub(crate) fn ask(&self, request: Request) -> Response {
        self.connect().ask(&request).expect("the service answers")
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.ask(Request::get(path))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it has said on stderr so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let process = self.child.id();
        let status = Command::new("sh").arg("-c").arg(format!("kill -{name} {process}")).status();
        assert!(status.unwrap().success());
    }

    /// Waits until it has ended of its own accord, without an error, and returns all that it wrote to stdout and what it
    /// said on stderr.
    pub(crate) fn ended_within(mut self, limit: Duration) -> (String, String) {
        let status = wait(&mut self.child, limit);
        let _ = self.listener.take().unwrap().join();
        assert!(status.success(), "{status}: {}", self.said());
        let written = match std::mem::replace(&mut self.stdout, Stdout::Closed) {
            Stdout::Read(reader) => reader.join().unwrap(),
            Stdout::Unread(_) | Stdout::Closed => String::new(),
        };
        (written, self.said())
    }

    /// Stops it in order, and returns all that it wrote to stdout.
    pub(crate) fn stop_with_text(self) -> String {
        self.signal("TERM");
        self.ended_within(LONG).0
    }

    /// As [`stop_with_text`](Self::stop_with_text), where that is JSON.
    pub(crate) fn stop(self) -> Lines {
        Lines::read(&self.stop_with_text())
    }
}

/// A test that failed leaves no service behind.
impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_all(mut stream: impl Read) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn wait(child: &mut Child, limit: Duration) -> ExitStatus {
    let mut status = None;
    eventually(limit, "the process ends", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

/// Asks again until it is so.
pub(crate) fn eventually(limit: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + limit;
    while !is_so() {
        assert!(Instant::now() < end, "{what}: not within {limit:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

//! The service as a process of its own, in a folder and an environment of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::case::Case;
use crate::client::{Connection, Request, Response};
use crate::lines::Lines;

/// No test takes this long; one that hangs should end and say so.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// What is promised: told to stop, the service is gone after so long, whatever is open.
pub(crate) const PROMISED: Duration = Duration::from_secs(5);

/// On a busy machine anything can take long. What is to be found because it did, a scenario asks for itself.
const PATIENT: [&str; 10] = [
    "SLOW_REQUEST_MS",
    "FINDINGS__SLOW_QUERY_MS",
    "FINDINGS__SLOW_EXTERNAL_CALL_MS",
    "FINDINGS__SEQUENTIAL_SAVING_MS",
    "FINDINGS__CONNECTION_WAIT_MS",
    "FINDINGS__LARGE_RESPONSE_BYTES",
    "FINDINGS__SLOW_BODY_MS",
    "FINDINGS__BLOCKING_MS",
    "FINDINGS__WAITING_MS",
    "FINDINGS__WARNING_MS",
];

/// How the service is to be started.
#[derive(Debug)]
pub(crate) struct Setup {
    case: Case,
    folder: TempDir,
    command: Command,
}

impl Setup {
    /// Without a file or a variable that would configure it, but for those that keep busy machines out of the records.
    pub(crate) fn new(case: &Case, binary: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary);
        command.env_clear().env("PORT", "0").current_dir(folder.path());
        command.envs(PATIENT.map(|setting| (format!("TACHOGRAPH_CAPTURE__{setting}"), "600000000")));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Setup { case: case.clone(), folder, command }
    }

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
        self.launch(|stdout| {
            let written = Arc::default();
            let reader = thread::spawn({
                let written = Arc::clone(&written);
                move || collect(stdout, &written)
            });
            Stdout::Read { written, reader }
        })
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
            move || collect(stderr, &said)
        });
        let (case, folder, listener) = (self.case, self.folder, Some(listener));
        let mut demo = Demo { case, child, stdout, said, listener, address: None, folder };
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

#[derive(Debug)]
enum Stdout {
    Read { written: Arc<Mutex<String>>, reader: JoinHandle<()> },
    Unread(#[expect(dead_code, reason = "held open")] ChildStdout),
    Closed,
}

/// A running service.
#[derive(Debug)]
pub(crate) struct Demo {
    case: Case,
    child: Child,
    stdout: Stdout,
    said: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
    address: Option<SocketAddr>,
    folder: TempDir,
}

impl Demo {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address.expect("a started service has an address")
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address())
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

    /// How many lines with all of these parts it has written to stdout so far.
    pub(crate) fn written(&self, parts: &[&str]) -> usize {
        let Stdout::Read { written, .. } = &self.stdout else { panic!("nobody reads stdout") };
        written.lock().unwrap().lines().filter(|line| parts.iter().all(|part| line.contains(part))).count()
    }

    /// Waits for a line with all of these parts on stdout.
    pub(crate) fn until_written(&self, parts: &[&str]) {
        eventually(LONG, &parts.join(" "), || self.written(parts) > 0);
    }

    /// Waits until the request of this id has its record.
    pub(crate) fn until_recorded(&self, id: &str) {
        self.until_written(&[r#""event":"request""#, &format!(r#""request_id":"{id}""#)]);
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
            Stdout::Read { written, reader } => {
                reader.join().unwrap();
                std::mem::take(&mut *written.lock().unwrap())
            }
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
        let case = self.case.clone();
        Lines::read(&case, &self.stop_with_text())
    }
}

/// A test that failed leaves no service behind.
impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Appends each line as it comes.
fn collect(stream: impl Read, text: &Mutex<String>) {
    BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| *text.lock().unwrap() += &(line + "\n"));
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

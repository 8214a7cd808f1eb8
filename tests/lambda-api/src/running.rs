//! A running function.

use std::fs;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::answer::Answer;
use crate::api::Api;
use crate::books::Books;
use crate::event::Event;
use crate::process::Process;

/// No test takes this long; one that hangs should end and say so.
const LONG: Duration = Duration::from_secs(60);

/// A running function, or one that is frozen.
///
/// Dropped, it is killed.
#[derive(Debug)]
pub struct Running {
    api: Api,
    child: Child,
    folder: TempDir,
}

/// An invocation that is waiting for the function, or running, or over.
#[derive(Debug)]
#[must_use = "nobody knows how it ended unless it is asked"]
pub struct Invocation<'a> {
    function: &'a Running,
    id: String,
}

impl Running {
    pub(crate) const STDOUT: &str = "stdout";
    pub(crate) const STDERR: &str = "stderr";

    pub(crate) fn new(api: Api, child: Child, folder: TempDir) -> Self {
        Running { api, child, folder }
    }

    /// Invokes the function. Events wait in a queue while it has as many as it can.
    pub fn invoke(&self, event: &Event) -> Invocation<'_> {
        let id = self.api.shared.books().invoke(event.clone());
        self.api.shared.arrived.notify_waiters();
        Invocation { function: self, id }
    }

    /// Waits until the function has asked for an invocation that there is not, and is frozen.
    ///
    /// # Panics
    /// When that takes too long, as it does where the function is never frozen.
    pub fn frozen(&self) {
        self.wait_until(|books| books.is_idle() && self.process_is(Process::is_to_be_frozen));
        assert!(self.process_is(Process::is_frozen), "it goes on, or has ended:\n{}", self.said());
    }

    /// Waits until the function has asked for as many invocations as it can have.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn idle(&self) {
        self.wait_until(Books::is_idle);
    }

    fn wait_until(&self, done: impl Fn(&Books) -> bool) {
        let shared = &self.api.shared;
        let waited = shared.changed.wait_timeout_while(shared.books(), LONG, |books| !done(books));
        let (books, waited) = waited.unwrap_or_else(|poisoned| poisoned.into_inner());
        drop(books);
        assert!(!waited.timed_out(), "it does not ask for an invocation:\n{}", self.said());
    }

    fn process_is(&self, so: impl FnOnce(&Process) -> bool) -> bool {
        self.api.shared.process().as_ref().is_some_and(so)
    }

    /// What it has written on stdout by now.
    pub fn written(&self) -> String {
        self.read(Self::STDOUT)
    }

    /// The lines that it has written on stdout by now, each an object of JSON.
    ///
    /// # Panics
    /// When one is none.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.written().lines().map(parse).collect()
    }

    /// Waits for such a line on stdout, where the function is not frozen.
    ///
    /// # Panics
    /// When it does not come.
    pub fn line(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + LONG;
        loop {
            // The last one may be half written yet.
            let written = self.written();
            let whole = written.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            if let Some(line) = whole.filter_map(|line| serde_json::from_str(line).ok()).find(&is_it) {
                return line;
            }
            assert!(Instant::now() < until, "no such line:\n{written}\n{}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// How many invocations it had at once, at most.
    pub fn most_at_once(&self) -> usize {
        self.api.shared.books().most_at_once()
    }

    /// What it has said on stderr by now.
    pub fn said(&self) -> String {
        self.read(Self::STDERR)
    }

    /// What it did that breaks the protocol.
    pub fn complaints(&self) -> Vec<String> {
        self.api.shared.books().complaints().to_vec()
    }

    /// Ends it as Lambda does where an extension is there: by SIGTERM. How it ended.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn terminate(&mut self) -> ExitStatus {
        Process::of(&self.child).terminate();
        self.thaw();
        let until = Instant::now() + LONG;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                return status;
            }
            assert!(Instant::now() < until, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until it asks for its first invocation; how it ended where it does not.
    ///
    /// # Panics
    /// When neither happens in time.
    pub fn ready(&mut self) -> Result<(), ExitStatus> {
        let until = Instant::now() + LONG;
        while !self.api.shared.books().is_idle() {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                return Err(status);
            }
            assert!(Instant::now() < until, "it does not ask for an invocation:\n{}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Ends it. What it did that breaks the protocol, for who does not want to fail by it.
    pub fn end(self) -> Vec<String> {
        self.kill();
        self.api.shared.books().take_complaints()
    }

    fn thaw(&self) {
        if let Some(process) = &mut *self.api.shared.process() {
            process.thaw();
        }
    }

    fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.folder.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn kill(&self) {
        Process::of(&self.child).kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
        if !thread::panicking() {
            let complaints = self.complaints();
            assert!(complaints.is_empty(), "{complaints:#?}\n{}", self.said());
        }
    }
}

impl Invocation<'_> {
    /// The id that Lambda gave it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Waits for the answer, and kills the function where there is none at the deadline.
    ///
    /// # Panics
    /// When the function does not even ask for it.
    pub fn answer(self) -> Answer {
        let shared = &self.function.api.shared;
        let began = Instant::now();
        let mut books = shared.books();
        loop {
            if let Some(answer) = books.answered(&self.id) {
                return answer;
            }
            let left = match books.deadline(&self.id) {
                Some(deadline) => deadline.duration_since(SystemTime::now()).unwrap_or_default(),
                None => LONG.saturating_sub(began.elapsed()),
            };
            if left.is_zero() {
                assert!(books.deadline(&self.id).is_some(), "it asks for nothing:\n{}", self.function.said());
                self.function.kill();
                books.answer(&self.id, Answer::TimedOut);
                return Answer::TimedOut;
            }
            (books, _) = shared.changed.wait_timeout(books, left).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }
}

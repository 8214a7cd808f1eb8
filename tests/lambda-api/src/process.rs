//! The function's process, which is stopped and goes on.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A process that can be frozen.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    frozen: bool,
}

impl Process {
    pub(crate) fn of(child: &Child) -> Self {
        Process { pid: Pid::from_child(child), frozen: false }
    }

    pub(crate) fn freeze(&mut self) {
        self.frozen = true;
        self.signal(Signal::STOP);
    }

    pub(crate) fn thaw(&mut self) {
        if self.frozen {
            self.frozen = false;
            self.signal(Signal::CONT);
        }
    }

    pub(crate) fn is_to_be_frozen(&self) -> bool {
        self.frozen
    }

    /// Whether it was frozen. It is then by the time this returns.
    pub(crate) fn is_frozen(&self) -> bool {
        let path = format!("/proc/{}/stat", self.pid.as_raw_nonzero());
        let until = Instant::now() + Duration::from_secs(10);
        // A signal to another process takes effect a moment later.
        while self.frozen && Instant::now() < until {
            let stopped = fs::read_to_string(&path)
                .map(|stat| stat.rsplit_once(')').is_some_and(|(_, state)| state.trim_start().starts_with('T')));
            match stopped {
                Ok(false) => std::thread::yield_now(),
                // No such page where the system is another than Linux.
                Ok(true) | Err(_) => return true,
            }
        }
        false
    }

    /// It has ended where this is refused, and that is as well.
    fn signal(&self, signal: Signal) {
        let _ = kill_process(self.pid, signal);
    }

    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    pub(crate) fn kill(&self) {
        self.signal(Signal::KILL);
    }
}

//! How far it is, for those who wait in front of a terminal.

use std::fs;
use std::io::Read;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Input;

/// A bar on stderr, where that is a terminal.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// By the bytes of the files, compressed as they are. How many standard input has nobody knows.
    pub(super) fn of(inputs: &[Input]) -> Self {
        let size = |input: &Input| Some(fs::metadata(input.path.as_ref()?).ok()?.len());
        let total: Option<u64> = inputs.iter().map(size).sum();
        // Where stderr is no terminal, this target draws nothing.
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(10));
        let template = match total {
            Some(_) => "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes}, {bytes_per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar }
    }

    /// What is read from it is counted.
    pub(super) fn count(&self, reader: impl Read + Send + 'static) -> impl Read + Send + 'static {
        self.bar.wrap_read(reader)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

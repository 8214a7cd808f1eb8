//! What can be written to as a file can: stdout, stderr, files, pipes.

use crate::error::Error;
use crate::framing::Framing;
use crate::sink::{SendError, Sink};
use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// A stream of bytes that stays the same for good: what was begun is finished when it works again.
///
/// A full disk, and a reader that takes nothing for now, are tried again; lines wait meanwhile. Any other error, such as a
/// closed pipe, loses the batch, and the next one is tried as if nothing had happened.
pub struct Stream {
    name: String,
    output: Box<dyn Write + Send>,
    interrupted: Interrupted,
}

/// Where the last batch broke off.
#[derive(Clone, Copy)]
enum Interrupted {
    BetweenLines,
    /// So much of a line is out, and the next batch begins with that line.
    After(usize),
    /// Some of a line is out whose rest was dropped.
    WithinLostLine,
}

impl Stream {
    /// The standard output of this process, unbuffered and unlocked: each batch is one write where the system allows.
    ///
    /// # Errors
    /// When the process has no file handle left.
    pub fn stdout() -> Result<Self, Error> {
        standard("stdout", || {
            #[cfg(unix)]
            return duplicate(io::stdout());
            #[cfg(not(unix))]
            return Ok(Box::new(io::stdout()));
        })
    }

    /// The standard error of this process, as [`stdout`](Self::stdout).
    ///
    /// # Errors
    /// When the process has no file handle left.
    pub fn stderr() -> Result<Self, Error> {
        standard("stderr", || {
            #[cfg(unix)]
            return duplicate(io::stderr());
            #[cfg(not(unix))]
            return Ok(Box::new(io::stderr()));
        })
    }

    /// A file, made if it is not there, written at its end.
    ///
    /// The file is kept open, so what rotates it must copy and truncate it, not rename it.
    ///
    /// # Errors
    /// When it cannot be opened for writing; the error names the path.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = File::options().append(true).create(true).open(path);
        let file = file.map_err(|error| {
            Error::because(format!("the file `{}` cannot be opened for writing", path.display()), error)
        })?;
        Ok(Stream::new(format!("file:{}", path.display()), file))
    }

    /// Anything that can be written to, under this name.
    pub fn new(name: impl Into<String>, output: impl Write + Send + 'static) -> Self {
        Stream { name: name.into(), output: Box::new(output), interrupted: Interrupted::BetweenLines }
    }

    /// Brings the output to where `batch` can go on; says how much of it is out already.
    fn resume(&mut self, batch: &[u8]) -> io::Result<usize> {
        match self.interrupted {
            Interrupted::BetweenLines => Ok(0),
            Interrupted::After(out) => Ok(out.min(batch.len())),
            Interrupted::WithinLostLine => {
                self.output.write_all(b"\n")?;
                self.interrupted = Interrupted::BetweenLines;
                Ok(0)
            }
        }
    }

    fn write(&mut self, batch: &[u8], out: &mut usize) -> io::Result<()> {
        *out = self.resume(batch)?;
        while *out < batch.len() {
            match self.output.write(&batch[*out..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => *out += written,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.output.flush()
    }
}

impl Sink for Stream {
    fn describe(&self) -> String {
        self.name.clone()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let mut out = 0;
        let Err(error) = self.write(batch, &mut out) else {
            self.interrupted = Interrupted::BetweenLines;
            return Ok(());
        };
        let accepted = Framing::Lines.whole(batch, out);
        let temporary = may_pass(&error);
        if out > 0 {
            self.interrupted = match out - accepted {
                0 => Interrupted::BetweenLines,
                begun if temporary => Interrupted::After(begun),
                _ => Interrupted::WithinLostLine,
            };
        }
        Err(if temporary { SendError::temporary(accepted, error) } else { SendError::permanent(accepted, error) })
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Errors that go away without the stream being opened anew.
fn may_pass(error: &io::Error) -> bool {
    use ErrorKind::{QuotaExceeded, StorageFull, TimedOut, WouldBlock};
    matches!(error.kind(), StorageFull | QuotaExceeded | WouldBlock | TimedOut)
}

fn standard(name: &str, open: impl FnOnce() -> io::Result<Box<dyn Write + Send>>) -> Result<Stream, Error> {
    let output = open().map_err(|error| Error::because(format!("{name} cannot be opened"), error))?;
    Ok(Stream { name: name.to_owned(), output, interrupted: Interrupted::BetweenLines })
}

/// The same stream without the standard library's line buffer, which would keep half a batch back when a write fails, and
/// without its lock, which would make the application's `println!` wait while a batch does.
#[cfg(unix)]
fn duplicate(stream: impl std::os::fd::AsFd) -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(File::from(stream.as_fd().try_clone_to_owned()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::io::Read;
    use std::sync::{Arc, Mutex};
    use tachograph_core::lock;

    /// Takes as many bytes as the script says, then fails as it says, then takes everything.
    struct Scripted {
        script: VecDeque<Result<usize, ErrorKind>>,
        received: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = self.script.pop_front().unwrap_or(Ok(usize::MAX))?.min(bytes.len());
            lock(&self.received).extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn scripted(script: &[Result<usize, ErrorKind>]) -> (Stream, Arc<Mutex<Vec<u8>>>) {
        let received = Arc::default();
        let output = Scripted { script: script.iter().copied().collect(), received: Arc::clone(&received) };
        (Stream::new("scripted", output), received)
    }

    fn text(received: &Mutex<Vec<u8>>) -> String {
        String::from_utf8(lock(received).clone()).unwrap()
    }

    #[test]
    fn short_and_interrupted_writes_are_gone_on_with() {
        let (mut stream, received) = scripted(&[Ok(2), Err(ErrorKind::Interrupted), Ok(3)]);
        stream.send(b"one\ntwo\nthree\n").unwrap();
        assert_eq!(text(&received), "one\ntwo\nthree\n");
    }

    #[test]
    fn a_line_begun_before_the_disk_was_full_is_finished_afterwards() {
        let full = Err(ErrorKind::StorageFull);
        let (mut stream, received) = scripted(&[Ok(6), full, Ok(1), full, full]);
        let batch = b"one\ntwo\nthree\n";
        let error = stream.send(batch).unwrap_err();
        assert!(error.is_temporary());
        assert_eq!(error.accepted(), 4, "one line; the two bytes of the next are the stream's own affair");
        assert_eq!(stream.send(&batch[4..]).unwrap_err().accepted(), 0);
        assert_eq!(stream.send(&batch[4..]).unwrap_err().accepted(), 0);
        stream.send(&batch[4..]).unwrap();
        assert_eq!(text(&received), "one\ntwo\nthree\n");
    }

    #[test]
    fn a_line_whose_rest_is_lost_gets_an_end() {
        let (mut stream, received) = scripted(&[Ok(6), Err(ErrorKind::BrokenPipe), Err(ErrorKind::BrokenPipe)]);
        let error = stream.send(b"one\ntwo\n").unwrap_err();
        assert!(!error.is_temporary());
        assert_eq!(error.accepted(), 4);
        assert_eq!(stream.send(b"three\n").unwrap_err().accepted(), 0);
        stream.send(b"four\n").unwrap();
        assert_eq!(text(&received), "one\ntw\nfour\n");
    }

    #[test]
    fn a_closed_pipe_is_refused_for_good() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut stream = Stream::new("pipe", writer);
        stream.send(b"read\n").unwrap();
        let mut read = [0; 5];
        reader.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"read\n");
        drop(reader);
        assert!(!stream.send(b"unread\n").unwrap_err().is_temporary());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_tried_again() {
        let error = Stream::file("/dev/full").unwrap().send(b"line\n").unwrap_err();
        assert!(error.is_temporary());
        assert_eq!(error.accepted(), 0);
    }

    #[test]
    fn a_file_is_made_and_written_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("requests.log");
        for line in ["one\n", "two\n"] {
            Stream::file(&path).unwrap().send(line.as_bytes()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("requests.log");
        let error = Stream::file(&path).unwrap_err();
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert!(std::error::Error::source(&error).is_some());
    }

    #[test]
    fn stdout_and_stderr_open() {
        assert_eq!(Stream::stdout().unwrap().describe(), "stdout");
        assert_eq!(Stream::stderr().unwrap().describe(), "stderr");
    }
}

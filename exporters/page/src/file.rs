//! Where the numbers are while the service is not running: one file, a line for each slot.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tachograph_summary::{Limits, Names, Summary};

use crate::slots::{LONG, SHORT, Slot, Slots};

/// The first line. Whatever begins otherwise is somebody else's, and is left as it is.
const FIRST: &str = "tachograph page 1\n";

/// The last line: without it, writing was broken off.
const LAST: &str = "end";

/// How often it is written, in milliseconds.
const EVERY: u64 = 60_000;

/// The file, and what became of writing it.
#[derive(Debug)]
pub(crate) struct Written {
    path: PathBuf,
    most_bytes: usize,
    /// In milliseconds since 1970.
    written: u64,
    is_foreign: bool,
    has_told: bool,
    /// How often it could not be written.
    pub(crate) failures: u64,
}

impl Written {
    pub(crate) fn new(path: PathBuf, most_bytes: usize) -> Self {
        Written { path, most_bytes, written: 0, is_foreign: false, has_told: false, failures: 0 }
    }

    /// What was written before; nothing where there is none, or none that can be used.
    pub(crate) fn read(&mut self, limits: &Limits, names: &Names) -> Vec<Slot> {
        match read(&self.path, limits, names, self.most_bytes) {
            Ok(slots) => slots,
            Err(Unreadable::Foreign) => {
                self.is_foreign = true;
                self.tell("is no file of the page's: nothing is read from it, and nothing is written there");
                Vec::new()
            }
            Err(Unreadable::Broken(what)) => {
                self.tell(&format!("cannot be used and will be written anew: {what}"));
                Vec::new()
            }
        }
    }

    /// Writes it where a minute is over. `now` is in milliseconds since 1970.
    pub(crate) fn write_now_and_then(&mut self, slots: &Slots, now: u64) {
        if now.abs_diff(self.written) >= EVERY {
            self.write(slots, now);
        }
    }

    /// Writes all of it; false where that failed.
    pub(crate) fn write(&mut self, slots: &Slots, now: u64) -> bool {
        self.written = now;
        if self.is_foreign {
            return true;
        }
        let Err(error) = write(&self.path, slots, self.most_bytes) else { return true };
        self.failures += 1;
        self.tell(&format!("could not be written: {error}"));
        false
    }

    /// Once, however often.
    fn tell(&mut self, what: &str) {
        if !std::mem::replace(&mut self.has_told, true) {
            // `eprintln!` would panic where stderr is closed.
            let _ = writeln!(io::stderr(), "tachograph: the page's file {} {what}", self.path.display());
        }
    }
}

#[derive(Debug)]
enum Unreadable {
    Foreign,
    Broken(String),
}

fn read(path: &Path, limits: &Limits, names: &Names, most: usize) -> Result<Vec<Slot>, Unreadable> {
    let broken = |what: &dyn std::fmt::Display| Unreadable::Broken(what.to_string());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(broken(&error)),
    };
    let mut reader = BufReader::new(file.take(most as u64 * 2));
    let mut first = vec![0; FIRST.len()];
    let is_ours = reader.read_exact(&mut first).is_ok() && first == FIRST.as_bytes();
    if !is_ours {
        return Err(Unreadable::Foreign);
    }
    let mut slots = Vec::new();
    let mut line = String::new();
    loop {
        line.clear();
        reader.read_line(&mut line).map_err(|error| broken(&error))?;
        let text = line.strip_suffix('\n').unwrap_or_default();
        if text == LAST {
            return Ok(slots);
        }
        slots.push(slot(text, limits, names).ok_or_else(|| broken(&"it was broken off, or is of another version"))?);
    }
}

/// `1767225600 10 {…}`
fn slot(line: &str, limits: &Limits, names: &Names) -> Option<Slot> {
    let (start, rest) = line.split_once(' ')?;
    let (seconds, json) = rest.split_once(' ')?;
    let seconds = seconds.parse().ok().filter(|seconds| [SHORT, LONG].contains(seconds))?;
    let start = start.parse().ok().filter(|start| start % seconds == 0)?;
    let summary = Summary::from_json(json.as_bytes(), limits.clone(), names).ok()?;
    Some(Slot { start, seconds, summary })
}

/// Beside it first, so that there is a whole one always, and for nobody else to read.
fn write(path: &Path, slots: &Slots, most: usize) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = write_to(&beside, slots, most).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// The last slots, as many as have room.
fn write_to(path: &Path, slots: &Slots, most: usize) -> io::Result<()> {
    // What a process of this number left behind.
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = BufWriter::new(options.open(path)?);
    file.write_all(FIRST.as_bytes())?;
    let mut bytes = 0;
    for slot in slots.iter().rev() {
        let line = format!("{} {} {}\n", slot.start, slot.seconds, slot.summary.to_json());
        bytes += line.len();
        if bytes > most {
            break;
        }
        file.write_all(line.as_bytes())?;
    }
    writeln!(file, "{LAST}")?;
    file.into_inner()?.sync_all()
}

//! Whole lines, many at a time.

use std::io::{self, Read};

use memchr::memmem::Finder;

use super::Input;
use super::progress::Progress;
use super::source;

/// How much is read at once.
const BLOCK: usize = 1 << 20;

/// A line that is longer than this is none of ours. It is passed over.
const LONGEST_LINE: usize = 16 << 20;

/// Whole lines of one file.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// The last line may lack its line break.
    pub(crate) lines: Vec<u8>,
    /// Which of the inputs they are of.
    pub(crate) input: usize,
    /// The number of the first one, from 1.
    pub(crate) first_line: u64,
}

/// The lines of all inputs, block by block.
pub(crate) struct Blocks {
    inputs: Vec<Input>,
    progress: Progress,
    /// The one after the one that is read.
    next: usize,
    reader: Option<Box<dyn Read + Send>>,
    /// The begin of a line, or of the lines of a request, whose rest was not read yet.
    rest: Vec<u8>,
    line: u64,
    too_long: TooLong,
    damaged: Vec<Damage>,
    follows_request: [Finder<'static>; 2],
}

/// An input that ended before its end.
#[derive(Debug)]
pub(crate) struct Damage {
    pub(crate) input: String,
    pub(crate) what: String,
}

/// Lines that were passed over because they are too long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TooLong {
    pub(crate) count: u64,
    /// The input and the number of the first one.
    pub(crate) first: Option<(usize, u64)>,
}

/// An input that could not be read.
#[derive(Debug)]
pub(crate) struct ReadError {
    input: String,
    source: io::Error,
}

impl Blocks {
    pub(crate) fn new(inputs: Vec<Input>) -> Self {
        let follows_request = ["\"event\":\"call\"", "\"event\":\"finding\""].map(Finder::new);
        let progress = Progress::of(&inputs);
        Blocks {
            inputs,
            progress,
            next: 0,
            reader: None,
            rest: Vec::new(),
            line: 1,
            too_long: TooLong::default(),
            damaged: Vec::new(),
            follows_request,
        }
    }

    /// Puts the next lines into a block, whose room is used again; false where there are none any more.
    ///
    /// # Errors
    /// When an input cannot be opened or read.
    pub(crate) fn next(&mut self, block: &mut Block) -> Result<bool, ReadError> {
        loop {
            if self.reader.is_none() {
                let Some(input) = self.inputs.get(self.next) else { return Ok(false) };
                let opened = source::open(input, &self.progress);
                self.reader = Some(opened.map_err(|source| ReadError { input: input.name(), source })?);
                self.next += 1;
                self.line = 1;
            }
            let input = self.next - 1;
            let filled = self.fill(input, &mut block.lines);
            if filled.map_err(|source| ReadError { input: self.inputs[input].name(), source })? {
                block.input = input;
                block.first_line = self.line;
                self.line += count_lines(&block.lines);
                return Ok(true);
            }
            self.reader = None;
        }
    }

    /// Which lines were passed over so far.
    pub(crate) fn too_long(&self) -> TooLong {
        self.too_long
    }

    /// Which inputs could not be read to their ends.
    pub(crate) fn into_damaged(self) -> Vec<Damage> {
        self.damaged
    }

    fn fill(&mut self, input: usize, lines: &mut Vec<u8>) -> io::Result<bool> {
        let Some(reader) = &mut self.reader else { return Ok(false) };
        lines.clear();
        lines.append(&mut self.rest);
        loop {
            match read_block(reader, lines) {
                Ok(0) => return Ok(!lines.is_empty()),
                Ok(_) => {}
                Err(error) if is_damage(&error) => {
                    self.damaged.push(Damage { input: self.inputs[input].name(), what: error.to_string() });
                    self.reader = Some(Box::new(io::empty()));
                    return Ok(!lines.is_empty());
                }
                Err(error) => return Err(error),
            }
            if let Some(end) = memchr::memrchr(b'\n', lines) {
                let cut = cut(&lines[..=end], &self.follows_request).unwrap_or(end + 1);
                self.rest.extend_from_slice(&lines[cut..]);
                lines.truncate(cut);
                return Ok(true);
            }
            if lines.len() > LONGEST_LINE {
                self.too_long.count += 1;
                self.too_long.first.get_or_insert((input, self.line));
                self.line += 1;
                lines.clear();
                skip_line(reader, lines)?;
            }
        }
    }
}

/// Appends as much as is read at once, less only at the end; what came before an error is kept. `read_to_end` would begin
/// each time with a few kilobytes.
fn read_block(reader: &mut impl Read, lines: &mut Vec<u8>) -> io::Result<usize> {
    let begin = lines.len();
    lines.resize(begin + BLOCK, 0);
    let mut end = begin;
    let read = loop {
        match reader.read(&mut lines[end..]) {
            Ok(0) => break Ok(end - begin),
            Ok(read) => end += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
        if end == lines.len() {
            break Ok(BLOCK);
        }
    };
    lines.truncate(end);
    read
}

/// What a compressed file says that was cut off, or is being written: what was before that is whole.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
}

/// Where the last request of these lines begins: those of its calls and findings, which stand behind it, may be in the
/// next block, and what they belong to is known from its own line. None where that would leave nothing.
fn cut(lines: &[u8], follows_request: &[Finder<'static>]) -> Option<usize> {
    let mut end = lines.len();
    while end > 0 {
        let begin = memchr::memrchr(b'\n', &lines[..end - 1]).map_or(0, |at| at + 1);
        if !follows_request.iter().any(|follows| follows.find(&lines[begin..end]).is_some()) {
            return Some(begin).filter(|begin| *begin > 0);
        }
        end = begin;
    }
    None
}

/// Reads on to the next line, whose begin is what is left.
fn skip_line(reader: &mut impl Read, rest: &mut Vec<u8>) -> io::Result<()> {
    loop {
        rest.clear();
        if read_block(reader, rest)? == 0 {
            return Ok(());
        }
        if let Some(end) = memchr::memchr(b'\n', rest) {
            rest.drain(..=end);
            return Ok(());
        }
    }
}

fn count_lines(lines: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', lines).count() as u64
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cannot be read: {}", self.input, self.source)
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

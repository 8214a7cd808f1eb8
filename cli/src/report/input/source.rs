//! A file as plain bytes.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use super::Input;
use super::progress::Progress;

/// What gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Opens a file, or standard input; what is compressed by gzip is told by its first bytes.
pub(super) fn open(input: &Input, progress: &Progress) -> io::Result<Box<dyn Read + Send>> {
    match &input.path {
        Some(path) => {
            let file = File::open(path)?;
            // A directory opens, and only reading it fails, in words that do not say why.
            if file.metadata()?.is_dir() {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory: name its files"));
            }
            plain(progress.count(file))
        }
        None => plain(progress.count(io::stdin())),
    }
}

/// The plain bytes of what may be compressed.
fn plain(mut reader: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut first = Vec::new();
    reader.by_ref().take(GZIP.len() as u64).read_to_end(&mut first)?;
    let is_compressed = first == GZIP;
    let whole = Cursor::new(first).chain(reader);
    Ok(if is_compressed {
        // Files that were appended to, as by log rotation, have several members.
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(256 * 1024, whole)))
    } else {
        Box::new(whole)
    })
}

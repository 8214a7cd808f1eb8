//! Arguments that show what they hold to nobody but a debugger.

use std::fmt::{self, Debug, Write as _};
use std::hash::Hasher;

/// How much is read: a text of about so many bytes, or a ninth as many bytes of blobs, each of which becomes a number and a
/// comma. Either takes some ten microseconds.
const MOST: usize = 8 * 1024;

/// What a piece costs beside its bytes.
const PIECE: usize = 2;

/// Writes what `Debug` shows, unless that is more than is worth reading. For arguments of which it shows everything:
/// texts escaped, numbers in full.
#[cfg(any(feature = "any", feature = "mysql", feature = "sqlite"))]
pub(super) fn write(arguments: &dyn Debug, hasher: &mut dyn Hasher) -> Result<(), super::Unknown> {
    let mut pieces = Pieces { hasher, left: MOST, before: None };
    write!(pieces, "{arguments:?}").map_err(|fmt::Error| super::Unknown)
}

/// Like [`write`], but no further than to the field of this name; what follows is not even formatted.
#[cfg(feature = "postgres")]
pub(super) fn write_before(field: &'static str, arguments: &dyn Debug, hasher: &mut dyn Hasher) {
    let mut pieces = Pieces { hasher, left: MOST, before: Some(field) };
    // It ends in an error when it comes to the field.
    let _ = write!(pieces, "{arguments:?}");
}

struct Pieces<'a> {
    hasher: &'a mut dyn Hasher,
    left: usize,
    before: Option<&'static str>,
}

impl fmt::Write for Pieces<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if self.before == Some(piece) {
            return Err(fmt::Error);
        }
        self.left = self.left.checked_sub(piece.len() + PIECE).ok_or(fmt::Error)?;
        self.hasher.write(piece.as_bytes());
        Ok(())
    }
}

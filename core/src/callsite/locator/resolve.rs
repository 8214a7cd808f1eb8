//! What the debug information says of an address.

use std::ffi::c_void;

use super::addresses::Spot;
use super::places::Places;
use super::shown::shown;
use super::whose::Whose;

/// Whose code is there. Functions that were compiled into others have no address of their own: of all that are at this one,
/// the innermost that is not a library's counts.
///
/// The first time takes milliseconds, and nobody can walk a stack meanwhile.
pub(super) fn resolve(address: usize, places: &Places) -> Spot {
    let mut spot = Spot::Others;
    backtrace::resolve(address as *mut c_void, |symbol| {
        if spot != Spot::Others {
            return;
        }
        let name = symbol.name().map(|name| format!("{name:#}"));
        let file = symbol.filename().map(|file| file.to_string_lossy());
        let line = symbol.lineno();
        spot = match (Whose::of(name.as_deref(), file.as_deref()), file, line) {
            (Whose::Outside, ..) => Spot::Outside,
            // What the compiler made of nothing that was written has no line.
            (Whose::Users, Some(file), Some(line)) if line > 0 => {
                places.intern(shown(&file), line).map_or(Spot::Crowded, Spot::Users)
            }
            _ => Spot::Others,
        };
    });
    spot
}

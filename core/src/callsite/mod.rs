//! Where in the service's own code a call was made.

mod found;
#[cfg(feature = "callsites")]
mod locator;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::Location;

pub(crate) use found::Found;

/// A place in the source.
#[derive(Clone, Copy)]
pub struct Callsite(Source);

#[derive(Clone, Copy)]
enum Source {
    /// As the compiler knows it.
    Written(&'static Location<'static>),
    /// As the debug information says it. The file lives as long as the process: there are not more places than the code has.
    #[cfg_attr(not(any(test, feature = "callsites")), allow(dead_code))]
    Found { file: &'static str, line: u32 },
}

impl Callsite {
    /// The place of whoever calls the function that calls this, as far as both are `#[track_caller]`.
    #[track_caller]
    pub fn caller() -> Self {
        Callsite(Source::Written(Location::caller()))
    }

    /// As the compiler knows it, if it does: a call in flight keeps no more than that.
    pub(crate) fn location(self) -> Option<&'static Location<'static>> {
        match self.0 {
            Source::Written(location) => Some(location),
            Source::Found { .. } => None,
        }
    }

    /// A place that the compiler knows.
    pub(crate) fn written(location: &'static Location<'static>) -> Self {
        Callsite(Source::Written(location))
    }

    /// A place that was read from debug information.
    #[cfg(any(test, feature = "callsites"))]
    pub(crate) fn found(file: &'static str, line: u32) -> Self {
        Callsite(Source::Found { file, line })
    }

    /// The source file, as the compiler was given it.
    pub fn file(&self) -> &'static str {
        match self.0 {
            Source::Written(location) => location.file(),
            Source::Found { file, .. } => file,
        }
    }

    /// The line, from 1.
    pub fn line(&self) -> u32 {
        match self.0 {
            Source::Written(location) => location.line(),
            Source::Found { line, .. } => line,
        }
    }

    /// The file from below its `src` directory on, where it has one: `orders.rs`, `store/users.rs`.
    pub fn short_file(&self) -> &'static str {
        let file = self.file();
        let below = ["/src/", "\\src\\"].into_iter().filter_map(|src| file.rsplit_once(src)).map(|(_, below)| below);
        below.chain(file.strip_prefix("src/")).min_by_key(|below| below.len()).unwrap_or(file)
    }
}

impl PartialEq for Callsite {
    fn eq(&self, other: &Self) -> bool {
        (self.line(), self.file()) == (other.line(), other.file())
    }
}

impl Eq for Callsite {}

impl Hash for Callsite {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.line(), self.file()).hash(state);
    }
}

impl fmt::Display for Callsite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file(), self.line())
    }
}

impl fmt::Debug for Callsite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_however_it_is_known() {
        let written = Callsite::caller();
        let found = Callsite::found(written.file(), written.line());
        assert_eq!(written, found);
        assert_ne!(found, Callsite::found(written.file(), written.line() + 1));
        assert_eq!(found.to_string(), format!("{}:{}", written.file(), written.line()));
    }

    #[test]
    fn a_file_is_short_from_below_its_sources() {
        for (file, short) in [
            ("src/orders.rs", "orders.rs"),
            ("/home/src/shop/src/store/users.rs", "store/users.rs"),
            ("crates\\shop\\src\\orders.rs", "orders.rs"),
            ("tests/orders.rs", "tests/orders.rs"),
        ] {
            assert_eq!(Callsite::found(file, 1).short_file(), short);
        }
    }
}

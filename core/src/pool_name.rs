//! Names of pools of connections: each wait for a connection carries one.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;

use crate::lock::lock;
use crate::text::cut;

/// The name of a pool of connections. It is copied with every wait, so it is looked up once, when the pool is set up, and
/// then kept for as long as the process lives. The default is that of a pool whose name nobody knows.
///
/// ```
/// use tachograph_core::PoolName;
///
/// let pool = PoolName::new("experiments");
/// assert_eq!(pool.as_str(), "experiments");
/// assert_eq!(PoolName::default().as_str(), "");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolName(&'static str);

/// A service has a few pools. One that names them after its customers has so many at most.
const MOST: usize = 1000;

/// What all pools beyond those are called.
const OVERFLOW: &str = "_overflow";

static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

impl PoolName {
    /// The pool of this name, of which the first 255 bytes are kept. The names of a process beyond the first 1000 are
    /// `_overflow`.
    pub fn new(name: &str) -> Self {
        PoolName(kept(&mut lock(&KNOWN), cut(name, 255), MOST))
    }

    /// The name; empty where nobody knows it.
    pub fn as_str(&self) -> &'static str {
        self.0
    }
}

fn kept(known: &mut BTreeSet<&'static str>, name: &str, most: usize) -> &'static str {
    if let Some(known) = known.get(name) {
        return known;
    }
    if name.is_empty() {
        return "";
    }
    if known.len() == most {
        return OVERFLOW;
    }
    let name: &'static str = Box::leak(name.into());
    known.insert(name);
    name
}

impl fmt::Debug for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Display for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once_and_there_are_no_more_than_the_bound() {
        let mut known = BTreeSet::new();
        let first = kept(&mut known, "a", 2);
        assert!(std::ptr::eq(first, kept(&mut known, "a", 2)), "it is not leaked a second time");
        let names = ["", "b", "c", "a", "b"].map(|name| kept(&mut known, name, 2));
        assert_eq!((names, known.len()), (["", "b", OVERFLOW, "a", "b"], 2));
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(PoolName::new(&"x".repeat(1000)).as_str().len(), 255);
    }
}

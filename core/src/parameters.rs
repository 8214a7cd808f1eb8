//! What calls were given, as numbers that say nothing outside this process: enough to see that two are the same.

use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};
use std::num::NonZeroU32;
use std::sync::LazyLock;

/// The key is drawn at random for each process, and never told.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A hasher with the key of this process.
pub(crate) fn hasher() -> DefaultHasher {
    KEY.build_hasher()
}

/// The parameters of a call: the same number for the same ones, and, but for one in four thousand million, for no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Parameters(NonZeroU32);

impl Parameters {
    pub(crate) fn new(hash: u64) -> Self {
        Parameters(NonZeroU32::new(hash as u32).unwrap_or(NonZeroU32::MIN))
    }

    /// Of what `write` writes, beside what stands in the text itself.
    pub(crate) fn of(literals: u64, write: impl FnOnce(&mut dyn Hasher)) -> Self {
        let mut hasher = hasher();
        hasher.write_u64(literals);
        write(&mut hasher);
        Self::new(hasher.finish())
    }
}

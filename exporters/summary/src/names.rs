//! Names, each kept once however many summaries there are of it.

use std::fmt;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use hashbrown::HashSet;

use crate::asked::{Asked, Keys};

/// What is beyond a limit is counted under this name.
pub const OVERFLOW: &str = "_overflow";

/// Names are kept to this length, in bytes.
pub(crate) const MOST_NAME: usize = 500;

/// Statements are kept to this length, in bytes.
pub(crate) const MOST_STATEMENT: usize = 2000;

/// Below so many it is not looked through for what is no longer used.
const FEW: usize = 1000;

/// The counters of an `Arc`.
const COUNTERS: usize = 2 * size_of::<usize>();

/// The longest beginning of a name that is kept, between characters.
#[inline]
pub(crate) fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most { text } else { &text[..text.floor_char_boundary(most)] }
}

/// The names of many summaries, each kept once; a clone is the same again.
///
/// What no summary has any more is forgotten, now and then. It is asked only for what is new in a summary.
#[derive(Clone)]
pub struct Names(Arc<Shared>);

struct Shared {
    known: Mutex<Known>,
    /// As of the last change.
    bytes: AtomicUsize,
    most: usize,
}

#[derive(Default)]
struct Known {
    texts: HashSet<Arc<str>>,
    text_bytes: usize,
    keys: Keys,
    /// Looked through once there are so many.
    full: usize,
}

impl Names {
    /// Names that take so much memory, and no more: while they are full, summaries count what they do not know yet as
    /// [`OVERFLOW`]. [`forget_unused`](Self::forget_unused) makes room where there is some to be made.
    pub fn bounded(bytes: usize) -> Self {
        let shared = Shared { known: Mutex::default(), bytes: AtomicUsize::new(0), most: bytes };
        Names(Arc::new(shared))
    }

    /// The memory that they take, in bytes, with all keys of which summaries know no more than where they are.
    pub fn bytes(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed) + size_of::<Shared>() + COUNTERS
    }

    /// Forgets what no summary has any more. It happens by itself as well, once twice as much has come together.
    pub fn forget_unused(&self) {
        let mut known = self.lock();
        known.forget_unused();
        self.0.bytes.store(known.bytes(), Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.0.bytes.load(Ordering::Relaxed) >= self.0.most
    }

    pub(crate) fn key<'a, A: Asked<'a>>(&self, asked: A) -> Arc<A::Key> {
        let mut known = self.lock();
        if let Some(key) = A::known(&mut known.keys).get(&asked) {
            return key.clone();
        }
        known.make_room();
        let Known { texts, text_bytes, keys, .. } = &mut *known;
        let key = Arc::new(asked.key(&mut |text| {
            texts
                .get_or_insert_with(text, |text| {
                    *text_bytes += text.len();
                    text.into()
                })
                .clone()
        }));
        A::known(keys).insert(key.clone());
        self.0.bytes.store(known.bytes(), Ordering::Relaxed);
        key
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Default for Names {
    /// Without a bound.
    fn default() -> Self {
        Names::bounded(usize::MAX)
    }
}

impl fmt::Debug for Names {
    /// Not each of them: every endpoint has them all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

impl Known {
    fn bytes(&self) -> usize {
        let Keys { endpoints, calls, findings } = &self.keys;
        self.texts.allocation_size()
            + self.texts.len() * COUNTERS
            + self.text_bytes
            + set_bytes(endpoints)
            + set_bytes(calls)
            + set_bytes(findings)
    }

    fn len(&self) -> usize {
        let Keys { endpoints, calls, findings } = &self.keys;
        self.texts.len() + endpoints.len() + calls.len() + findings.len()
    }

    fn make_room(&mut self) {
        if self.len() >= self.full.max(FEW) {
            self.forget_unused();
            self.full = self.len() * 2;
        }
    }

    fn forget_unused(&mut self) {
        forget(&mut self.keys.endpoints);
        forget(&mut self.keys.calls);
        forget(&mut self.keys.findings);
        // Last, as keys have them.
        forget(&mut self.texts);
        self.text_bytes = self.texts.iter().map(|text| text.len()).sum();
    }
}

fn forget<T: ?Sized + Hash + Eq>(known: &mut HashSet<Arc<T>>) {
    known.retain(|name| Arc::strong_count(name) > 1);
    if known.len() * 4 < known.capacity() {
        known.shrink_to_fit();
    }
}

fn set_bytes<T: Hash + Eq>(keys: &HashSet<Arc<T>>) -> usize {
    keys.allocation_size() + keys.len() * (COUNTERS + size_of::<T>())
}

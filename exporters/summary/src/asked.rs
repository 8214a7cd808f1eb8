//! Keys as they are asked for: borrowed, so that nothing is allocated for what is known.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::hash_map::EntryRef;
use hashbrown::{Equivalent, HashMap, HashSet};

use crate::bounds::Bounds;
use crate::call::{AskedCall, CallKey};
use crate::finding::{AskedFinding, FindingKey};
use crate::key::{AskedEndpoint, EndpointKey};

/// A key, borrowed.
pub(crate) trait Asked<'a>: Copy + Hash + Equivalent<Arc<Self::Key>> {
    type Key: Hash + Eq + 'a;

    fn of(key: &'a Self::Key) -> Self;

    /// What it is counted under where there is no room for it.
    fn overflow(self) -> Self;

    /// The key itself, of texts that are made or found so.
    fn key(self, text: &mut dyn FnMut(&str) -> Arc<str>) -> Self::Key;

    fn known(keys: &mut Keys) -> &mut HashSet<Arc<Self::Key>>;
}

/// Keys that are shared.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) endpoints: HashSet<Arc<EndpointKey>>,
    pub(crate) calls: HashSet<Arc<CallKey>>,
    pub(crate) findings: HashSet<Arc<FindingKey>>,
}

macro_rules! equivalent {
    ($($asked:ident to $key:ident),*) => {$(
        impl Equivalent<Arc<$key>> for $asked<'_> {
            #[inline]
            fn equivalent(&self, key: &Arc<$key>) -> bool {
                *self == $asked::of(key)
            }
        }
    )*};
}
equivalent!(AskedEndpoint to EndpointKey, AskedCall to CallKey, AskedFinding to FindingKey);

// The default hasher is seeded anew in each process: the names come from outside, and nobody there can choose such as fall
// together.
/// What there is of each key; of those beyond a limit, together.
pub(crate) type ByKey<K, V> = HashMap<Arc<K>, V>;

/// The value of a key, made where it is new and there is room for it.
#[inline]
pub(crate) fn at<'m, 'a, A: Asked<'a>, V: Default>(
    map: &'m mut ByKey<A::Key, V>,
    asked: A,
    most: usize,
    bounds: Option<&Bounds>,
) -> &'m mut V {
    let full = map.len() >= most || bounds.is_some_and(Bounds::is_full);
    let asked = if full { known_or_overflow(map, asked) } else { asked };
    match map.entry_ref(&asked) {
        EntryRef::Occupied(known) => known.into_mut(),
        EntryRef::Vacant(new) => {
            let key = match bounds {
                Some(bounds) => {
                    bounds.one_more();
                    bounds.names.key(asked)
                }
                None => Arc::new(asked.key(&mut |text| text.into())),
            };
            new.insert_entry_with_key(key, V::default()).into_mut()
        }
    }
}

/// What it is counted under where nothing new has room.
#[cold]
#[inline(never)]
pub(crate) fn known_or_overflow<'a, A: Asked<'a>, V>(map: &ByKey<A::Key, V>, asked: A) -> A {
    if map.contains_key(&asked) { asked } else { asked.overflow() }
}

/// The value of a key that another map has: a key without a limit is shared as it is.
pub(crate) fn at_same<'m, 'a, A: Asked<'a>, V: Default>(
    map: &'m mut ByKey<A::Key, V>,
    key: &'a Arc<A::Key>,
    most: usize,
    bounds: Option<&Bounds>,
) -> &'m mut V {
    match bounds {
        Some(_) => at(map, A::of(key), most, bounds),
        None => map.entry(key.clone()).or_default(),
    }
}

/// How many of the values were counted together for want of room.
pub(crate) fn overflowing<'a, A: Asked<'a>, V>(map: &'a ByKey<A::Key, V>, count: impl Fn(&V) -> f64) -> f64 {
    let of = |key: &'a Arc<A::Key>| A::of(key).overflow().equivalent(key);
    map.iter().filter(|(key, _)| of(key)).map(|(_, value)| count(value)).sum()
}

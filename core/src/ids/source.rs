//! Where new ids come from: random in a running service, counted in a test.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{SpanId, TraceId};

/// Makes the ids of what begins here. Injectable, so that a test knows every id in advance.
///
/// It is asked on every request and every call, from all threads at once.
pub trait IdSource: Send + Sync + fmt::Debug {
    /// An id for a trace that begins here.
    fn trace_id(&self) -> TraceId;

    /// An id for a request or for a call that it makes.
    fn span_id(&self) -> SpanId;

    /// The bits of a [`RequestId`](crate::RequestId), for a request that arrived without one. Never zero.
    fn request_id(&self) -> u128;
}

/// The default: random ids that threads make without asking each other or the operating system.
///
/// They do not collide, but they are not secrets: whoever sees some of them can compute the next. Do not use one as
/// a token.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn trace_id(&self) -> TraceId {
        until_some(|| TraceId::new(random_u128()))
    }

    fn span_id(&self) -> SpanId {
        until_some(|| SpanId::new(random_u64s::<1>()[0]))
    }

    fn request_id(&self) -> u128 {
        until_some(|| Some(random_u128()).filter(|&value| value != 0))
    }
}

fn until_some<T>(mut draw: impl FnMut() -> Option<T>) -> T {
    loop {
        if let Some(value) = draw() {
            return value;
        }
    }
}

fn random_u128() -> u128 {
    let [high, low] = random_u64s();
    u128::from(high) << 64 | u128::from(low)
}

thread_local! {
    // Zero stands for "not seeded yet": the generator never reaches it. Constant and without a destructor, so that
    // reading it is a plain load and it is still there when other thread-local values are being destroyed.
    static STATE: Cell<[u64; 4]> = const { Cell::new([0; 4]) };
}

fn random_u64s<const N: usize>() -> [u64; N] {
    STATE.with(|cell| {
        let mut state = cell.get();
        if state == [0; 4] {
            state = seed();
        }
        let values = std::array::from_fn(|_| next(&mut state));
        cell.set(state);
        values
    })
}

/// One step of xoshiro256++ (Blackman and Vigna, 2018): a few additions and rotations, a period of 2^256 - 1.
fn next(state: &mut [u64; 4]) -> u64 {
    let value = state[0].wrapping_add(state[3]).rotate_left(23).wrapping_add(state[0]);
    let shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = state[3].rotate_left(45);
    value
}

/// The standard library asks the operating system for 128 random bits in every thread, to key the hashes of its maps.
/// Hashing four numbers under such a key yields the 256 bits that the generator starts from. That spares this crate a
/// dependency for randomness; two threads, here or on other machines, start alike with a chance of 2^-128.
#[cold]
fn seed() -> [u64; 4] {
    let keyed = RandomState::new();
    until_some(|| Some(std::array::from_fn(|word| keyed.hash_one(word))).filter(|&state| state != [0; 4]))
}

/// Ids for tests: 1, 2, 3 and so on, counted apart for traces, spans and requests.
#[derive(Debug, Default)]
pub struct SequentialIds {
    traces: AtomicU64,
    spans: AtomicU64,
    requests: AtomicU64,
}

impl SequentialIds {
    /// A source whose first ids are 1.
    pub fn new() -> Self {
        Self::default()
    }
}

impl IdSource for SequentialIds {
    fn trace_id(&self) -> TraceId {
        until_some(|| TraceId::new(increment(&self.traces).into()))
    }

    fn span_id(&self) -> SpanId {
        until_some(|| SpanId::new(increment(&self.spans)))
    }

    fn request_id(&self) -> u128 {
        until_some(|| Some(increment(&self.requests)).filter(|&value| value != 0)).into()
    }
}

fn increment(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_generator_is_xoshiro256_plus_plus() {
        // The first values from the state 1, 2, 3, 4, as the authors' C source yields them.
        let mut state = [1, 2, 3, 4];
        let values: [u64; 4] = std::array::from_fn(|_| next(&mut state));
        assert_eq!(values, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn a_thread_goes_on_where_its_generator_stands() {
        RandomIds.span_id();
        let mut state = STATE.with(Cell::get);
        for _ in 0..3 {
            assert_eq!(RandomIds.span_id().get(), next(&mut state));
        }
    }

    #[test]
    fn random_ids_do_not_repeat_within_a_thread_or_between_threads() {
        let drawn: Vec<u128> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let draw = |_| [RandomIds.trace_id().get(), RandomIds.request_id()];
                        (0..10_000).flat_map(draw).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(drawn.len(), 80_000);
        assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 80_000);
    }

    #[test]
    fn every_bit_of_a_random_id_varies() {
        let traces: Vec<u128> = (0..200).map(|_| RandomIds.trace_id().get()).collect();
        assert_eq!(traces.iter().fold(0, |all, id| all | id), u128::MAX);
        assert_eq!(traces.iter().fold(u128::MAX, |all, id| all & id), 0);
        let spans: Vec<u64> = (0..200).map(|_| RandomIds.span_id().get()).collect();
        assert_eq!(spans.iter().fold(0, |all, id| all | id), u64::MAX);
        assert_eq!(spans.iter().fold(u64::MAX, |all, id| all & id), 0);
    }

    #[test]
    fn sequential_ids_count_each_kind_from_one() {
        let ids = SequentialIds::new();
        assert_eq!([ids.trace_id().get(), ids.trace_id().get()], [1, 2]);
        assert_eq!([ids.span_id().get(), ids.span_id().get()], [1, 2]);
        assert_eq!([ids.request_id(), ids.request_id()], [1, 2]);
    }

    #[test]
    fn sequential_ids_pass_over_zero_when_they_wrap() {
        let ids = SequentialIds { spans: AtomicU64::new(u64::MAX - 1), ..SequentialIds::new() };
        assert_eq!([ids.span_id().get(), ids.span_id().get()], [u64::MAX, 1]);
    }
}

//! The requests that are kept one by one: which of them go where there is no more room.

use std::collections::VecDeque;

use crate::kept::{Class, Kept};

/// Of so many of the last ones everything is kept, and of those before them what a list shows.
const MOST_RECENT_WITH_DETAIL: usize = 300;

/// Of each endpoint: the slowest of all, the slowest of late, and those that are like most.
const SLOWEST: usize = 2;
const LIKE_MOST: usize = 4;

/// What is late: five minutes, in milliseconds.
const LATE: u64 = 300_000;

/// The requests that are kept, by class, each the oldest first.
#[derive(Debug)]
pub(crate) struct Remembered {
    of_class: [VecDeque<Kept>; Class::ALL.len()],
    bytes: usize,
    most_bytes: usize,
    /// How many there have been.
    pub(crate) number: u64,
    /// Those that went for want of memory.
    pub(crate) given_up: u64,
}

impl Remembered {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Remembered { of_class: Default::default(), bytes: 0, most_bytes, number: 0, given_up: 0 }
    }

    /// How many bytes one of them may take, about.
    pub(crate) fn most_of_one(&self) -> usize {
        (self.most_bytes / 16).min(128 * 1024)
    }

    /// Keeps these. `median` says how long most requests of an endpoint take, in microseconds.
    pub(crate) fn keep(&mut self, fresh: Vec<Kept>, median: impl Fn(&str, &str) -> u64) {
        let mut fresh: Vec<Kept> = fresh;
        self.number += fresh.len() as u64;
        let (unremarkable, remarkable): (Vec<_>, Vec<_>) =
            fresh.drain(..).partition(|kept| kept.class == Class::Recent);
        remarkable.into_iter().for_each(|kept| self.push(kept));
        self.choose(unremarkable, median);
        self.tidy();
    }

    /// Says which of the fresh ones, and of those that were, are typical of their endpoints from now on.
    fn choose(&mut self, mut fresh: Vec<Kept>, median: impl Fn(&str, &str) -> u64) {
        while let Some(first) = fresh.first() {
            let (method, route) = (first.method, first.route.clone());
            let is_of_it = |kept: &Kept| kept.method == method && kept.route == route;
            let (mut pool, others): (Vec<_>, Vec<_>) = fresh.into_iter().partition(|kept| is_of_it(kept));
            fresh = others;
            pool.append(&mut self.take(Class::Typical, is_of_it));
            let is_small = pool.len() <= LIKE_MOST;
            let typical = if is_small { Vec::new() } else { typical_of(&pool, median(method, &route)) };
            for mut kept in pool {
                let is_typical = is_small || typical.contains(&kept.number);
                kept.class = if is_typical { Class::Typical } else { Class::Recent };
                self.push(kept);
            }
        }
    }

    fn take(&mut self, class: Class, is_wanted: impl Fn(&Kept) -> bool) -> Vec<Kept> {
        let all = &mut self.of_class[class as usize];
        let mut taken = Vec::new();
        let mut at = 0;
        while at < all.len() {
            if is_wanted(&all[at]) {
                taken.extend(all.remove(at));
            } else {
                at += 1;
            }
        }
        self.bytes -= taken.iter().map(Kept::bytes).sum::<usize>();
        taken
    }

    fn push(&mut self, kept: Kept) {
        self.bytes += kept.bytes();
        let all = &mut self.of_class[kept.class as usize];
        let at = all.iter().rposition(|other| other.number < kept.number).map_or(0, |at| at + 1);
        all.insert(at, kept);
    }

    fn tidy(&mut self) {
        let recent = &mut self.of_class[Class::Recent as usize];
        let old = recent.len().saturating_sub(MOST_RECENT_WITH_DETAIL);
        for kept in recent.range_mut(..old).rev().take_while(|kept| kept.has_detail()) {
            self.bytes -= kept.bytes();
            kept.forget_detail();
            self.bytes += kept.bytes();
        }
        while self.bytes > self.most_bytes {
            let Some(kept) = self.of_class.iter_mut().find_map(VecDeque::pop_front) else { break };
            self.bytes -= kept.bytes();
            self.given_up += 1;
        }
    }

    /// Lets go of what is not remarkable and ended before this, in milliseconds since 1970.
    pub(crate) fn forget_before(&mut self, at: u64) {
        for class in [Class::Recent, Class::Typical] {
            let old = self.take(class, |kept| kept.at < at);
            drop(old);
        }
    }

    /// All of them, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Kept> {
        self.of_class.iter().flatten()
    }

    /// Those that were kept after so many others, the oldest first.
    pub(crate) fn since(&self, number: u64) -> Vec<&Kept> {
        let newer = |all: &'_ VecDeque<Kept>| all.iter().rev().take_while(|kept| kept.number >= number).count();
        let mut since: Vec<&Kept> =
            self.of_class.iter().flat_map(|all| all.iter().skip(all.len() - newer(all))).collect();
        since.sort_by_key(|kept| kept.number);
        since
    }

    pub(crate) fn len(&self) -> usize {
        self.of_class.iter().map(VecDeque::len).sum()
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Which of these to keep for their endpoint, by number.
fn typical_of(pool: &[Kept], median: u64) -> Vec<u64> {
    let late = pool.iter().map(|kept| kept.at).max().unwrap_or_default().saturating_sub(LATE);
    let mut slowest: Vec<&Kept> = pool.iter().filter(|kept| kept.has_detail()).collect();
    slowest.sort_by_key(|kept| std::cmp::Reverse((kept.duration, kept.number)));
    let is_late = |kept: &&&Kept| kept.at >= late;
    let mut chosen: Vec<u64> = slowest.iter().take(SLOWEST).map(|kept| kept.number).collect();
    chosen.extend(slowest.iter().filter(is_late).take(SLOWEST).map(|kept| kept.number));
    let mut like_most: Vec<&Kept> = slowest.iter().filter(is_late).copied().collect();
    like_most.sort_by_key(|kept| (kept.duration.abs_diff(median), std::cmp::Reverse(kept.number)));
    chosen.extend(like_most.iter().take(LIKE_MOST).map(|kept| kept.number));
    chosen
}

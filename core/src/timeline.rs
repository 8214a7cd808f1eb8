//! The running account of a request's time.
//!
//! At each change (a call opens, a poll ends, ...) the time since the last change is charged to the share that had
//! precedence. So the shares sum to the duration by construction, in constant memory, however many calls there are.
//!
//! Some calls are only heard of when they are over: sqlx's events say at the end how long a query took. For those the
//! latest segments are kept too, so that the time can be taken back from the shares it was charged to.

use crate::breakdown::{Breakdown, Share};

#[derive(Debug)]
pub(crate) struct Timeline {
    start: u64,
    last: u64,
    /// How many calls of each of the first four shares are open.
    open: [u32; 4],
    polling: u32,
    sending: bool,
    polled: u64,
    nanos: [u64; 7],
    history: Option<History>,
}

impl Timeline {
    /// It begins with a poll. `remembers`: calls may be reported after they ended.
    pub(crate) fn new(start: u64, remembers: bool) -> Self {
        Timeline {
            start,
            last: start,
            open: [0; 4],
            polling: 1,
            sending: false,
            polled: 0,
            nanos: [0; 7],
            history: remembers.then(|| History::new(start)),
        }
    }

    pub(crate) fn call_started(&mut self, share: Share, now: u64) {
        self.advance(now);
        if let Some(open) = self.open.get_mut(share as usize) {
            *open += 1;
        }
    }

    pub(crate) fn call_ended(&mut self, share: Share, now: u64) {
        self.advance(now);
        if let Some(open) = self.open.get_mut(share as usize) {
            *open = open.saturating_sub(1);
        }
    }

    pub(crate) fn poll_started(&mut self, now: u64) {
        self.advance(now);
        self.polling += 1;
    }

    pub(crate) fn poll_ended(&mut self, now: u64) {
        self.advance(now);
        self.polling = self.polling.saturating_sub(1);
    }

    pub(crate) fn body_started(&mut self, now: u64) {
        self.advance(now);
        self.sending = true;
    }

    /// Charges what lies between `start` and `end`, both past, to `share`, as far as no share with precedence has it.
    /// False where `start` lies before what is remembered and the rest had to be estimated.
    pub(crate) fn call_reported(&mut self, share: Share, start: u64, end: u64, now: u64) -> bool {
        self.advance(now);
        let start = start.max(self.start);
        let end = end.min(self.last);
        if start >= end {
            return true;
        }
        let Some(history) = &mut self.history else {
            return self.estimate(share, end - start);
        };
        let forgotten = history.begin;
        for (from, taken) in history.charge(share, start, end) {
            self.nanos[from as usize] -= taken;
            self.nanos[share as usize] += taken;
        }
        if start < forgotten { self.estimate(share, end.min(forgotten) - start) } else { true }
    }

    /// Takes up to `wanted` from the shares behind `share`, the vaguest first.
    fn estimate(&mut self, share: Share, mut wanted: u64) -> bool {
        for from in Share::ALL.into_iter().rev().take_while(|from| *from > share) {
            let taken = wanted.min(self.nanos[from as usize]);
            self.nanos[from as usize] -= taken;
            self.nanos[share as usize] += taken;
            wanted -= taken;
        }
        false
    }

    /// The time being polled so far.
    pub(crate) fn polled(&self) -> u64 {
        self.polled
    }

    pub(crate) fn finish(&mut self, now: u64) -> (u64, Breakdown) {
        let breakdown = self.so_far(now);
        (self.last - self.start, breakdown)
    }

    pub(crate) fn so_far(&mut self, now: u64) -> Breakdown {
        self.advance(now);
        Breakdown::from_nanos(self.nanos)
    }

    fn advance(&mut self, now: u64) {
        // Threads read the clock before they get here, so a reading can be older than the last change.
        let Some(elapsed) = now.checked_sub(self.last).filter(|elapsed| *elapsed > 0) else { return };
        let share = self.share();
        self.nanos[share as usize] += elapsed;
        if self.polling > 0 {
            self.polled += elapsed;
        }
        self.last = now;
        if let Some(history) = &mut self.history {
            history.push(now, share);
        }
    }

    fn share(&self) -> Share {
        match self.open {
            [0, 0, 0, 0] if self.polling > 0 => Share::Own,
            [0, 0, 0, 0] if self.sending => Share::Body,
            [0, 0, 0, 0] => Share::Waiting,
            [0, 0, 0, _] => Share::Cache,
            [0, 0, _, _] => Share::External,
            [0, _, _, _] => Share::ConnectionWait,
            _ => Share::Database,
        }
    }
}

/// The latest segments, each ending where the next begins.
#[derive(Debug)]
struct History {
    begin: u64,
    /// The end of each segment and its share, in the low three bits.
    segments: Vec<u64>,
}

impl History {
    /// 4 KiB. A request that changes more often than this while one query runs is charged by estimate.
    const MOST: usize = 512;

    fn new(begin: u64) -> Self {
        History { begin, segments: Vec::new() }
    }

    fn push(&mut self, end: u64, share: Share) {
        if let Some(last) = self.segments.last_mut()
            && segment(*last).1 == share
        {
            *last = packed(end, share);
            return;
        }
        if self.segments.len() == Self::MOST {
            self.begin = segment(self.segments[Self::MOST / 2 - 1]).0;
            self.segments.drain(..Self::MOST / 2);
        }
        self.segments.push(packed(end, share));
    }

    /// Gives the remembered part of `start..end` to `share` and returns from whom it was taken.
    fn charge(&mut self, share: Share, start: u64, end: u64) -> Vec<(Share, u64)> {
        // Segments that end at or before the start are not touched.
        let first = self.segments.partition_point(|packed| segment(*packed).0 <= start);
        let tail = self.segments.split_off(first);
        let mut begin = self.segments.last().map_or(self.begin, |packed| segment(*packed).0);
        let mut taken = Vec::with_capacity(tail.len());
        for packed in tail {
            let (until, owner) = segment(packed);
            let from = start.clamp(begin, until);
            let to = end.clamp(begin, until);
            if owner > share && to > from {
                taken.push((owner, to - from));
                self.append(from, owner, begin);
                self.append(to, share, from);
                self.append(until, owner, to);
            } else {
                self.append(until, owner, begin);
            }
            begin = until;
        }
        taken
    }

    fn append(&mut self, end: u64, share: Share, begin: u64) {
        if end > begin {
            self.push(end, share);
        }
    }
}

fn packed(end: u64, share: Share) -> u64 {
    end << 3 | share as u64
}

fn segment(packed: u64) -> (u64, Share) {
    (packed >> 3, Share::from_index(packed & 7))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn waiting(start: u64, remembers: bool) -> Timeline {
        let mut timeline = Timeline::new(start, remembers);
        timeline.poll_ended(start);
        timeline
    }

    fn shares(timeline: &mut Timeline, now: u64) -> [u64; 7] {
        let (_, breakdown) = timeline.finish(now);
        Share::ALL.map(|share| breakdown.share(share).as_nanos() as u64)
    }

    #[test]
    fn an_instant_belongs_to_the_first_that_is_open() {
        let mut timeline = Timeline::new(0, false);
        timeline.call_started(Share::Cache, 10);
        timeline.call_started(Share::External, 20);
        timeline.call_started(Share::ConnectionWait, 30);
        timeline.call_started(Share::Database, 40);
        timeline.call_ended(Share::Database, 50);
        timeline.call_ended(Share::ConnectionWait, 60);
        timeline.call_ended(Share::External, 70);
        timeline.call_ended(Share::Cache, 80);
        timeline.poll_ended(90);
        timeline.body_started(100);
        timeline.poll_started(110);
        timeline.poll_ended(120);
        assert_eq!(shares(&mut timeline, 130), [10, 20, 20, 20, 30, 20, 10]);
        assert_eq!(timeline.polled(), 100);
    }

    #[test]
    fn a_call_that_is_reported_late_takes_its_time_back() {
        let mut timeline = Timeline::new(0, true);
        timeline.poll_ended(10);
        timeline.poll_started(50);
        assert!(timeline.call_reported(Share::Database, 5, 45, 50));
        assert_eq!(shares(&mut timeline, 60), [40, 0, 0, 0, 15, 0, 5]);
    }

    #[test]
    fn late_reports_that_overlap_count_an_instant_once() {
        let mut timeline = waiting(100, true);
        assert!(timeline.call_reported(Share::External, 110, 150, 200));
        assert!(timeline.call_reported(Share::Database, 120, 160, 200));
        assert!(timeline.call_reported(Share::Database, 130, 140, 200));
        assert_eq!(shares(&mut timeline, 200), [40, 0, 10, 0, 0, 0, 50]);
    }

    #[test]
    fn a_report_from_before_what_is_remembered_is_estimated_and_said() {
        let mut timeline = waiting(0, true);
        for poll in 0..1000 {
            timeline.poll_started(poll * 10);
            timeline.poll_ended(poll * 10 + 5);
        }
        assert!(!timeline.call_reported(Share::Database, 0, 10_000, 10_000));
        assert_eq!(shares(&mut timeline, 10_000), [10_000, 0, 0, 0, 0, 0, 0]);
    }

    #[derive(Debug, Clone)]
    struct Interval {
        share: Share,
        start: u64,
        length: u64,
        reported: bool,
    }

    fn interval() -> impl Strategy<Value = Interval> {
        (0usize..5, 0u64..1000, 1u64..400, any::<bool>()).prop_map(|(share, start, length, reported)| Interval {
            share: Share::ALL[share],
            start,
            length,
            // Polls are always seen live.
            reported: reported && share < 4,
        })
    }

    proptest! {
        /// Against the rule itself, instant by instant.
        #[test]
        fn overlapping_calls_are_charged_by_the_rule(intervals in prop::collection::vec(interval(), 0..24), body in 0u64..1500) {
            const END: u64 = 1500;
            let mut changes = vec![(body, 0, None)];
            for interval in &intervals {
                let end = interval.start + interval.length;
                if !interval.reported {
                    changes.push((interval.start, 1, Some(interval)));
                }
                changes.push((end, 2, Some(interval)));
            }
            changes.sort_by_key(|(at, order, _)| (*at, *order));
            let mut timeline = waiting(0, true);
            for (at, order, interval) in changes {
                match (order, interval) {
                    (0, _) => timeline.body_started(at),
                    (1, Some(Interval { share: Share::Own, .. })) => timeline.poll_started(at),
                    (1, Some(interval)) => timeline.call_started(interval.share, at),
                    (_, Some(Interval { share: Share::Own, .. })) => timeline.poll_ended(at),
                    (_, Some(interval)) if interval.reported => {
                        prop_assert!(timeline.call_reported(interval.share, interval.start, at, at));
                    }
                    (_, Some(interval)) => timeline.call_ended(interval.share, at),
                    (_, None) => unreachable!(),
                }
            }
            let mut expected = [0u64; 7];
            for instant in 0..END {
                let share = intervals
                    .iter()
                    .filter(|interval| (interval.start..interval.start + interval.length).contains(&instant))
                    .map(|interval| interval.share)
                    .min()
                    .unwrap_or(if instant >= body { Share::Body } else { Share::Waiting });
                expected[share as usize] += 1;
            }
            prop_assert_eq!(shares(&mut timeline, END), expected);
        }
    }
}

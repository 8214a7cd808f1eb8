//! How much there was when.

use std::collections::VecDeque;

use tachograph_summary::Distribution;

use super::moment::{Millis, hour_and_weekday};

/// More slots than this are made into fewer.
const MOST_SLOTS: usize = 240;

/// How wide slots can be, in milliseconds. Each is a multiple of the one before it, so that slots always fit into wider
/// ones; beyond a day it goes on in powers of two.
const WIDTHS: [Millis; 9] = [1000, 5000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000];

/// Of what happened in some time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slot {
    pub(crate) requests: f64,
    pub(crate) errors: f64,
    pub(crate) durations: Distribution,
}

/// Requests over time, in slots as wide as is needed for few of them, whatever the time is that the lines are of.
#[derive(Debug, Clone)]
pub(crate) struct OverTime {
    /// Milliseconds.
    width: Millis,
    /// The number of the first slot, counted from 1970.
    first: i64,
    slots: VecDeque<Slot>,
}

impl Default for OverTime {
    fn default() -> Self {
        OverTime { width: WIDTHS[0], first: 0, slots: VecDeque::new() }
    }
}

impl OverTime {
    /// The slot of this time.
    #[inline]
    pub(crate) fn at(&mut self, at: Millis) -> &mut Slot {
        loop {
            let number = at.div_euclid(self.width);
            if self.slots.is_empty() {
                self.first = number;
            }
            let (first, end) = (self.first.min(number), (self.first + self.slots.len() as i64).max(number + 1));
            if end - first > MOST_SLOTS as i64 {
                self.widen(wider(self.width));
                continue;
            }
            while self.first > number {
                self.slots.push_front(Slot::default());
                self.first -= 1;
            }
            let place = (number - self.first) as usize;
            if place >= self.slots.len() {
                self.slots.resize_with(place + 1, Slot::default);
            }
            return &mut self.slots[place];
        }
    }

    /// With all of another.
    pub(crate) fn merge(&mut self, mut other: OverTime) {
        self.widen(self.width.max(other.width));
        other.widen(self.width);
        for (place, slot) in (0..).zip(&other.slots) {
            self.at((other.first + place) * other.width).merge(slot);
        }
    }

    /// When each slot begins, and what is in it.
    pub(crate) fn slots(&self) -> impl Iterator<Item = (Millis, &Slot)> {
        (self.first..).zip(&self.slots).map(|(number, slot)| (number * self.width, slot))
    }

    /// How wide a slot is, in milliseconds.
    pub(crate) fn width(&self) -> Millis {
        self.width
    }

    fn widen(&mut self, width: Millis) {
        if width == self.width {
            return;
        }
        let old = std::mem::replace(self, OverTime { width, ..OverTime::default() });
        for (number, slot) in (old.first..).zip(&old.slots) {
            self.at(number * old.width).merge(slot);
        }
    }
}

/// The next width.
fn wider(width: Millis) -> Millis {
    WIDTHS.into_iter().find(|wider| *wider > width).unwrap_or(width * 2)
}

impl Slot {
    fn merge(&mut self, other: &Slot) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.durations.merge(&other.durations);
    }
}

/// What there was in each hour of each day of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Hour {
    /// Requests or calls.
    pub(crate) count: f64,
    /// Those that failed.
    pub(crate) errors: f64,
    /// Their time, in microseconds.
    pub(crate) total: f64,
}

/// By day of the week, from Monday, and hour of the day, in UTC.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ByHour(pub(crate) Box<[[Hour; 24]; 7]>);

impl ByHour {
    /// The hour of this time.
    #[inline]
    pub(crate) fn at(&mut self, at: Millis) -> &mut Hour {
        let (hour, weekday) = hour_and_weekday(at);
        &mut self.0[weekday][hour]
    }

    /// With all of another.
    pub(crate) fn merge(&mut self, other: &ByHour) {
        for (own, other) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            own.merge(other);
        }
    }

    /// Each hour of the day, whatever the day.
    pub(crate) fn of_day(&self) -> [Hour; 24] {
        std::array::from_fn(|hour| sum(self.0.iter().map(|day| &day[hour])))
    }

    /// Each day of the week.
    pub(crate) fn of_week(&self) -> [Hour; 7] {
        std::array::from_fn(|day| sum(self.0[day].iter()))
    }
}

impl Hour {
    fn merge(&mut self, other: &Hour) {
        self.count += other.count;
        self.errors += other.errors;
        self.total += other.total;
    }
}

fn sum<'a>(hours: impl Iterator<Item = &'a Hour>) -> Hour {
    let mut sum = Hour::default();
    hours.for_each(|hour| sum.merge(hour));
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_each(times: impl Iterator<Item = Millis>) -> OverTime {
        let mut over_time = OverTime::default();
        times.for_each(|at| over_time.at(at).requests += 1.0);
        over_time
    }

    #[test]
    fn slots_are_as_wide_as_few_of_them_need() {
        for (apart, width) in [(1, 1000), (1000, 5000), (60_000, 300_000), (86_400_000, 8 * 86_400_000)] {
            let over_time = at_each((0..1000).map(|number| 1_700_000_000_000 + number * apart));
            assert_eq!(over_time.width(), width, "{apart}");
            assert!(over_time.slots().count() <= MOST_SLOTS);
            assert_eq!(over_time.slots().map(|(_, slot)| slot.requests).sum::<f64>(), 1000.0);
            assert!(over_time.slots().all(|(at, _)| at % width == 0));
        }
    }

    #[test]
    fn the_order_and_the_thread_of_a_request_make_no_difference() {
        let times: Vec<Millis> = (0..5000).map(|number| (number * 7919) % 5000 * 977 - 1_000_000).collect();
        let shown = |over_time: &OverTime| -> Vec<_> {
            over_time.slots().filter(|(_, slot)| slot.requests > 0.0).map(|(at, slot)| (at, slot.requests)).collect()
        };
        let whole = at_each(times.iter().copied());
        let mut merged = at_each(times[..10].iter().copied());
        merged.merge(at_each(times[10..4000].iter().copied()));
        merged.merge(OverTime::default());
        merged.merge(at_each(times[4000..].iter().copied()));
        assert_eq!(shown(&merged), shown(&whole));
        assert_eq!(merged.width(), whole.width());
    }

    #[test]
    fn what_was_in_a_wide_slot_is_in_no_narrow_one() {
        let wide = || at_each([0, 100_000_000].into_iter());
        let narrow = || at_each([50_000_000].into_iter());
        for (mut one, other) in [(wide(), narrow()), (narrow(), wide())] {
            one.merge(other);
            assert_eq!(one.width(), wide().width());
            assert_eq!(one.slots().map(|(_, slot)| slot.requests).sum::<f64>(), 3.0);
        }
    }

    #[test]
    fn times_as_far_apart_as_can_be_have_slots() {
        let over_time = at_each([-62_135_596_800_000, 253_402_300_799_999].into_iter());
        assert_eq!(over_time.slots().map(|(_, slot)| slot.requests).sum::<f64>(), 2.0);
    }
}

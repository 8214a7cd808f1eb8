//! How much there was when.

use std::collections::VecDeque;

use tachograph_summary::Distribution;

use super::moment::{Millis, hour_and_weekday};

/// More slots than this are made into half as many.
const MOST_SLOTS: usize = 120;

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
        OverTime { width: 1000, first: 0, slots: VecDeque::new() }
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
                self.widen(self.width * 2);
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

    /// Widths are a second times a power of two, so that slots always fit into wider ones.
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

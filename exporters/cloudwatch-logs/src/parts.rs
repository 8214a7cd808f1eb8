//! A batch of lines, as calls of PutLogEvents.

use std::time::SystemTime;

use crate::event::{Event, event};

/// What one call may bring.
pub(crate) const MOST_EVENTS: u64 = 10_000;
pub(crate) const MOST_BYTES: usize = 1_048_576;
/// What an event counts beyond its message.
pub(crate) const EVENT_BYTES: usize = 26;
/// Between the first and the last event, in milliseconds: less than a day.
const LONGEST_SPAN: i64 = 24 * 3_600_000 - 1;

/// The events of one call, in order of time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub(crate) events: Vec<Event<'a>>,
    /// Where the lines that they are made of end in the batch.
    pub(crate) end: usize,
    /// How many of them had to be cut.
    pub(crate) cut: u64,
}

/// Divides lines, in the order in which they were written, into calls that keep every limit.
pub(crate) struct Parts<'a> {
    batch: &'a [u8],
    start: usize,
    now: SystemTime,
}

impl<'a> Parts<'a> {
    /// `now` is the time of lines that do not say theirs.
    pub(crate) fn of(batch: &'a [u8], now: SystemTime) -> Self {
        Parts { batch, start: 0, now }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let mut part = Part { events: Vec::new(), end: self.start, cut: 0 };
        let (mut bytes, mut span) = (0, None);
        for line in self.batch[self.start..].split_inclusive(|byte| *byte == b'\n') {
            let (event, cut) = event(line, self.now);
            // CloudWatch Logs refuses a call with an event that is empty; there is nothing in it to lose.
            if !event.message.is_empty() {
                let (earliest, latest) = span.unwrap_or((event.millis, event.millis));
                let (earliest, latest) = (event.millis.min(earliest), event.millis.max(latest));
                bytes += event.message.len() + EVENT_BYTES;
                let is_full = part.events.len() as u64 == MOST_EVENTS;
                if !part.events.is_empty() && (is_full || bytes > MOST_BYTES || latest - earliest > LONGEST_SPAN) {
                    break;
                }
                span = Some((earliest, latest));
                part.cut += u64::from(cut);
                part.events.push(event);
            }
            part.end += line.len();
        }
        self.start = part.end;
        // Those of one time stay in the order in which they were written.
        part.events.sort_by_key(|event| event.millis);
        (!part.events.is_empty()).then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};
    use tachograph_core::iso_8601;

    const NOW: SystemTime = UNIX_EPOCH;

    fn line(seconds: u64, rest: &str) -> String {
        let time = iso_8601(UNIX_EPOCH + Duration::from_secs(seconds));
        format!("{{\"timestamp\":\"{}\",\"m\":\"{rest}\"}}\n", std::str::from_utf8(&time).unwrap())
    }

    fn size(event: &Event<'_>) -> usize {
        event.message.len() + 26
    }

    fn ends(batch: &str) -> Vec<usize> {
        let parts: Vec<_> = Parts::of(batch.as_bytes(), NOW).collect();
        for part in &parts {
            assert!(part.events.is_sorted_by_key(|event| event.millis));
            assert!(part.events.len() <= 10_000 && part.events.iter().map(size).sum::<usize>() <= MOST_BYTES);
        }
        parts.into_iter().map(|part| part.end).collect()
    }

    #[test]
    fn lines_are_put_in_order_of_time_and_else_stay_as_they_were_written() {
        let batch = [line(7, "c"), line(5, "a"), line(7, "d"), line(6, "b")].concat();
        let mut parts = Parts::of(batch.as_bytes(), NOW);
        let part = parts.next().unwrap();
        let last: Vec<char> = part.events.iter().map(|event| event.message.chars().rev().nth(2).unwrap()).collect();
        assert_eq!((last, part.end, parts.next()), (vec!['a', 'b', 'c', 'd'], batch.len(), None));
    }

    #[test]
    fn no_part_spans_a_day() {
        let day = 24 * 3600;
        let batch = [line(day, ""), line(1, ""), line(2 * day, ""), line(0, ""), line(day - 1, "")].concat();
        let length = batch.len() / 5;
        assert_eq!(ends(&batch), [2 * length, 3 * length, 5 * length]);
        assert_eq!(ends(&[line(0, ""), line(day, "")].concat()).len(), 2, "less than a day, not a day");
    }

    #[test]
    fn no_part_has_more_events_than_a_call_may() {
        let batch = "x\n".repeat(25_000);
        assert_eq!(ends(&batch), [20_000, 40_000, 50_000]);
    }

    #[test]
    fn no_part_has_more_bytes_than_a_call_may() {
        // 10 events of 104,800 bytes and one of 290, each with 26 more, are the 1,048,576 that are allowed.
        let most = format!("{}\n", "x".repeat(104_800)).repeat(10);
        let fits = 1_048_576 - 10 * (104_800 + 26) - 26;
        let last = |length: usize| format!("{}\n", "x".repeat(length));
        assert_eq!(ends(&(most.clone() + &last(fits))), [most.len() + fits + 1]);
        assert_eq!(ends(&(most.clone() + &last(fits + 1))), [most.len(), most.len() + fits + 2]);
    }

    #[test]
    fn an_event_that_is_cut_is_counted_and_one_that_is_empty_is_none() {
        let batch = format!("\n{}\n\n", "x".repeat(1_000_001));
        let parts: Vec<_> = Parts::of(batch.as_bytes(), NOW).collect();
        assert_eq!((parts.len(), parts[0].end, parts[0].cut, parts[0].events.len()), (1, batch.len(), 1, 1));
        assert_eq!(Parts::of(b"\n", NOW).next(), None);
    }
}

//! The limits of one PutLogEvents.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;

use super::{Refused, group_name, stream_name};

const MOST_EVENTS: usize = 10_000;
const MOST_BYTES: usize = 1_048_576;
/// What an event counts beyond its message.
const EVENT_BYTES: usize = 26;
/// What AWS calls 1 MB, by the stricter of the two ways to read it.
const MOST_MESSAGE_BYTES: usize = 1_000_000;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// What a client brings.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Batch<'a> {
    #[serde(borrow)]
    pub(crate) log_group_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) log_stream_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) log_events: Vec<Brought<'a>>,
    // A `sequenceToken` is ignored by the service since 2023, and refused here.
}

/// One event of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Brought<'a> {
    pub(crate) timestamp: i64,
    #[serde(borrow)]
    pub(crate) message: Cow<'a, str>,
}

impl Batch<'_> {
    /// What does not depend on what the service has, nor on the time.
    pub(crate) fn check(&self) -> Result<(), Refused> {
        group_name(&self.log_group_name)?;
        stream_name(&self.log_stream_name)?;
        let events = &self.log_events;
        if !(1..=MOST_EVENTS).contains(&events.len()) {
            return Err(Refused::invalid(format!("{} events are not 1 to {MOST_EVENTS}", events.len())));
        }
        if let Some(event) = events.iter().find(|event| event.message.is_empty() || event.timestamp < 0) {
            return Err(Refused::invalid(format!("an event has no message, or no time: {event:?}")));
        }
        if let Some(long) = events.iter().find(|event| event.message.len() > MOST_MESSAGE_BYTES) {
            return Err(Refused::invalid(format!("Log event too large: {} bytes", long.message.len())));
        }
        let bytes: usize = events.iter().map(|event| event.message.len() + EVENT_BYTES).sum();
        if bytes > MOST_BYTES {
            return Err(Refused::invalid(format!("Upload too large: {bytes} bytes exceeds limit of {MOST_BYTES}")));
        }
        if !events.is_sorted_by_key(|event| event.timestamp) {
            let rule = "Log events in a single PutLogEvents request must be in chronological order.";
            return Err(Refused::invalid(rule));
        }
        let times = events.first().map(|event| event.timestamp).zip(events.last().map(|event| event.timestamp));
        match times {
            Some((first, last)) if last - first > DAY => Err(Refused::invalid(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
            )),
            _ => Ok(()),
        }
    }
}

/// Of events in order of time: how many of the first are too old at all, how many of the first are older than the group keeps
/// them, and which are taken.
pub(crate) fn rejected(times: &[i64], now: i64, retention_days: Option<i64>) -> (usize, usize, Range<usize>) {
    let too_old = times.partition_point(|time| *time < now - 14 * DAY);
    let expired = times.partition_point(|time| retention_days.is_some_and(|days| *time < now - days * DAY));
    let too_new = times.partition_point(|time| *time <= now + 2 * HOUR);
    (too_old, expired, too_old.max(expired)..too_new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(events: &[(i64, &str)]) -> Result<(), String> {
        let log_events =
            events.iter().map(|(timestamp, message)| Brought { timestamp: *timestamp, message: (*message).into() });
        let (log_group_name, log_stream_name) = ("group".into(), "stream".into());
        let batch = Batch { log_group_name, log_stream_name, log_events: log_events.collect() };
        batch.check().map_err(|refused| refused.message)
    }

    #[test]
    fn each_limit_is_the_last_that_is_allowed() {
        let (one, many) = ("x", "x".repeat(999_987));
        assert_eq!(check(&[(0, one); 10_000]), Ok(()));
        assert!(check(&[(0, one); 10_001]).is_err());
        assert!(check(&[]).is_err());
        assert!(check(&[(0, "")]).is_err());
        assert!(check(&[(-1, one)]).is_err());
        let rest = "ä".repeat((1_048_576 - 999_987 - 52) / 2) + "x";
        assert_eq!(check(&[(0, &many), (0, &rest)]), Ok(()), "bytes are counted, not characters");
        assert!(check(&[(0, &many), (0, &(rest + "x"))]).unwrap_err().contains("1048577 bytes"));
        assert_eq!(check(&[(0, &"x".repeat(1_000_000))]), Ok(()));
        assert!(check(&[(0, &"x".repeat(1_000_001))]).is_err());
    }

    #[test]
    fn times_ascend_within_a_day() {
        assert_eq!(check(&[(5, "x"), (5, "y"), (DAY + 5, "z")]), Ok(()));
        assert!(check(&[(5, "x"), (DAY + 6, "z")]).unwrap_err().contains("24 hours"));
        assert!(check(&[(5, "x"), (4, "z")]).unwrap_err().contains("chronological"));
    }

    #[test]
    fn what_is_too_old_expired_or_of_the_future_is_not_taken() {
        let now = 100 * DAY;
        let times = [now - 15 * DAY, now - 14 * DAY, now - 4 * DAY, now, now + 2 * HOUR, now + 2 * HOUR + 1];
        assert_eq!(rejected(&times, now, None), (1, 0, 1..5));
        assert_eq!(rejected(&times, now, Some(3)), (1, 3, 3..5));
    }
}

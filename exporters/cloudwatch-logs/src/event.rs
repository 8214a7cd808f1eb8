//! A line, as an event of CloudWatch Logs.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

/// What AWS calls 1 MB, by the stricter of the two ways to read it.
const MOST_BYTES: usize = 1_000_000;

/// What stands at the end of a message that was cut.
const CUT: &str = "…";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// Since the beginning of 1970.
    pub(crate) millis: i64,
    pub(crate) message: Cow<'a, str>,
}

/// What stands before a line of [text](tachograph_json::Settings::text_times).
const TIME_BYTES: usize = "2026-11-21T07:05:29.123Z ".len();

/// The event of a line, and whether it had to be cut. One that does not say its time is of `now`.
pub(crate) fn event(line: &[u8], now: SystemTime) -> (Event<'_>, bool) {
    let mut line = line.strip_suffix(b"\n").unwrap_or(line);
    let said = tachograph_json::time_of(line);
    if said.is_some() && !line.starts_with(b"{") {
        line = line.get(TIME_BYTES..).unwrap_or_default();
    }
    let time = said.unwrap_or(now);
    // A time before 1970 would have the whole call refused.
    let millis = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
    let mut message = String::from_utf8_lossy(line);
    let cut = message.len() > MOST_BYTES;
    if cut {
        let end = message.floor_char_boundary(MOST_BYTES - CUT.len());
        message = Cow::Owned(format!("{}{CUT}", &message[..end]));
    }
    (Event { millis, message }, cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_line_is_an_event_of_the_time_that_it_says() {
        let now = UNIX_EPOCH + Duration::from_millis(5);
        let line = "{\"timestamp\":\"1970-01-02T00:00:01.500Z\",\"level\":\"info\"}";
        let with_end = format!("{line}\n");
        let (event, cut) = super::event(with_end.as_bytes(), now);
        assert_eq!((event.millis, &*event.message, cut), (86_401_500, line, false));
        let (event, _) = super::event(b"[profiler] GET / 1.00 200\n", now);
        assert_eq!((event.millis, &*event.message), (5, "[profiler] GET / 1.00 200"));
        let (event, _) = super::event(b"1970-01-01T00:00:01.500Z [profiler] GET / 1.00 200\n", now);
        assert_eq!((event.millis, &*event.message), (1500, "[profiler] GET / 1.00 200"));
        assert_eq!(super::event(b"x", UNIX_EPOCH - Duration::from_secs(1)).0.millis, 0);
        assert_eq!(super::event(b"\xff\n", now).0.message, "\u{fffd}");
    }

    #[test]
    fn an_event_is_cut_between_characters() {
        let (longest, now) = ("ä".repeat(500_000), UNIX_EPOCH);
        let (event, cut) = super::event(longest.as_bytes(), now);
        assert_eq!((event.message.len(), cut), (1_000_000, false));
        let longer = longest + "x";
        let (event, cut) = super::event(longer.as_bytes(), now);
        assert_eq!((event.message.len(), cut), (999_999, true));
        assert!(event.message.ends_with("ä…"));
    }
}

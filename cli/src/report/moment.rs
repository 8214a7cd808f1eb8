//! When something was: of a line, and as `--since` and `--until` say it.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Milliseconds since 1970.
pub(crate) type Millis = i64;

const HOUR: Millis = 3_600_000;

/// When a line says that it was written; none where that is no time.
#[inline]
pub(crate) fn of_line(text: &str) -> Option<Millis> {
    match tachograph_json::time_of(text.as_bytes()) {
        Some(time) => time.duration_since(UNIX_EPOCH).ok().and_then(|since| Millis::try_from(since.as_millis()).ok()),
        None => text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond),
    }
}

/// Its hour, 0 to 23, and its day of the week, 0 is Monday; in UTC.
#[inline]
pub(crate) fn hour_and_weekday(at: Millis) -> (usize, usize) {
    let hours = at.div_euclid(HOUR);
    // The first day of 1970 was a Thursday.
    (hours.rem_euclid(24) as usize, (hours.div_euclid(24) + 3).rem_euclid(7) as usize)
}

/// As it is written in JSON lines; empty where no calendar has it.
pub(crate) fn shown(at: Millis) -> String {
    Timestamp::from_millisecond(at).map(|at| format!("{at:.3}")).unwrap_or_default()
}

/// `1h`, `2d12h`: so long before now; `2026-11-21`, `2026-11-21T10:00`, with `Z` or `+02:00`, else in UTC.
///
/// # Errors
/// When it is none of these.
pub(crate) fn asked(text: &str, now: SystemTime) -> Result<Millis, String> {
    let now = Timestamp::try_from(now).map_err(|error| error.to_string())?;
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_millisecond());
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from));
    if let Ok(civil) = civil {
        return TimeZone::UTC.to_timestamp(civil).map(Timestamp::as_millisecond).map_err(|error| error.to_string());
    }
    // Days are 24 hours here, which jiff does not take for granted.
    let (days, rest) = match text.split_once('d') {
        Some((days, rest)) if days.bytes().all(|digit| digit.is_ascii_digit()) => {
            (days.parse::<i64>().ok(), rest.trim())
        }
        _ => (Some(0), text),
    };
    let rest = if rest.is_empty() && text.contains('d') { Ok(SignedDuration::ZERO) } else { rest.parse() };
    let ago = days
        .zip(rest.ok())
        .and_then(|(days, rest)| SignedDuration::from_hours(days.checked_mul(24)?).checked_add(rest));
    ago.and_then(|ago| now.checked_sub(ago).ok()).map(Timestamp::as_millisecond).ok_or_else(|| {
        "this is no time: use `30m`, `1h`, `7d` (before now), `2026-11-21` or `2026-11-21T10:00Z`".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_read_as_they_are_said() {
        // 2026-11-21T10:00:00Z
        let now = UNIX_EPOCH + Duration::from_secs(1_795_255_200);
        let read = |text: &str| asked(text, now).map(shown);
        let expected = [
            ("1h", "2026-11-21T09:00:00.000Z"),
            ("90m", "2026-11-21T08:30:00.000Z"),
            ("7d", "2026-11-14T10:00:00.000Z"),
            ("1d 2h", "2026-11-20T08:00:00.000Z"),
            ("1h30m", "2026-11-21T08:30:00.000Z"),
            ("2026-11-20", "2026-11-20T00:00:00.000Z"),
            ("2026-11-20T10:00", "2026-11-20T10:00:00.000Z"),
            ("2026-11-20 10:00:30", "2026-11-20T10:00:30.000Z"),
            ("2026-11-20T10:00Z", "2026-11-20T10:00:00.000Z"),
            ("2026-11-20T10:00:30.5Z", "2026-11-20T10:00:30.500Z"),
            ("2026-11-20T10:00+02:00", "2026-11-20T08:00:00.000Z"),
        ];
        for (text, time) in expected {
            assert_eq!(read(text).as_deref(), Ok(time), "{text}");
        }
        for text in ["", "yesterday", "1", "d", "2026-13-01", "99999999999999d", "-"] {
            assert!(read(text).is_err_and(|error| error.starts_with("this is no time")), "{text}");
        }
    }

    #[test]
    fn hours_and_days_are_those_of_the_calendar() {
        // A Saturday.
        assert_eq!(hour_and_weekday(of_line("2026-11-21T10:59:59.999Z").unwrap()), (10, 5));
        assert_eq!(hour_and_weekday(of_line("2026-11-23T00:00:00.000Z").unwrap()), (0, 0));
        assert_eq!(hour_and_weekday(-1), (23, 2));
        assert_eq!(of_line("2026-11-21T10:59:59.123456789+01:00"), of_line("2026-11-21T09:59:59.123Z"));
        assert_eq!(of_line("Nov 21 10:59:59"), None);
    }
}

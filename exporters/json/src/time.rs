//! The time of a line, for those who have only the line.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What all lines of JSON begin with.
const BEGIN: &[u8] = b"{\"timestamp\":\"";

/// When what a line tells of ended: by its `timestamp`, or by the [time](crate::Settings::text_times) in front of a line of
/// text; none where it says no time.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let line = br#"{"timestamp":"1970-01-02T00:00:01.500Z","level":"info"}"#;
/// assert_eq!(tachograph_json::time_of(line), Some(UNIX_EPOCH + Duration::from_millis(86_401_500)));
/// ```
pub fn time_of(line: &[u8]) -> Option<SystemTime> {
    let text: &[u8; 24] = line.strip_prefix(BEGIN).unwrap_or(line).first_chunk()?;
    let is_of_form = b"0000-00-00T00:00:00.000Z".iter().zip(text).all(|(form, byte)| match form {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    });
    let number =
        |from: usize, to: usize| text[from..to].iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    if !is_of_form {
        return None;
    }
    let [month, day, hour, minute, second] = [5, 8, 11, 14, 17].map(|at| number(at, at + 2));
    let is_in_range = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60;
    let days = is_in_range.then(|| days_since_epoch(number(0, 4), month, day)).flatten()?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_millis(number(20, 23)))
}

/// Counted in years that begin in March, so that the leap day is the last of its year.
fn days_since_epoch(year: u64, month: u64, day: u64) -> Option<u64> {
    const FROM_MARCH_OF_YEAR_0: u64 = 719_468;
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    // The months from March on have 31, 30, 31, 30, 31 days, and again: 153 in five of them.
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    (year * 365 + year / 4 - year / 100 + year / 400 + day_of_year).checked_sub(FROM_MARCH_OF_YEAR_0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tachograph_core::iso_8601;

    fn read(timestamp: &str) -> Option<SystemTime> {
        time_of(format!("{{\"timestamp\":\"{timestamp}\",\"level\":\"info\"}}\n").as_bytes())
    }

    #[test]
    fn a_time_of_each_day_of_400_years_is_read_as_it_is_written() {
        for day in 0..146_097 {
            let time =
                UNIX_EPOCH + Duration::from_secs(day * 86_400 + day % 86_400) + Duration::from_millis(day % 1000);
            assert_eq!(read(std::str::from_utf8(&iso_8601(time)).unwrap()), Some(time), "day {day}");
        }
    }

    #[test]
    fn what_is_no_time_of_ours_is_none() {
        let refused = [
            "",
            "2026-11-21T07:05:29.123",
            "2026-11-21 07:05:29.123Z",
            "2026-13-21T07:05:29.123Z",
            "2026-00-21T07:05:29.123Z",
            "2026-11-00T07:05:29.123Z",
            "2026-11-21T24:05:29.123Z",
            "2026-11-21T07:60:29.123Z",
            "2026-11-21T07:05:60.123Z",
            "2026-1a-21T07:05:29.123Z",
            "1969-12-31T23:59:59.000Z",
            "0000-01-01T00:00:00.000Z",
        ];
        for text in refused {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(time_of(b"[profiler] GET / 1.00 200"), None);
        let stamped = b"1970-01-01T00:00:01.500Z [profiler] GET / 1.00 200";
        assert_eq!(time_of(stamped), Some(UNIX_EPOCH + Duration::from_millis(1500)));
        assert_eq!(time_of(br#"{"level":"info","timestamp":"2026-11-21T07:05:29.123Z"}"#), None);
    }
}

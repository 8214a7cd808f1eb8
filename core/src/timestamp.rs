//! Times of day as ISO 8601 has them.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;

/// The last second that has a year of four digits.
const LAST: u64 = 253_402_300_799;

/// `2026-11-21T07:05:29.123Z`: UTC, with milliseconds. What is before 1970 is written as its beginning.
pub fn iso_8601(time: SystemTime) -> [u8; 24] {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since_epoch.as_secs().min(LAST);
    let (year, month, day) = date(seconds / DAY);
    let second = seconds % DAY;

    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut two_digits = |at: usize, number: u64| {
        text[at] = b'0' + (number / 10) as u8;
        text[at + 1] = b'0' + (number % 10) as u8;
    };
    two_digits(0, year / 100);
    two_digits(2, year % 100);
    two_digits(5, month);
    two_digits(8, day);
    two_digits(11, second / 3600);
    two_digits(14, second / 60 % 60);
    two_digits(17, second % 60);
    let millis = u64::from(since_epoch.subsec_millis());
    two_digits(20, millis / 10);
    text[22] = b'0' + (millis % 10) as u8;
    text
}

/// Year, month and day of a day counted from 1970-01-01.
///
/// Counted in years that begin in March, so that the leap day is the last of its year, and in eras of 400 years, after
/// which the calendar repeats.
fn date(days_since_epoch: u64) -> (u64, u64, u64) {
    const ERA: u64 = 146_097;
    const FROM_MARCH_OF_YEAR_0: u64 = 719_468;
    let days = days_since_epoch + FROM_MARCH_OF_YEAR_0;
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // The months from March on have 31, 30, 31, 30, 31 days, and again: 153 in five of them.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * era + year + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn written(seconds: u64, millis: u64) -> String {
        let time = UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_millis(millis);
        String::from_utf8(iso_8601(time).to_vec()).unwrap()
    }

    #[test]
    fn known_times() {
        assert_eq!(written(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(written(951_782_400, 7), "2000-02-29T00:00:00.007Z");
        assert_eq!(written(951_868_799, 999), "2000-02-29T23:59:59.999Z");
        assert_eq!(written(1_234_567_890, 0), "2009-02-13T23:31:30.000Z");
        assert_eq!(written(1_767_225_599, 0), "2025-12-31T23:59:59.000Z");
        assert_eq!(written(1_795_244_729, 123), "2026-11-21T07:05:29.123Z");
        assert_eq!(written(4_107_542_400, 0), "2100-03-01T00:00:00.000Z");
    }

    #[test]
    fn each_day_of_400_years_follows_the_one_before() {
        let mut expected = (1970, 1, 1);
        for days in 0..146_097 {
            assert_eq!(date(days), expected);
            let (year, month, day) = expected;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == length => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
    }

    #[test]
    fn times_that_have_no_such_text_are_held_at_the_nearest() {
        assert_eq!(iso_8601(UNIX_EPOCH - Duration::from_secs(1)), *b"1970-01-01T00:00:00.000Z");
        assert_eq!(written(LAST + 1, 0), "9999-12-31T23:59:59.000Z");
    }
}

//! Instants and periods.

/// `2026-11-21 23:00:00.000`, in UTC.
pub(crate) fn written(millis: i64) -> String {
    let days = millis.div_euclid(DAY);
    let rest = millis.rem_euclid(DAY);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (rest / HOUR, rest / MINUTE % 60, rest / SECOND % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:03}", rest % SECOND)
}

/// The length of a period in milliseconds, by what stands behind its number. Months have no one length.
pub(crate) fn unit(name: &str) -> Option<i64> {
    Some(match name {
        "ms" | "milliseconds" | "millisecond" => 1,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "m" | "min" | "minute" | "minutes" => MINUTE,
        "h" | "hr" | "hour" | "hours" => HOUR,
        "d" | "day" | "days" => DAY,
        _ => return None,
    })
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The date so many days after 1 January 1970. Counted in years that begin in March, a leap day is the last of its year.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_dates() {
        assert_eq!(written(0), "1970-01-01 00:00:00.000");
        assert_eq!(written(951_782_400_001), "2000-02-29 00:00:00.001");
        assert_eq!(written(1_795_302_061_999), "2026-11-21 23:01:01.999");
        assert_eq!(written(-1), "1969-12-31 23:59:59.999");
    }
}
